"""The pages of a hand-in on which formulas may stand: answers.md, answers.yaml, Markdown of notebooks, other pages."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ..source_text import NotSource, read_source
from .at_points import Points, TookTooLong, time_limit
from .derivation import Document, Fault, Found
from .formula import Unreadable
from .spelling import Names
from .stated import statements

TABLES = frozenset([".yaml", ".yml", ".json", ".toml"])
TEXTS = frozenset([".md", ".markdown", ".txt", ".tex", ".rst", ".qmd", ".rmd"])
PAGES = frozenset([".md", ".markdown", ".tex"])  # read whatever they are called
FOR_PEOPLE = frozenset([".pdf", ".docx", ".doc", ".odt", ".png", ".jpg", ".jpeg", ".heic", ".rtf", ".webp"])
ANSWERS = frozenset(["answer", "answers", "solution", "solutions", "written", "report", "theory"])
PLOT = re.compile(r"curve|plot|loss|ppl|perplexity|fig|train|valid|accuracy|attention|heat|mask", re.I)
MOST_FILES = 2000
MOST_PAGES = 40
MOST_BYTES = 4 * 1024**2
MOST_CHARACTERS = 512 * 1024
SECONDS_TO_READ = 5.0
NOT_THEIRS = frozenset({"__MACOSX", "__pycache__", "node_modules", "site-packages"})


class Papers:
    """The pages of one hand-in; each is read once, when it is first needed."""

    def __init__(self, root: Path, wanted: Collection[str], names: Names, points: Points) -> None:
        self._root, self._wanted, self._names, self._points = root, wanted, names, points
        self._paths = _files_below(root)
        self._documents: dict[Path, Document | Fault] = {}

    def tables(self) -> list[Path]:
        """Files such as answers.yaml."""
        return [path for path in self._paths if path.suffix.lower() in TABLES and is_answers(path)][:MOST_PAGES]

    def answers(self) -> list[Path]:
        """Files such as answers.md."""
        return [path for path in self._paths if path.suffix.lower() in TEXTS and is_answers(path)][:MOST_PAGES]

    def others(self) -> list[Path]:
        """Notebooks, for their Markdown, and pages with other names."""
        notebooks = [path for path in self._paths if path.suffix.lower() == ".ipynb"]
        pages = [path for path in self._paths if path.suffix.lower() in PAGES and not is_answers(path)]
        return [*notebooks, *pages][:MOST_PAGES]

    def for_people(self) -> str:
        """The path of a file that only a person can read; nothing if there is none. Plots do not count."""
        found = [path for path in self._paths if path.suffix.lower() in FOR_PEOPLE and not PLOT.search(path.stem)]
        found.sort(key=lambda path: path.suffix.lower() != ".pdf")
        return found[0].relative_to(self._root).as_posix() if found else ""

    def value(self, path: Path, keys: Collection[str]) -> Found | None:
        """What a page gives for a name; a page that cannot be read counts only if it is called as answers are."""
        if path not in self._documents:
            self._documents[path] = self._read(path)
        document = self._documents[path]
        if isinstance(document, Fault):
            return document if is_answers(path) else None
        return value_in(document, keys)

    def _read(self, path: Path) -> Document | Fault:
        shown = path.relative_to(self._root).as_posix()
        try:
            text = read_source(path, MOST_BYTES if path.suffix != ".ipynb" else 16 * MOST_BYTES)
            text = _markdown_of(text) if path.suffix == ".ipynb" else text
            return document_of(text, self._wanted, self._names, self._points)
        except NotSource as error:
            return Fault(f"{shown} {error}", read=False)
        except Unreadable as error:
            return Fault(f"{shown}: {error}", read=False)


def document_of(text: str, wanted: Collection[str], names: Names, points: Points) -> Document:
    """The equations of a text. Raises: Unreadable if it is too long."""
    text = re.sub(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]*", "", text)
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"it is longer than the {MOST_CHARACTERS:,} characters that are read")
    try:
        with time_limit(SECONDS_TO_READ):
            return Document(statements(text, wanted), names, points)
    except TookTooLong:
        raise Unreadable(f"it could not be read within {SECONDS_TO_READ:g} s") from None


def value_in(document: Document, keys: Collection[str], *, constant: bool = True) -> Found | None:
    """What a document gives for a name, within a time limit."""
    try:
        with time_limit(SECONDS_TO_READ):
            return document.value(keys, constant=constant)
    except TookTooLong:
        return Fault(f"it could not be evaluated within {SECONDS_TO_READ:g} s", read=True)


def is_answers(path: Path) -> bool:
    """Whether a file is called as answers are: `answers.md`, `hw12-answers.yaml`."""
    return not ANSWERS.isdisjoint(re.split(r"[^a-z]+", path.stem.casefold()))


def _files_below(root: Path) -> list[Path]:
    """All files of a hand-in but hidden ones, those nearest the top first."""
    found: list[Path] = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in NOT_THEIRS)
        found += [Path(folder, name) for name in sorted(files) if not name.startswith(".")]
        if len(found) >= MOST_FILES:
            break
    return sorted(found[:MOST_FILES], key=lambda path: len(path.parts))


def _markdown_of(text: str) -> str:
    """The Markdown cells of a notebook, one after the other; nothing if it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return "\n\n".join(_sources(document))


def _sources(document: object) -> Iterator[str]:
    cells = document.get("cells") if isinstance(document, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
            source = cell.get("source", "")
            lines = source if isinstance(source, list) else [source]
            yield "".join(line for line in lines if isinstance(line, str))
