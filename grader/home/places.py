"""Where an answer stands in the homework, and what it is to give: for failures that have no line of their own."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import lru_cache

from grader.judge.axes import fits, written
from grader.nouns.asked import Part
from grader.nouns.seen import Observation

MOST = 4  # outputs that are named


def place_of(part: Part, chosen: Mapping[str, str], files: Mapping[str, bytes]) -> str:
    """`nmt_model.py:118`, the first function that the part asks for; empty if it is in no Python file.

    `chosen`: unit -> the file that it was found in; else the file of its name.
    """
    for fill in part.fills:
        unit, *names = fill.split(".")
        path = chosen.get(unit, f"{unit}.py")
        line = _line_of(names, files[path]) if path in files and path.endswith(".py") else 0
        if line:
            return f"{path}:{line}"
    return ""


def outputs_of(part: Part, case: str, expected: Mapping[str, Observation]) -> str:
    """`e_t (4, 7) = (b, s)`: the outputs of a public case whose axes have names; outputs of one shape together."""
    asked = next((each for each in part.cases if each.name == case and each.public), None)
    if asked is None or case not in expected:
        return ""
    together: dict[str, list[str]] = {}
    for name, axes in list(part.axes.items())[:MOST]:
        array = expected[case].tensors.get(name)
        if array is not None and fits(axes, array.shape):
            together.setdefault(written(array.shape, axes.split()), []).append(name)
    return ", ".join(f"{_listed(names)} {shape}" for shape, names in together.items())


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _line_of(names: Sequence[str], content: bytes) -> int:
    """The line of `Class.function` in a file; 0 if it is not there or the file cannot be read."""
    node: ast.AST | None = _tree(content)
    for name in names:
        node = next((each for each in getattr(node, "body", ()) if getattr(each, "name", "") == name), None)
    return int(getattr(node, "lineno", 0)) if names else 0


@lru_cache(maxsize=32)
def _tree(content: bytes) -> ast.Module | None:
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
