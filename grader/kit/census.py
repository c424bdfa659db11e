"""Which file of a hand-in holds what: units are found by the names they define, never by their path.

Of several candidates the one is taken that parses, is not wholly an untouched stub, holds most of the names,
lies nearest the top, beside other units, and has the handout's file name; in this order.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .notebooks import MOST_BYTES_OF_A_NOTEBOOK, Cell, NotANotebook, cell, code_cells
from .pasted import python_blocks
from .source_text import MOST_BYTES, NotSource, read_source
from .stubs import is_stub, parts_to_write

MOST_FILES = 2000
MOST_PAGES = 50
SOURCES = frozenset([".py", ".ipynb", ".md", ".markdown"])
PAGES = frozenset([".md", ".markdown"])
README = re.compile(r"read_?me", re.I)
CELL_MARK = re.compile(r"^#[ \t]*(%%|<codecell>|In\[[\d ]*\])")  # of scripts that editors show as cells
NOT_THEIRS = frozenset({"__MACOSX", "__pycache__", "node_modules", "site-packages"})
COPIES = re.compile(
    r"(^|[-_ .])(backup|bak|old|copy|copies|archive|draft|orig|original|handout|starter)s?(?![a-z])|\(\d+\)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, a cell of a notebook or a block of a page: what is compiled under one name."""

    name: str
    text: str
    tree: ast.Module
    label: str = ""  # as in "[cell 3]"


class SourceFile:
    """A module, script, notebook or page of Markdown of the hand-in, read and parsed when that is first needed."""

    def __init__(self, root: Path, path: Path) -> None:
        self.path = path
        self.relative = path.relative_to(root).as_posix()
        self.is_page = path.suffix in PAGES
        self.is_notebook = path.suffix == ".ipynb" or self.is_page  # made of cells, not run as a whole
        self.notes: list[str] = []
        self._skipped: list[Cell] = []
        self.syntax_error: SyntaxError | None = None

    @cached_property
    def text(self) -> str:
        """Their text; empty if there is none (`why_unreadable` says why)."""
        return "" if self.why_unreadable else self._text

    @cached_property
    def why_unreadable(self) -> str:
        """Why the file is no source, as in "is empty"; nothing for a good one."""
        try:
            self._text = read_source(
                self.path, MOST_BYTES if self.path.suffix != ".ipynb" else MOST_BYTES_OF_A_NOTEBOOK
            )
        except NotSource as error:
            return str(error)
        return ""

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What can be compiled; nothing if the file does not parse (then `syntax_error` says why)."""
        if self.is_notebook:
            return tuple(self._blocks() if self.is_page else self._cells())
        try:
            return (Piece(str(self.path), self.text, ast.parse(self.text, str(self.path))),)
        except SyntaxError as error:
            self.syntax_error = error
        except (ValueError, RecursionError, MemoryError) as error:
            self.syntax_error = SyntaxError(f"{error}", (str(self.path), 1, 1, ""))
        return tuple(self._otherwise())

    @cached_property
    def cells(self) -> tuple[tuple[Piece, Sequence[ast.stmt]], ...]:
        """The statements that were run together, with what they are compiled under.

        A script has cells where it is marked with `# %%`, else it is one; cells that do not parse are left out.
        """
        if self.is_notebook:
            return tuple((piece, piece.tree.body) for piece in self.pieces)
        lines = self.text.split("\n")
        marks = [at for at, line in enumerate(lines, start=1) if CELL_MARK.match(line)]
        if not self.pieces:
            return tuple(self._cells_that_parse(lines, marks)) if marks else ()
        (piece,) = self.pieces
        if not marks:
            return ((piece, piece.tree.body),)
        cells: dict[int, list[ast.stmt]] = {}
        for statement in piece.tree.body:
            cells.setdefault(bisect_right(marks, statement.lineno), []).append(statement)
        return tuple((piece, cells[number]) for number in sorted(cells))

    @property
    def statements(self) -> Iterator[ast.stmt]:
        """All statements of the top level, of all pieces."""
        return (statement for piece in self.pieces for statement in piece.tree.body)

    @cached_property
    def names(self) -> frozenset[str]:
        """The classes, functions and variables that the top level binds, imports aside."""
        return frozenset(_bound(self.statements))

    def why_skipped(self, name: str) -> str:
        """Why a cell that defines this name was skipped, as in "cell 5 does not parse: ..."; nothing if none was."""
        defines = re.compile(rf"^[ \t]*(?:class|def|async def)[ \t]+{name}\b", re.M)
        return next((f"cell {each.number} {each.fault}" for each in self._skipped if defines.search(each.text)), "")

    def mentions(self, name: str) -> bool:
        """Whether the text may define this name: cheap, and true too often rather than too seldom."""
        if self.is_notebook:
            return name in self.text
        return (
            re.search(rf"^[ \t]*(?:class|def|async def)[ \t]+{name}\b|\b{name}\b[^=\n]*=", self.text, re.M) is not None
        )

    def _cells(self) -> Iterator[Piece]:
        try:
            cells = code_cells(self.text)
        except NotANotebook as error:
            self.syntax_error = SyntaxError(str(error), (str(self.path), 1, 1, ""))
            return
        for each in cells:
            if each.tree is None:
                self._skipped.append(each)
                self.notes.append(f"{self.relative}: cell {each.number} skipped: it {each.fault}")
            else:
                label = f"[cell {each.number}]"
                yield Piece(f"{self.path}{label}", each.text, each.tree, label)

    def _blocks(self) -> Iterator[Piece]:
        for block in python_blocks(self.text):
            yield Piece(str(self.path), self.text, block.tree, f"[block {block.number}]")

    def _otherwise(self) -> Iterator[Piece]:
        """A script with lines that only IPython understands, or with f-strings of a newer Python."""
        if self.syntax_error is None:
            return
        read = cell(0, self.text)
        if read.tree is not None:
            self.syntax_error = None
            yield Piece(str(self.path), read.text, read.tree)
            return
        from .newer_python import is_newer  # seldom

        if is_newer(self.syntax_error):
            self.syntax_error.msg += f"; this is Python 3.12, and here runs {sys.version_info[0]}.{sys.version_info[1]}"

    def _cells_that_parse(
        self, lines: Sequence[str], marks: Sequence[int]
    ) -> Iterator[tuple[Piece, Sequence[ast.stmt]]]:
        for first, end in zip([1, *marks], [*marks, len(lines) + 1], strict=True):
            tree = cell(0, "\n".join(lines[first - 1 : end - 1])).tree
            if tree is not None and tree.body:
                yield Piece(str(self.path), self.text, ast.increment_lineno(tree, first - 1)), tree.body


class Census:
    """All source files of a hand-in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = [SourceFile(root, path) for path in walk(root)]
        self._homes: Counter[Path] = Counter()

    def settle(self, units: Iterable[Sequence[str]]) -> None:
        """Learns which folders hold most units, so that all come from one where several are as good."""
        for names in units:
            self._homes.update({file.path.parent for file in self.candidates("", names) if file.pieces})

    def candidates(self, unit: str, names: Sequence[str]) -> list[SourceFile]:
        """The files that define any of these names, best first; those that do not parse come last."""
        found = [file for file in self.files if any(file.mentions(name) for name in names)]
        found = [file for file in found if (not file.pieces and not file.is_page) or file.names.intersection(names)]
        return sorted(found, key=lambda file: self._rank(file, unit, names))

    def near_misses(self, name: str) -> list[tuple[str, SourceFile]]:
        """Names that differ from this one in nothing but case and underscores, with their files."""
        key = _folded(name)
        pattern = re.compile(r"_*".join(map(re.escape, key)), re.I)
        mentioned = [file for file in self.files if pattern.search(file.text)]
        return [(other, file) for file in mentioned for other in sorted(file.names) if _folded(other) == key]

    def by_stem(self, stem: str) -> list[SourceFile]:
        """The files of this name, nearest the top first."""
        named = [file for file in self.files if file.path.stem == stem and not file.is_notebook]
        return sorted(named, key=lambda file: (_is_copy(file), _depth(file), file.relative))

    def nearest_first(self) -> list[SourceFile]:
        """All files, nearest the top first; copies and pages come last."""
        return sorted(self.files, key=lambda file: (_is_copy(file), file.is_page, _depth(file), file.relative))

    def _rank(self, file: SourceFile, unit: str, names: Sequence[str]) -> tuple[object, ...]:
        return (
            not file.pieces,
            _wholly_stub(file, names),
            file.is_page,
            -len(file.names.intersection(names)),
            _is_copy(file),
            _depth(file),
            -self._homes[file.path.parent],
            file.path.stem != unit,
            file.is_notebook,
            file.relative,
        )


