"""What probes.py and mistakes.py define, read from their syntax trees: neither is run to check a rubric.

A version is a mistake or a variant: a module-level name bound to a call of `Mistake` or `Variant`, or to a call of a
function of the same file that says it returns one.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from grader.errors import Message, RubricError
from grader.nouns.plain import Place
from grader.rubric.files import read_file, shown

VersionKind: TypeAlias = Literal["Mistake", "Variant", "unknown"]


@dataclass(frozen=True, slots=True)
class ProbeOutline:
    """The arguments a probe takes beside `hw` and `seed`; `anything` if it takes `**arguments`."""

    name: str
    required: frozenset[str]
    optional: frozenset[str]
    takes_hand_in: bool
    takes_seed: bool
    anything: bool

    @property
    def arguments(self) -> frozenset[str]:
        """All that may stand in a case."""
        return self.required | self.optional


@dataclass(frozen=True, slots=True)
class VersionOutline:
    """A name in mistakes.py, what it is bound to, and where."""

    name: str
    kind: VersionKind
    place: Place = field(compare=False)


def probes_in(path: Path) -> Mapping[str, ProbeOutline]:
    """The public functions of a probes.py by name.

    Raises: RubricError if the file cannot be read or is not Python.
    """
    functions = (node for node in parsed(path).body if isinstance(node, ast.FunctionDef))
    return {node.name: _probe(node) for node in functions if not node.name.startswith("_")}


def versions_in(path: Path) -> Mapping[str, VersionOutline]:
    """The mistakes and variants of a mistakes.py by name; calls of foreign functions are of unknown kind.

    Raises: RubricError if the file cannot be read or is not Python.
    """
    tree = parsed(path)
    makers = {node.name: _returned(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    found, file = {}, shown(path)
    for node in tree.body:
        for name, value in _bound(node):
            kind = _kind(value, makers)
            if kind and not name.startswith("_"):
                place = Place(file, node.lineno, node.col_offset + 1)
                found[name] = VersionOutline(name, kind, place)
    return found


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file of the staff.

    Raises: RubricError if the file cannot be read or is not Python.
    """
    source = read_file(path, "a file of Python", code="E-RUBRIC-PYTHON", most_mib=4)
    try:
        return ast.parse(source, filename=str(path))
    except SyntaxError as error:
        place, reason = Place(shown(path), error.lineno or 1, error.offset or 1), error.msg
    except (ValueError, RecursionError, MemoryError) as error:  # a NUL byte, or brackets without end
        place, reason = Place(shown(path), 1, 1), str(error)
    fact = f"this is not Python: {reason}"
    raise RubricError(Message(str(place), fact, "E-RUBRIC-PYTHON", "a file of Python", "mend this line"))


def _probe(node: ast.FunctionDef) -> ProbeOutline:
    positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    given = set(positional[len(positional) - len(node.args.defaults) :]) if node.args.defaults else set()
    by_name = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    optional = given | {argument.arg for argument, default in by_name if default is not None}
    named = set(positional[1:]) | {argument.arg for argument in node.args.kwonlyargs}
    anything = node.args.kwarg is not None
    return ProbeOutline(
        name=node.name,
        required=frozenset(named - optional - {"seed"}),
        optional=frozenset((named & optional) - {"seed"}),
        takes_hand_in=bool(positional),
        takes_seed="seed" in named or anything,
        anything=anything,
    )


def _returned(node: ast.FunctionDef) -> VersionKind:
    return _named(node.returns) if node.returns else "unknown"


def _bound(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return [(node.target.id, node.value)]
    if isinstance(node, ast.Assign):
        return [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
    return []


def _kind(value: ast.expr, makers: Mapping[str, VersionKind]) -> VersionKind | None:
    if not isinstance(value, ast.Call):
        return None
    name = _last(value.func)
    return makers[name] if name in makers else _named(value.func)


def _named(node: ast.expr) -> VersionKind:
    name = node.value if isinstance(node, ast.Constant) else _last(node)
    return "Mistake" if name == "Mistake" else "Variant" if name == "Variant" else "unknown"


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
