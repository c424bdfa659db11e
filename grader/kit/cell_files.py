"""Files that a notebook writes: cells that begin with `%%writefile model.py`, which a later cell imports.

The cell is not run there; its text is the file, so it is put beside the notebook before the hand-in is looked through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath

from .notebooks import MOST_BYTES_OF_A_NOTEBOOK, NotANotebook, sources
from .source_text import NotSource, read_source

# Possessive: a megabyte of blanks is looked at once.
WRITES = re.compile(r"\s*+%%(?:writefile|file)[ \t]++(?P<more>(?:-a|--append)[ \t]++)?(?P<name>[^\n]++)\n")
MOST_CELLS = 200
SIGNS = (b"%%writefile", b"%%file")


def write_cell_files(root: Path, files: Iterable[Path], note: Callable[[str], None]) -> None:
    """Writes the Python files of all notebooks among these; what was handed in as a file stays as it is."""
    made: set[Path] = set()
    for path in files:
        if path.suffix == ".ipynb" and _may_write(path):
            for number, name, text, more in islice(_written(path), MOST_CELLS):
                target = path.parent / name
                with suppress(OSError, ValueError):  # a name that no file can have, a folder that is none
                    if target.exists() and target not in made:
                        continue
                    _write(target, text, more=more)
                    made.add(target)
                    note(f"file {target.relative_to(root).as_posix()}: written by cell {number} of {path.name}")


def _may_write(notebook: Path) -> bool:
    with suppress(OSError):
        data = notebook.read_bytes()
        return any(sign in data for sign in SIGNS)
    return False


def _written(notebook: Path) -> Iterator[tuple[int, PurePosixPath, str, bool]]:
    """Cell, file, text and whether it is added to what is there."""
    with suppress(NotANotebook, NotSource):
        for number, source in sources(read_source(notebook, MOST_BYTES_OF_A_NOTEBOOK)):
            begins = WRITES.match(source)
            name = begins and _name(begins["name"])
            if begins and name:
                yield number, name, source[begins.end() :], bool(begins["more"])


def _name(said: str) -> PurePosixPath | None:
    """The file below the notebook's folder; of one elsewhere (`/content/model.py`) its last name."""
    path = PurePosixPath(said.strip().strip("'\"").replace("\\", "/"))
    if path.suffix != ".py" or set(said) & set("${}~"):
        return None
    return PurePosixPath(path.name) if path.is_absolute() or ".." in path.parts else path


def _write(target: Path, text: str, *, more: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a" if more else "w", encoding="utf-8", newline="\n") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
