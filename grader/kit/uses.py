"""How a snippet uses the names that must be given to it: as a list that is drawn, as steps along x, as a model.

Read from the syntax tree; a list that is handed to a function of theirs is followed into it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .facts import FUNCTIONS, Route, called, chain
from .program import SHOWING, Program, Step

TAKING_LISTS = frozenset(
    """
    len list tuple sum max min sorted enumerate zip map filter reversed array asarray stack tensor as_tensor cat mean
    std argmax argsort percentile quantile median cumsum where log log10 find_peaks Series DataFrame tqdm flatten
    concatenate nanmax nanargmax argpartition sort flatnonzero nonzero
    """.split()  # noqa: SIM905 (a list of words reads better)
)
JOINING = frozenset(["concatenate", "cat", "chain", "from_iterable", "sum"])
BY_NAME = {"y": "y", "height": "y", "data": "y", "x": "x"}
ALIASING = frozenset(["eval", "()", "cuda", "cpu", "to", "module", "float", "half", "train", "requires_grad_"])
OTHER = ("loss", "acc", "bleu", "ppl", "perplex", "lr", "rate")
LIMIT = ("clip", "max_norm", "maxnorm", "thres", "limit")
MOST_ROUNDS = 8


@dataclass(slots=True)
class Uses:
    """Names of lists: drawn (or looked through), and along x; with the keys or attributes they are found under."""

    drawn: dict[str, set[str]] = field(default_factory=dict)
    along_x: dict[str, set[str]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    epochs: set[str] = field(default_factory=set)  # lists of lists, or of mappings that hold a list
    limits: dict[str, set[str]] = field(default_factory=dict)  # names -> attributes that look like a clip norm


def uses_of(steps: Collection[Step], program: Program) -> Uses:
    """How these steps use names."""
    found = Uses()
    for step in steps:
        entries, asked = dict[str, str](), dict[str, set[str]]()
        for node in ast.walk(step.node):
            _note(node, found)
            _note_epochs(node, entries, asked)
        for entry, name in entries.items():
            if entry in asked:
                found.epochs.add(name)
                found.drawn.setdefault(name, set()).update(asked[entry])
        _follow(step, found, program)
    for _ in range(MOST_ROUNDS):
        news = [_rename(step.node, where) for step in steps for where in (found.drawn, found.along_x)]
        if True not in news:
            break
    return found


def _rename(node: ast.stmt, where: dict[str, set[str]]) -> bool:
    """Notes what a name stands for that is used: `norms = stats["gnorm"]`; whether that is new."""
    name = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
    root, label = _unit(node.value) if isinstance(node, ast.Assign) and name in where else ("", "")
    if not root or label in where.get(root, ()):
        return False
    where.setdefault(root, set()).add(label)
    return True


def _note(node: ast.AST, found: Uses) -> None:
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        _add(node.iter, found.drawn)
    elif (isinstance(node, ast.Subscript) and not _key(node)) or isinstance(node, ast.Starred):
        _add(node.value, found.drawn)
    elif isinstance(node, ast.Call):
        _note_call(node, found)
    elif isinstance(node, ast.Name | ast.Attribute):
        root, label = _unit(node)
        if any(word in label.lower() for word in LIMIT):
            found.limits.setdefault(root, set()).update({label} if label != root else ())


def _note_epochs(node: ast.AST, entries: dict[str, str], asked: dict[str, set[str]]) -> None:
    """Notes loops (variable -> list), and variables that are looked through or asked for a key in turn."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        run, target = node.iter, node.target
        if isinstance(run, ast.Name):
            asked.setdefault(run.id, set()).add(run.id)
        if isinstance(run, ast.Call) and called(run) == "enumerate" and isinstance(target, ast.Tuple):
            run, target = run.args[0] if run.args else run, target.elts[-1]
        if isinstance(run, ast.Name) and isinstance(target, ast.Name):
            entries[target.id] = run.id
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and _key(node):
        asked.setdefault(node.value.id, set()).add(_key(node))
    elif isinstance(node, ast.Call) and called(node) in JOINING and node.args:
        joined = node.args[0].value if isinstance(node.args[0], ast.Starred) else node.args[0]
        if isinstance(joined, ast.Name) and (called(node) != "sum" or len(node.args) > 1):
            entries[f"of {joined.id}"] = joined.id
            asked[f"of {joined.id}"] = {joined.id}


def _note_call(node: ast.Call, found: Uses) -> None:
    name = called(node)
    if isinstance(node.func, ast.Name):
        found.called.add(node.func.id)
    if name in SHOWING:
        for at, value in enumerate(node.args):
            _add(value, found.along_x if at == 0 and _has_y(node) else found.drawn)
        for keyword in node.keywords:
            if keyword.arg in BY_NAME:
                _add(keyword.value, found.along_x if BY_NAME[keyword.arg] == "x" else found.drawn)
    elif name in TAKING_LISTS:
        for value in node.args:
            _add(value, found.drawn if name != "len" else found.along_x)
    elif isinstance(node.func, ast.Attribute) and name in ("append", "extend", "tolist", "numpy", "index", "copy"):
        _add(node.func.value, found.drawn)


