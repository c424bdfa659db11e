"""What a statement does with names, read from its syntax tree: which it takes from outside, binds, alters and calls.

The tree is walked in the order in which Python evaluates it, and without recursion: a student's expression may be as
deep as the parser allows. What stands in the body of a function counts as *later*: it happens when that is called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Methods that alter the object they are called on.
ALTERING = frozenset(
    """
    append extend insert add update pop remove clear setdefault sort reverse appendleft extendleft popitem discard
    """.split()  # noqa: SIM905 (a list of words reads better)
)
Route: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Facts:
    """What a statement does; `later` is what it does when a function that it defines is called."""

    reads: dict[str, None] = field(default_factory=dict)  # names from outside, in order of first use
    binds: set[str] = field(default_factory=set)
    alters: set[str] = field(default_factory=set)  # names whose object it changes in place
    alters_later: set[str] = field(default_factory=set)
    calls: list[ast.Call] = field(default_factory=list)
    calls_later: list[ast.Call] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # names that are read, at once or later
    loads: set[str] = field(default_factory=set)  # and attributes, except `self.x`, and texts that are such names
    loads_later: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)  # names, attributes and texts, for words nearby


class _Scope:
    """The names of one function, class or comprehension; the outermost is the module."""

    def __init__(self, kind: str, above: _Scope | None) -> None:
        self.kind, self.above = kind, above
        self.bound: set[str] = set()
        self.shared: set[str] = set()
        self.loads: dict[str, None] = {}
        self.within: dict[str, None] = {}  # loads of scopes inside that are not theirs
        self.later: bool = kind == "function" or (above is not None and above.later)

    def free(self) -> Iterator[str]:
        """The names that this scope takes from above."""
        own = self.bound - self.shared
        if self.kind != "class":
            yield from (name for name in {**self.loads, **self.within} if name not in own)
            return
        yield from (name for name in self.loads if name not in own)
        yield from self.within


@dataclass(frozen=True, slots=True)
class _Enter:
    """Stands on the stack where a scope begins."""

    node: ast.AST
    kind: str


class _Leave:
    """Stands on the stack where a scope ends."""


_Item: TypeAlias = ast.AST | _Enter | _Leave


def facts_of(statement: ast.AST) -> Facts:
    """What a statement does. It does not fail, however deep the statement is."""
    walk = _Walk()
    walk.go(statement)
    return walk.facts


class _Walk:
    def __init__(self) -> None:
        self.facts = Facts()
        self.scope = _Scope("module", None)

    def go(self, statement: ast.AST) -> None:
        """Walks a statement to its end."""
        waiting: list[_Item] = [statement]
        while waiting:
            node = waiting.pop()
            if isinstance(node, _Leave):
                self.leave()
            elif isinstance(node, _Enter):
                self.scope = _Scope(node.kind, self.scope)
                if isinstance(node.node, (*FUNCTIONS, ast.Lambda)):
                    self.scope.bound.update(arguments_of(node.node))
            else:
                waiting += reversed(self.visit(node))

    def visit(self, node: ast.AST) -> list[_Item]:
        """Notes a node, and gives what comes next, in the order of evaluation."""
        if isinstance(node, ast.Name):
            self.name(node.id, load=isinstance(node.ctx, ast.Load))
        elif isinstance(node, ast.Attribute):
            self.attribute(node)
        elif isinstance(node, ast.Call):
            (self.facts.calls_later if self.scope.later else self.facts.calls).append(node)
            if isinstance(node.func, ast.Attribute) and node.func.attr in ALTERING:
                self.alter(node.func.value)
        elif isinstance(node, ast.Constant):
            self.text(node.value)
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            self.alter(node.value)
        elif isinstance(node, ast.alias):
            self.bind((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self.scope.shared.update(node.names)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self.bind(node.name)
        return self.children(node)

    def children(self, node: ast.AST) -> list[_Item]:
        """What a node consists of, in the order of evaluation."""
        if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda, *COMPREHENSIONS)):
            return self.enter(node)
        if isinstance(node, ast.Assign):
            return [node.value, *node.targets]
        if isinstance(node, ast.AnnAssign):
            return [each for each in (node.value, node.target) if each is not None]
        if isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name):
                self.name(node.target.id, load=True)
            self.alter(node.target)
            return [node.value, node.target]
        if isinstance(node, ast.NamedExpr):
            self.bind(node.target.id, walrus=True)
            return [node.value]
        if isinstance(node, ast.For | ast.AsyncFor):
            return [node.iter, node.target, *node.body, *node.orelse]
        if isinstance(node, ast.comprehension):
            return [node.iter, node.target, *node.ifs]
        return [*ast.iter_child_nodes(node)]

    def enter(self, node: ast.AST) -> list[_Item]:
        """The parts of a definition that belong to the scope around it, its own after them."""
        outside: list[_Item] = []
        inside: list[_Item] = []
        kind = "function"
        if isinstance(node, COMPREHENSIONS):
            kind = "comprehension"
            values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            inside = [*node.generators, *values]
        elif isinstance(node, ast.ClassDef):
            kind = "class"
            outside = [*node.decorator_list, *node.bases, *(each.value for each in node.keywords)]
            inside = [*node.body]
        elif isinstance(node, (*FUNCTIONS, ast.Lambda)):
            defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
            outside = [*(node.decorator_list if isinstance(node, FUNCTIONS) else ()), *defaults]
            inside = [*node.body] if isinstance(node, FUNCTIONS) else [node.body]
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            self.facts.texts.append(node.name)
            self.bind(node.name)
        return [*outside, _Enter(node, kind), *inside, _Leave()]

    def leave(self) -> None:
        """Ends a scope: what is not its own is read from the one around it."""
        ended = self.scope
        assert ended.above is not None, "the module ends with the walk"
        self.scope = ended.above
        for name in ended.free():
            if self.scope.kind != "module":
                self.scope.within[name] = None
            elif name not in self.facts.binds:
                self.facts.reads[name] = None

    def name(self, name: str, *, load: bool) -> None:
        """Notes a name that is read or bound."""
        self.facts.texts.append(name)
        if not load:
            self.bind(name)
            return
        self.load(name)
        self.facts.names.add(name)
        if self.scope.kind != "module":
            self.scope.loads[name] = None
        elif name not in self.facts.binds:
            self.facts.reads[name] = None

    def bind(self, name: str, *, walrus: bool = False) -> None:
        """Notes a name that is bound, in the scope that it belongs to."""
        scope = self.scope
        while walrus and scope.kind == "comprehension" and scope.above is not None:
            scope = scope.above
        if scope.kind == "module":
            self.facts.binds.add(name)
        elif name in scope.shared:
            self.facts.alters_later.add(name)
        else:
            scope.bound.add(name)

    def attribute(self, node: ast.Attribute) -> None:
        """Notes an attribute that is read or set."""
        self.facts.texts.append(node.attr)
        if not isinstance(node.ctx, ast.Load):
            self.alter(node.value)
        elif not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
            self.load(node.attr)

    def load(self, name: str) -> None:
        """Notes a word that is read."""
        (self.facts.loads_later if self.scope.later else self.facts.loads).add(name)

    def alter(self, node: ast.AST) -> None:
        """Notes that the object of a name from outside is changed."""
        root, _ = chain(node)
        if not root:
            return
        scope: _Scope | None = self.scope
        while scope is not None and scope.kind != "module":
            if root in scope.bound:
                return
            scope = scope.above
        (self.facts.alters_later if self.scope.later else self.facts.alters).add(root)

    def text(self, value: object) -> None:
        """Notes a text, and the words of one that names something."""
        if isinstance(value, str) and len(value) <= 200:
            self.facts.texts.append(value)
            if "." in value or value.isidentifier():  # getattr(x, "name"), state["a.name"]
                for word in value.split("."):
                    self.load(word)


def chain(node: ast.AST) -> tuple[str, Route]:
    """The name that an expression starts from and the way from there; "" where it starts from no name.

    `models[0].decoder.eval().weights` starts from `models`, and goes `[]`, `decoder`, `eval`, `()`, `weights`.
    """
    steps: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            steps.append("[]")
            node = node.value
        elif isinstance(node, ast.Call) and _is_getattr(node):
            steps.append(str(getattr(node.args[1], "value", "")))
            node = node.args[0]
        elif isinstance(node, ast.Call):
            steps.append("()")
            node = node.func
        else:
            return (node.id if isinstance(node, ast.Name) else ""), tuple(reversed(steps))


def _is_getattr(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) >= 2
        and isinstance(node.args[1], ast.Constant)
    )


def arguments_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[str]:
    """The names of all parameters."""
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [each.arg for each in named]


def called(call: ast.Call) -> str:
    """The last name of what is called: `show` of `plt.show()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
