"""Notebooks as source: the code cells of an .ipynb file, with what only IPython understands put aside."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAGIC = re.compile(r"^(\s*)(?:[%!]|\?|[\w.]+\?\s*$)")
ASSIGNED_MAGIC = re.compile(r"^(\s*)([\w, ]+)=\s*[%!]")
FOREIGN_CELL = re.compile(r"^\s*%%(?!time|timeit|capture|prun|debug)\w+")


class NotANotebook(Exception):  # noqa: N818 (it says what the file is)
    """The file is no notebook; the text says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number counts all cells from 1; `fault` says why it was skipped."""

    number: int
    text: str
    tree: ast.Module | None = None
    fault: str = ""


def code_cells(text: str) -> list[Cell]:
    """The code cells of a notebook, in order. A cell that does not parse or only raises has no tree.

    Raises: NotANotebook.
    """
    return [_cell(number, source) for number, source in _sources(text) if source.strip()]


def _sources(text: str) -> Iterator[tuple[int, str]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(f"is no notebook: {error}") from error
    cells = _cells_of(document)
    if cells is None:
        raise NotANotebook("is no notebook: it has no list of cells")
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            yield number, _joined(cell.get("source", cell.get("input", "")))


def _cells_of(document: Any) -> list[Any] | None:
    if not isinstance(document, dict):
        return None
    sheets = document.get("worksheets")  # form 3 of the format, before 2015
    if isinstance(sheets, list):
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    cells = document.get("cells")
    return cells if isinstance(cells, list) else None


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _plain_python(source: str) -> str:
    if FOREIGN_CELL.match(source):
        return "pass"
    lines: list[str] = []
    inside = False  # of a magic that a backslash carries over to the next line
    for line in source.split("\n"):
        plain = "pass" if inside else _without_magic(line)
        if plain != line and not inside and _is_open(lines):
            plain = line  # of a statement that goes on: `%` is an operator there
        inside = (inside or plain != line) and line.rstrip().endswith("\\")
        lines.append(plain)
    return "\n".join(lines)


def _is_open(lines: list[str]) -> bool:
    """Whether a bracket, a text or a backslash of these lines waits for the next one."""
    try:
        list(tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline))
    except tokenize.TokenError:
        return True
    except SyntaxError:
        return False
    return lines[-1:] != [] and lines[-1].endswith("\\")


def _without_magic(line: str) -> str:
    assigned = ASSIGNED_MAGIC.match(line)
    if assigned:
        return f"{assigned[1]}{assigned[2]}= []"
    magic = MAGIC.match(line)
    return f"{magic[1]}pass" if magic else line


def _cell(number: int, source: str) -> Cell:
    for text in (source, _plain_python(source)):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            fault = f"does not parse: {error}"
            continue
        if all(isinstance(statement, ast.Raise) for statement in tree.body):
            return Cell(number, text, fault="only raises")
        return Cell(number, text, tree)
    return Cell(number, source, fault=fault)
