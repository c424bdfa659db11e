"""Notebooks as source: the code cells of an .ipynb file, with what only IPython understands put aside.

Magics and `!` lines are found by IPython's own transformer, which is imported only when a cell is no plain Python.
Every line keeps its number, so that tracebacks name the student's.
"""

from __future__ import annotations

import ast
import functools
import importlib
import io
import json
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

MAGIC = re.compile(r"^(\s*)(?:[%!]|\?|[\w.]+\?\s*$)")
ASSIGNED_MAGIC = re.compile(r"^(\s*)([\w, ]+)=\s*[%!]")
TIMED = re.compile(r"^(\s*(?:[\w, ]+=\s*)?)%(?:time|prun|memit)\s+(?!-)(?=\S)")
FOREIGN_CELL = re.compile(r"^\s*%%(?!time|timeit|capture|prun|debug)\w+")
OWN_CELL = re.compile(r"^\s*%%\w+[^\n]*")
SHELL = re.compile(r"^(?P<before>\s*|.*?=\s*)get_ipython\(\)\.")
LIKE_MAGIC = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*$|^[ \t]*>>>", re.M)
MOST_MAGICS = 100  # each costs IPython a pass over the cell
MOST_WORK = 10_000  # magics times lines
MOST_CHARACTERS = 50_000
MOST_BYTES_OF_A_NOTEBOOK = 64 * 1024**2  # most of them its outputs


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
    return [cell(number, source) for number, source in sources(text) if source.strip()]


def cell(number: int, source: str) -> Cell:
    """The cell of this source."""
    fault = ""
    for text in _readings(source):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            fault = fault or f"does not parse: {error}"
            continue
        if all(isinstance(statement, ast.Raise) for statement in tree.body) and tree.body:
            return Cell(number, text, fault="only raises")
        return Cell(number, text, tree)
    return Cell(number, source, fault=fault)


def _readings(source: str) -> Iterator[str]:
    """The source as it is, as IPython reads it, with lines like magics put aside, and as an older Python has it."""
    yield source
    plain = source
    if may_hold_magics(source):
        yield from filter(None, [_as_ipython_reads(source)])
        yield (plain := _plain_python(source))
    from .newer_python import in_older_words  # seldom

    yield from filter(None, [in_older_words(plain)])


def may_hold_magics(source: str) -> bool:
    """Whether a line may be for IPython alone: cheap, and true too often rather than too seldom."""
    return LIKE_MAGIC.search(source) is not None or re.match(r"\s*(In \[|>>>)|[ \t]", source) is not None


# --- the file ---


def sources(text: str) -> Iterator[tuple[int, str]]:
    """The number and the text of every code cell. Raises: NotANotebook."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(f"is no notebook: {error}") from error
    cells = _cells_of(document)
    if cells is None:
        raise NotANotebook("is no notebook: it has no list of cells")
    for number, each in enumerate(cells, start=1):
        if isinstance(each, dict) and each.get("cell_type") == "code":
            yield number, _joined(each.get("source", each.get("input", "")))


def _cells_of(document: Any) -> list[Any] | None:
    if not isinstance(document, dict):
        return None
    sheets = document.get("worksheets")  # form 3 of the format, before 2015
    if isinstance(sheets, list):
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [each for cells in lists if isinstance(cells, list) for each in cells]
    cells = document.get("cells")
    return cells if isinstance(cells, list) else None


def _joined(source: Any) -> str:
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


# --- as IPython reads it ---


def _as_ipython_reads(source: str) -> str:
    """The cell as Python, line for line; "" where IPython cannot say."""
    while OWN_CELL.match(source):
        if FOREIGN_CELL.match(source):
            return "pass"
        source = OWN_CELL.sub("pass", source, count=1)
    magics = len(LIKE_MAGIC.findall(source))
    if magics > MOST_MAGICS or magics * source.count("\n") > MOST_WORK or len(source) > MOST_CHARACTERS:
        return ""
    try:
        clean, transform = transformer()
    except ImportError:  # at home, where no notebook is run
        return ""
    try:
        lines = clean([*source.splitlines(keepends=True)] if source.endswith("\n") else f"{source}\n".splitlines(True))
        for _ in range(MOST_MAGICS):
            changed, after = transform([TIMED.sub(r"\1", line) for line in lines])
            if not changed:
                text = "".join(after)
                return text if source.endswith("\n") else text.removesuffix("\n")
            lines = _line_for_line(lines, after)
    except (SyntaxError, ValueError, IndexError, AssertionError, RecursionError):
        return ""
    return ""


def _line_for_line(before: list[str], after: list[str]) -> list[str]:
    """The lines after one magic was transformed, as many as before; what the magic would run is left out."""
    at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after) - 1)
    shell = SHELL.match(after[at])
    if shell:
        after = [*after[:at], shell["before"] + ("[]" if shell["before"].strip() else "pass") + "\n", *after[at + 1 :]]
    folded = len(before) - len(after)  # a backslash had carried it over several lines
    indent = re.match(r"\s*", after[at].rstrip("\n"))
    filler = f"{indent[0] if indent else ''}pass\n"
    return [*after[: at + 1], *[filler] * folded, *after[at + 1 :]]


@functools.cache
def transformer() -> tuple[Callable[[list[str]], list[str]], Callable[[list[str]], tuple[bool, list[str]]]]:
    """IPython's own: what cleans the lines of a cell, and what replaces one magic. The first call imports IPython."""
    own: Any = importlib.import_module("IPython.core.inputtransformer2")

    def clean(lines: list[str]) -> list[str]:
        """The lines without indent and prompts; each stays where it is."""
        for transform in (own.leading_indent, own.classic_prompt, own.ipython_prompt):
            lines = transform(lines)
        return lines

    return clean, own.TransformerManager().do_one_token_transform


# --- line by line ---


def _plain_python(source: str) -> str:
    if FOREIGN_CELL.match(source):
        return "pass"
    lines: list[str] = []
    closed = 0  # so many lines are whole statements
    inside = False  # of a magic that a backslash carries over to the next line
    for line in source.split("\n"):
        plain = "pass" if inside else _without_magic(line)
        if plain != line and not inside:
            if _is_open(lines[closed:]):
                plain = line  # of a statement that goes on: `%` is an operator there
            else:
                closed = len(lines)
        inside = (inside or plain != line) and line.rstrip().endswith("\\")
        lines.append(plain)
    return "\n".join(lines)


def _is_open(lines: list[str]) -> bool:
    """Whether a bracket, a text or a backslash of these lines waits for the next one."""
    try:
        text = "\n".join(line.lstrip() for line in lines)
        list(tokenize.generate_tokens(io.StringIO(f"{text}\n").readline))
    except tokenize.TokenError:
        return True
    except SyntaxError:
        return False
    return lines[-1:] != [] and lines[-1].endswith("\\")


def _without_magic(line: str) -> str:
    timed = TIMED.match(line)
    if timed:
        return TIMED.sub(r"\1", line)
    assigned = ASSIGNED_MAGIC.match(line)
    if assigned:
        return f"{assigned[1]}{assigned[2]}= []"
    magic = MAGIC.match(line)
    return f"{magic[1]}pass" if magic else line
