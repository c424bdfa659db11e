"""Settings read from the text of a hand-in: what `arch_args` holds, without running a line of it.

Followed are plain values, names, arithmetic, f-strings, namespaces and dicts (also nested), attributes set later,
`setattr`, `getattr` with a default, `update`, defaults of argparse, classes of constants, loops over what is written
there, and functions of the hand-in that are called with what is known. Whatever else stands there is unknown, and
left out.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from .census import Census, SourceFile

MOST_STEPS = 50_000  # statements and expressions
MOST_CALLS = 20  # within one another
MOST_FILES, LONGEST_FILE = 50, 300_000  # of those that may hold a constant
MOST_ITEMS = 64  # of what a loop goes over, and of the values that come back
LONGEST_TEXT = 200
LARGEST = 10**15
NAMESPACES = frozenset(
    "Namespace SimpleNamespace dict EasyDict AttrDict DotDict Munch edict OrderedDict Box".split()  # noqa: SIM905
)
SIGNS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {"int": int, "float": float, "bool": bool, "str": str}
UNKNOWN: Final = object()
Scope = dict[str, Any]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def literal(root: Path, name: str) -> dict[str, Any] | None:
    """The settings under this name, `encoder.layers` as `encoder_layers`; None if the hand-in has no such name.

    Values are numbers, texts, truth values, or lists of these; None also stands for what cannot be read.
    """
    census = Census(root)
    best = next((file for file in census.candidates("", [name]) if _makes(file, name)), None)
    others = [file for file in census.files if file is not best and name in file.text][:MOST_FILES]
    about = [best, *(file for file in others if not _makes(file, name))] if best else others
    around = [file for file in census.files if name not in file.text and len(file.text) <= LONGEST_FILE][:MOST_FILES]
    reader = _Reader([*around, *about])
    for file in [*around, *about]:
        reader.run_all(list(file.statements), reader.top)
    if not isinstance(reader.top.get(name), dict):
        reader.look_inside(name, [statement for file in others for statement in file.statements])
    found = reader.top.get(name)
    return dict(_flat(found, "")) if isinstance(found, dict) else None


def _makes(file: SourceFile, name: str) -> bool:
    """Whether the name is bound here, and not merely given attributes."""
    for node in (node for statement in file.statements for node in ast.walk(statement)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return True
        if isinstance(node, ast.ClassDef) and node.name == name:
            return True
    return False


def _flat(values: Mapping[Any, Any], above: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in list(values.items())[: 4 * MOST_ITEMS]:
        if not isinstance(key, str) or depth > 3:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}_", depth + 1)
        else:
            yield f"{above}{key}"[:LONGEST_TEXT], value if _is_plain(value) else None


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return len(value) <= MOST_ITEMS and all(_is_plain(each) for each in value if not isinstance(each, list))
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    if isinstance(value, int | float):
        return math.isfinite(value) and abs(value) <= LARGEST
    return value is None


class _Returned(Exception):  # noqa: N818 (an end, no error)
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _TooMuch(Exception):  # noqa: N818 (an end, no error)
    """More steps than settings need."""


class _Reader:
    """What the names of a hand-in are bound to, as far as it can be read; namespaces are dicts."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self.top: Scope = {"__name__": "__main__"}
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.steps = self.depth = 0
        for statement in (statement for file in files for statement in file.statements):
            if isinstance(statement, Function):
                self.functions[statement.name] = statement
            elif isinstance(statement, ast.ClassDef):
                self.classes[statement.name] = statement

    def run_all(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        """All statements in order; what cannot be read is passed over."""
        for statement in statements:
            try:
                self.run(statement, scope)
            except _Returned:
                if scope is not self.top:
                    raise
            except _TooMuch:
                return
            except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
                continue

    def look_inside(self, name: str, statements: Sequence[ast.stmt]) -> None:
        """Runs the functions that bind the name, as if somebody had called them."""
        for function in (each for each in statements if isinstance(each, Function)):
            stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            if name in stored and not isinstance(self.top.get(name), dict):
                scope: Scope = {}
                with suppress(_Returned):
                    self.run_all(function.body, scope)
                self.top[name] = scope.get(name, UNKNOWN)

    # --- statements ---

    def run(self, statement: ast.stmt, scope: Scope) -> None:
        """One statement."""
        self._count()
        match statement:
            case ast.Assign(targets=targets, value=value):
                found = self.value(value, scope)
                for target in targets:
                    self._bind(target, found, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self.value(value, scope), scope)
            case ast.Expr(value=value):
                self.value(value, scope)
            case ast.Return(value=returned):
                raise _Returned(None if returned is None else self.value(returned, scope))
            case ast.ClassDef(name=name):
                scope[name] = self._class(statement, (), {})
            case ast.For() | ast.If():
                self._branch(statement, scope)
            case ast.With(body=body) | ast.Try(body=body) | ast.While(body=body):
                self.run_all(body, scope)

    def _branch(self, statement: ast.For | ast.If, scope: Scope) -> None:
        if isinstance(statement, ast.For):
            items = self.value(statement.iter, scope)
            items = list(items)[:MOST_ITEMS] if isinstance(items, list | tuple | dict) else []
            for item in items:
                self._bind(statement.target, item, scope)
                self.run_all(statement.body, scope)
            return
        test = self.value(statement.test, scope)
        if test is UNKNOWN or test:
            self.run_all(statement.body, scope)
        if test is UNKNOWN or not test:
            self.run_all(statement.orelse, scope)

    def _bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple):
            for each, item in zip(target.elts, value, strict=False):
                self._bind(each, item, scope)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            owner = self._owner(target.value, scope)
            key = target.attr if isinstance(target, ast.Attribute) else self.value(target.slice, scope)
            if isinstance(owner, dict) and isinstance(key, str):
                owner[key] = value

    def _owner(self, node: ast.expr, scope: Scope) -> Any:
        """What an attribute is set on; a namespace that is set without having been made is made here."""
        found = self.value(node, scope)
        if found is UNKNOWN and isinstance(node, ast.Attribute):
            above = self._owner(node.value, scope)
            return above.setdefault(node.attr, {}) if isinstance(above, dict) else UNKNOWN
        return found

    # --- values ---

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression is; UNKNOWN if that cannot be read."""
        self._count()
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return scope.get(name, self.top.get(name, UNKNOWN))
            case ast.Call():
                return self._call(node, scope)
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, scope)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return [self.value(item, scope) for item in items[: 4 * MOST_ITEMS]]
            case ast.JoinedStr(values=pieces):
                return self._text(pieces, scope)
            case ast.Attribute() | ast.Subscript():
                return self._item(node, scope)
            case _:
                return self._sum(node, scope)

    def _sum(self, node: ast.expr, scope: Scope) -> Any:
        match node:
            case ast.BinOp(left=left, op=sign, right=right):
                both = self.value(left, scope), self.value(right, scope)
                return _joined(sign, *both)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.value(operand, scope)
                return UNKNOWN if value is UNKNOWN else -value
            case ast.IfExp(test=test, body=body, orelse=other):
                known = self.value(test, scope)
                return self.value(body if known is UNKNOWN or known else other, scope)
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                both = self.value(left, scope), self.value(right, scope)
                return UNKNOWN if UNKNOWN in both else both[0] == both[1]
        return UNKNOWN

    def _item(self, node: ast.Attribute | ast.Subscript, scope: Scope) -> Any:
        owner = self.value(node.value, scope)
        key = node.attr if isinstance(node, ast.Attribute) else self.value(node.slice, scope)
        if isinstance(owner, dict) and isinstance(key, str):
            return owner.get(key, UNKNOWN)
        if isinstance(owner, list | str) and isinstance(key, int):
            return owner[key]
        return UNKNOWN

    def _text(self, pieces: Sequence[ast.expr], scope: Scope) -> Any:
        values = [self.value(each.value if isinstance(each, ast.FormattedValue) else each, scope) for each in pieces]
        return UNKNOWN if UNKNOWN in values else "".join(map(str, values))[:LONGEST_TEXT]

    def _dict(self, keys: Sequence[ast.expr | None], values: Sequence[ast.expr], scope: Scope) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in zip(keys, values, strict=True):
            inside = self.value(value, scope)
            name = None if key is None else self.value(key, scope)
            if key is None and isinstance(inside, dict):
                found.update(inside)
            elif isinstance(name, str):
                found[name] = inside
        return found

    # --- calls ---

    def _call(self, call: ast.Call, scope: Scope) -> Any:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if isinstance(call.func, ast.Attribute):
            owner = self.value(call.func.value, scope)
            if isinstance(owner, dict):
                return self._method(owner, name, call, scope)
        args = [self.value(each, scope) for each in call.args]
        named = self._dict(
            [None if each.arg is None else ast.Constant(each.arg) for each in call.keywords],
            [each.value for each in call.keywords],
            scope,
        )
        if name in self.functions:
            return self._inside(self.functions[name], args, named)
        if name in self.classes:
            return self._class(self.classes[name], args, named)
        if name == "ArgumentParser":
            return {}
        if name in NAMESPACES:
            return {key: value for each in args if isinstance(each, dict) for key, value in each.items()} | named
        return _built_in(name, args)

    def _method(self, owner: dict[str, Any], name: str, call: ast.Call, scope: Scope) -> Any:
        args = [self.value(each, scope) for each in call.args]
        named = {each.arg: self.value(each.value, scope) for each in call.keywords if each.arg}
        if name == "add_argument":
            flags = [each for each in args if isinstance(each, str)]
            long = next((each for each in flags if each.startswith("--")), flags[0] if flags else "")
            fallback = {"store_true": False, "store_false": True}.get(str(named.get("action")))
            owner[str(named.get("dest") or long.lstrip("-").replace("-", "_"))] = named.get("default", fallback)
        elif name == "update":
            for each in (*args, named):
                owner.update(each if isinstance(each, dict) else {})
        elif name == "get" and args:
            return owner.get(args[0], args[1] if len(args) > 1 else None)
        elif name in ("add_argument_group", "parse_args", "copy", "deepcopy", "parse_known_args"):
            return owner if name == "add_argument_group" else [dict(owner)][0]
        return UNKNOWN

    def _inside(self, function: Function, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """What a function of theirs returns; what it does to namespaces that it is given stays done."""
        if self.depth >= MOST_CALLS:
            return UNKNOWN
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        defaults = [self.value(each, self.top) for each in function.args.defaults]
        scope = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        scope |= dict(zip(names, args, strict=False)) | dict(named)
        self.depth += 1
        try:
            self.run_all(function.body, scope)
        except _Returned as returned:
            return returned.value
        finally:
            self.depth -= 1
        return None

    def _class(self, kind: ast.ClassDef, args: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """The constants of a class, and what its constructor sets; an instance made with keywords has these over."""
        if self.depth >= MOST_CALLS:  # a class that inherits from itself
            return {}
        found: dict[str, Any] = {}
        self.depth += 1
        for base in kind.bases:
            if isinstance(base, ast.Name) and base.id in self.classes:
                found |= self._class(self.classes[base.id], (), {})
        self.depth -= 1
        self.run_all([each for each in kind.body if not isinstance(each, Function)], found)
        starts = [each for each in kind.body if isinstance(each, Function) and each.name == "__init__"]
        for start in starts:
            self._inside(start, [found, *args], named)
        return found if starts else found | dict(named)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _TooMuch


def _built_in(name: str, args: Sequence[Any]) -> Any:
    if not args or UNKNOWN in args[:1]:
        return UNKNOWN
    if name in PLAIN and not isinstance(args[0], dict):
        return PLAIN[name](args[0])
    if name in ("vars", "deepcopy", "copy") and isinstance(args[0], dict):
        return args[0] if name == "vars" else dict(args[0])
    if name == "getattr" and isinstance(args[0], dict) and len(args) > 1:
        return args[0].get(args[1], args[2] if len(args) > 2 else UNKNOWN)
    if name == "setattr" and isinstance(args[0], dict) and len(args) == 3 and isinstance(args[1], str):
        args[0][args[1]] = args[2]
        return None
    return UNKNOWN


def _joined(sign: ast.operator, left: Any, right: Any) -> Any:
    """Two small numbers, or two texts that are added; of others it cannot be read."""
    if isinstance(left, str) and isinstance(right, str):
        short = len(left) + len(right) <= 4 * LONGEST_TEXT
        return left + right if isinstance(sign, ast.Add) and short else UNKNOWN
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if not numbers or type(sign) not in SIGNS or max(abs(left), abs(right)) > LARGEST:
        return UNKNOWN
    if isinstance(sign, ast.Pow) and (abs(left) > 1000 or abs(right) > 8):
        return UNKNOWN
    try:
        return SIGNS[type(sign)](left, right)
    except ArithmeticError:
        return UNKNOWN