def _has_y(node: ast.Call) -> bool:
    """Whether the first argument of a drawing call is x: a second one follows that is no format."""
    second = node.args[1] if len(node.args) > 1 else None
    return second is not None and not (isinstance(second, ast.Constant) and isinstance(second.value, str))


def _add(node: ast.expr, where: dict[str, set[str]]) -> None:
    if isinstance(node, ast.Call) and called(node) in TAKING_LISTS:
        return  # its own turn comes
    root, label = _unit(node)
    if root:
        where.setdefault(root, set()).add(label)


def _unit(node: ast.AST) -> tuple[str, str]:
    """The name that an expression starts from, and its last key, attribute or the name itself: `stats["gnorm"][:9]`."""
    label = ""
    while True:
        if isinstance(node, ast.Subscript):
            label = label or _key(node)
            node = node.value
        elif isinstance(node, ast.Attribute):
            label = label or node.attr
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value  # what a method of it gives
        else:
            return (node.id, label or node.id) if isinstance(node, ast.Name) else ("", "")


def _key(node: ast.Subscript) -> str:
    key = node.slice
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _follow(step: Step, found: Uses, program: Program) -> None:
    """What functions of theirs do with the names that they are handed."""
    for call in (*step.facts.calls, *step.facts.calls_later):
        function = program.function(call)
        if function is None:
            continue
        inside = Uses()
        for node in ast.walk(function):
            _note(node, inside)
        for parameter, value in arguments(call, function):
            root, label = _unit(value)
            for where, there in ((found.drawn, inside.drawn), (found.along_x, inside.along_x)):
                if root and parameter in there:
                    where.setdefault(root, set()).update({label} | (there[parameter] - {parameter}))


def arguments(call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Which parameter gets which argument."""
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    yield from zip(names, call.args, strict=False)
    yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg)


# --- ways to a model ---


def routes(steps: Collection[Step], program: Program, reads: Collection[str]) -> dict[str, Route]:
    """Names that lead to one of those that are read, and the way: `net` -> `decoder`, `embed_positions`."""
    found: dict[str, Route] = {}
    for step in steps:
        for node in ast.walk(step.node):
            if isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
                root, route = chain(node)
                if root and root not in ("self", "cls") and route[-1:] and route[-1] in reads:
                    found.setdefault(root, route)
    for _ in range(MOST_ROUNDS):
        before = len(found)
        for step in steps:
            _follow_alias(step, found)
            _follow_calls(step, found, program)
        if len(found) == before:
            break
    return found


def _follow_alias(step: Step, found: dict[str, Route]) -> None:
    for node in ast.walk(step.node):
        if isinstance(node, ast.Assign | ast.For | ast.NamedExpr | ast.comprehension):
            value = node.value if isinstance(node, ast.Assign | ast.NamedExpr) else node.iter
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            between: Route = () if isinstance(node, ast.Assign | ast.NamedExpr) else ("[]",)
            for target in targets:
                name, (root, route) = getattr(target, "id", ""), chain(value)
                if name in found and root and root != name:
                    found.setdefault(root, (*route, *between, *found[name]))


def _follow_calls(step: Step, found: dict[str, Route], program: Program) -> None:
    for call in (*step.facts.calls, *step.facts.calls_later):
        function = program.function(call)
        for parameter, value in arguments(call, function) if function is not None else ():
            root, route = chain(value)
            if parameter in found and root:
                found.setdefault(root, (*route, *found[parameter]))


def is_alias(node: ast.stmt) -> bool:
    """Whether a statement only gives a thing another name: `net = model.decoder`, `net = model.eval().cuda()`."""
    if not isinstance(node, ast.Assign):
        return False
    root, route = chain(node.value)
    bare = [
        step for at, step in enumerate(route) if step == "()" and route[at - 1 : at] and route[at - 1] not in ALIASING
    ]
    return bool(root) and not bare and route[:1] != ("()",)


# --- lists ---


def sorted_lists(uses: Uses, free: Iterable[str], near: Collection[str]) -> Mapping[str, str]:
    """What each free list is: the `series`, `epochs` that hold it, steps along `x`, or `other`."""
    lists = {name: uses.drawn.get(name, set()) | uses.along_x.get(name, set()) for name in free}
    lists = {name: labels for name, labels in lists.items() if labels and name not in uses.called}
    found = {name: "series" if name in uses.drawn else "x" for name in lists}
    named = {name for name, labels in lists.items() if _says(near, {name, *labels})}
    named &= uses.drawn.keys() | {name for name in lists if found[name] == "x" and len(lists) == 1}
    for name, labels in lists.items():
        if name in named:
            found[name] = "series"
        elif found[name] == "series" and (named or _says(OTHER, {name, *labels})):
            found[name] = "x" if name in uses.along_x else "other"
        elif name in uses.along_x and len(lists) > 1 and name in uses.drawn:
            found[name] = "x"
    return {name: "epochs" if kind == "series" and name in uses.epochs else kind for name, kind in found.items()}


def _says(words: Collection[str], labels: Iterable[str]) -> bool:
    return any(word.lower() in label.lower() for word in words for label in labels)


def functions_in(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions that a statement defines, methods included."""
    if isinstance(node, FUNCTIONS):
        yield node
    elif isinstance(node, ast.ClassDef):
        yield from (each for each in node.body if isinstance(each, FUNCTIONS))