def walk(root: Path) -> list[Path]:
    """The files of a hand-in that may hold source."""
    found: list[Path] = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_theirs(Path(folder, name)))
        paths = (Path(folder, name) for name in sorted(files) if not name.startswith("."))
        found += [path for path in paths if path.suffix in SOURCES and path.is_file()]
        if len(found) >= MOST_FILES:
            break
    pages = [path for path in found if path.suffix in PAGES]
    told = [path for path in pages if not README.match(path.stem)]
    if len(told) == 0 < len(pages) == len(found):
        told = pages  # a README is the hand-in where there is nothing else
    return [path for path in found if path.suffix not in PAGES or path in told[:MOST_PAGES]][:MOST_FILES]


def _bound(statements: Iterable[ast.stmt]) -> Iterator[str]:
    waiting = [*statements]
    while waiting:  # without recursion: a thousand `elif` lie a thousand deep
        statement = waiting.pop()
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            waiting += [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]


def _is_theirs(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in NOT_THEIRS
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _wholly_stub(file: SourceFile, names: Sequence[str]) -> bool:
    to_write = [
        (function, piece.text)
        for piece in file.pieces
        for node in piece.tree.body
        if getattr(node, "name", None) in names
        for function in parts_to_write(node, piece.text)
    ]
    return bool(to_write) and all(is_stub(function, text) for function, text in to_write)


def _is_copy(file: SourceFile) -> bool:
    return any(COPIES.search(part) for part in Path(file.relative).with_suffix("").parts)


def _depth(file: SourceFile) -> int:
    return file.relative.count("/")


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()
