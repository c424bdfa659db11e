"""Untouched stubs: a function still as the handout gave it is work not handed in, not work gone wrong.

A stub either has marked regions, all of them empty, and around them nothing that only a solution would hold;
or it has no marks, and a body that computes nothing. Doubt counts as touched: then it is run and judged.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

START = re.compile(r"#.*\b(YOUR|START|BEGIN)\b.*\b(CODE|SOLUTION|IMPLEMENTATION)\b", re.I)
END = re.compile(r"#.*\bEND\b.*\b(CODE|SOLUTION|IMPLEMENTATION)\b", re.I)
# What handouts call around a region. Any other call is taken for a student's.
GIVEN_CALLS = frozenset(
    """
    super __init__ size zeros float byte bool to len masked_fill_ int format print ModelEmbeddings device dim
    """.split()  # noqa: SIM905 (a list of words reads better)
)
SOLUTION_NODES = (
    *(ast.For, ast.While, ast.AsyncFor, ast.With, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BinOp),
)


def is_stub(function: Function, text: str) -> bool:
    """Whether this function still is the handout's stub; `text` is the file (or cell) that it stands in."""
    regions = _regions(function, text)
    if not regions:
        return all(_is_empty(statement) for statement in function.body)
    inside = [node for node in function.body if _within(node, regions)]
    around = [node for node in function.body if not _within(node, regions)]
    nested = [
        child
        for node in around
        for child in ast.walk(node)
        if isinstance(child, ast.stmt) and child is not node and _within(child, regions)
    ]
    return all(_is_empty(node) for node in [*inside, *nested]) and not any(_solves(node, regions) for node in around)


def parts_to_write(node: ast.stmt, text: str) -> Iterator[Function]:
    """The functions in a statement that students are asked to write: marked ones and bare stubs."""
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and (
            _regions(child, text) or is_stub(child, text)
        ):
            yield child


def _regions(function: Function, text: str) -> list[tuple[int, int]]:
    """First and last line of every marked region; one without an end mark ends with the function."""
    last = function.end_lineno or function.lineno
    lines = text.split("\n")
    regions: list[tuple[int, int]] = []
    start = 0
    for number in range(function.lineno, min(_end_with_comments(lines, last, function.col_offset), len(lines)) + 1):
        line = lines[number - 1]
        if END.search(line):
            if start:
                regions.append((start, number))
            start = 0
        elif START.search(line) and not start:
            start = number
    return [*regions, (start, last)] if start else regions


def _end_with_comments(lines: list[str], last: int, column: int) -> int:
    """The last line of a function with the comments below its last statement, which `ast` does not count."""
    while last < len(lines) and (
        not lines[last].strip() or (lines[last].lstrip().startswith("#") and _indent(lines[last]) > column)
    ):
        last += 1
    return last


def _indent(line: str) -> int:
    return len(line.expandtabs()) - len(line.expandtabs().lstrip())


def _within(node: ast.stmt, regions: list[tuple[int, int]]) -> bool:
    return any(first <= node.lineno and (node.end_lineno or node.lineno) <= last for first, last in regions)


def _is_empty(node: ast.stmt) -> bool:
    """Whether a statement computes nothing: pass, a docstring, `...`, NotImplementedError, `x = None`."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise):
        return node.exc is not None and "NotImplemented" in ast.dump(node.exc)
    if isinstance(node, ast.Return):
        return node.value is None or _is_nothing(node.value)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is None or _is_nothing(node.value)
    return False


def _is_nothing(value: ast.expr) -> bool:
    """None, an empty container, `...`, or a tuple of these."""
    if isinstance(value, ast.Tuple | ast.List):
        return all(_is_nothing(item) for item in value.elts)
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.Constant) and value.value in (None, ...)


def _solves(node: ast.stmt, regions: list[tuple[int, int]]) -> bool:
    for child in ast.walk(node):
        if isinstance(child, SOLUTION_NODES):
            return True
        if isinstance(child, ast.Call) and _called(child) not in GIVEN_CALLS:
            return True
    return False


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
