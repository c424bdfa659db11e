"""The statements that a piece of code needs, and no others, found backwards from it and forwards.

A slice has a *core* (what was looked for and all that depends on it), what draws in the same cells, and *support*: the
imports, definitions and plain assignments that these need. A name whose value comes from training, from files or from
nowhere is *free*: it is for the caller to give.
"""

from __future__ import annotations

import ast
import builtins
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .facts import FUNCTIONS, arguments_of, chain
from .program import CONVENTIONS, Program, Step
from .uses import uses_of

DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
BASES = (*DEFINITIONS, *IMPORTS, ast.Assign, ast.AnnAssign)
EMPTY = frozenset(["list", "dict", "set", "defaultdict", "deque", "OrderedDict", "Counter"])
MOST_CONTEXT = 200


@dataclass(slots=True, eq=False)
class Stretch:
    """Steps that run one after the other: those of a file, or those of a function's body after those of its file."""

    program: Program
    steps: list[Step]
    start: int = 0  # where the body begins
    parameters: frozenset[str] = frozenset()
    touching: dict[str, list[int]] = field(default_factory=dict)  # name -> the steps that may change it

    def __post_init__(self) -> None:
        """Notes who touches what."""
        for at, step in enumerate(self.steps):
            for name in self._touched(step):
                self.touching.setdefault(name, []).append(at)

    def _touched(self, step: Step) -> set[str]:
        facts = step.facts
        touched = facts.binds | facts.alters | self.altered_in_calls(step)
        if not isinstance(step.node, (*DEFINITIONS, *IMPORTS)) and self.program.acts(facts):
            touched |= facts.reads.keys()
        elif isinstance(step.node, ast.Expr) and isinstance(step.node.value, ast.Call):
            root = chain(step.node.value.func)[0]  # of `parser.add_argument(...)`, say
            is_plain = self.program.is_quiet(facts) and not self.program.draws(facts)
            touched |= {root} - self.program.modules.keys() if is_plain else set()
        return touched

    def altered_in_calls(self, step: Step) -> set[str]:
        """The names of the module that functions called by this step alter."""
        if isinstance(step.node, DEFINITIONS):
            return set()
        altering = self.program.altering
        used = self.program.uses(step.facts) if altering else set()
        return {name for name, functions in altering.items() if used & functions}


@dataclass(slots=True)
class Slice:
    """The steps to run, in order, and the names that must be given."""

    steps: list[Step]
    free: tuple[str, ...]
    wanted: frozenset[str]  # the names that imports must bind
    supplied: frozenset[str]  # names that stand for a module by custom
    core: frozenset[Step]


class Slicer:
    """Finds what a core needs. `module` gives the program of a module of the hand-in by its name."""

    def __init__(
        self,
        stretch: Stretch,
        given: Collection[str],
        module: Callable[[str], Program | None],
        lists: Collection[str] = (),  # of those given: `g = log(g)` is done to them, and not to a model
    ) -> None:
        self.stretch, self.given, self.module, self.lists = stretch, given, module, lists
        self.included: set[int] = set()
        self.hoisted: set[int] = set()
        self.free: set[str] = set()
        self.wanted: set[str] = set()
        self.supplied: set[str] = set()
        self.core: list[int] = []
        self.cells: set[int] = set()
        self._seen: set[tuple[str, int]] = set()

    def slice(self, seeds: Sequence[int]) -> Slice:
        """The slice around these steps."""
        steps = self.stretch.steps
        self.core = self._core(seeds)
        self.cells = {steps[at].cell for at in self.core}
        self._close(need for at in self.core for need in self._needs(at))
        for at in self._context():
            self._try(at)
        order = [*sorted(self.hoisted), *sorted(self.included - self.hoisted)]
        chosen = [steps[at] for at in order]
        reads = [name for step in chosen for name in step.facts.reads if name in self.free]
        free = tuple(dict.fromkeys([*reads, *sorted(self.free)]))
        core = frozenset(steps[at] for at in self.core)
        return Slice(chosen, free, frozenset(self.wanted), frozenset(self.supplied), core)

    # --- forwards ---

    def _core(self, seeds: Sequence[int]) -> list[int]:
        """The seeds and what depends on them; what trains is left out."""
        steps, program = self.stretch.steps, self.stretch.program
        core, tainted, wanted = [], set[str](), set(seeds)
        for at in range(min(seeds, default=0), len(steps)):
            step = steps[at]
            facts = step.facts
            if isinstance(step.node, (*DEFINITIONS, *IMPORTS)) or program.trains(facts):
                tainted -= facts.binds
            elif at in wanted or tainted.intersection(facts.reads):
                core.append(at)
                tainted |= facts.binds | facts.alters | self._drawn_on(step)
            else:
                tainted -= facts.binds
        return core

    def _drawn_on(self, step: Step) -> set[str]:
        """The axes and figures that a step draws on."""
        program = self.stretch.program
        if not program.draws(step.facts):
            return set()
        roots = {chain(call.func.value)[0] for call in step.facts.calls if isinstance(call.func, ast.Attribute)}
        return {root for root in roots if root and root not in program.modules and root not in CONVENTIONS}

    def _context(self) -> list[int]:
        """What draws in the same cells, and does nothing else."""
        steps, program = self.stretch.steps, self.stretch.program
        beside = [
            at
            for at in range(self.stretch.start, len(steps))
            if steps[at].cell in self.cells and at not in self.included
        ]
        plain = [at for at in beside if not isinstance(steps[at].node, (*DEFINITIONS, *IMPORTS))]
        return [at for at in plain if program.draws(steps[at].facts) and not program.acts(steps[at].facts)][
            :MOST_CONTEXT
        ]

    def _try(self, at: int) -> None:
        """Includes a step if that asks for nothing more to be given."""
        included, hoisted, seen = set(self.included), set(self.hoisted), set(self._seen)
        free = set(self.free)
        self._close(self._needs(at))
        if any(not self._is_limit(name, self.included - included) for name in self.free - free):
            self.free, self._seen = free, seen
            self.included, self.hoisted = included, hoisted

    def _is_limit(self, name: str, at: set[int]) -> bool:
        """Whether steps only ask a name for a limit, as in `plt.axhline(config.clip_norm)`."""
        uses = uses_of([self.stretch.steps[each] for each in sorted(at)], self.stretch.program)
        return name in uses.limits and name not in uses.drawn

    # --- backwards ---

    def _close(self, needs: Iterable[tuple[int, str]]) -> None:
        waiting = [*needs]
        while waiting:
            at, name = waiting.pop()
            if (name, at) not in self._seen:
                self._seen.add((name, at))
                waiting += self._resolve(name, at)

    def _needs(self, at: int) -> list[tuple[int, str]]:
        """Takes a step in; gives what it needs and where that is looked for: what a function reads, at its call."""
        if at in self.included:
            return []
        self.included.add(at)
        is_definition = isinstance(self.stretch.steps[at].node, DEFINITIONS)
        place = max(at, self.core[-1]) if is_definition and self.core else at
        return [(place, name) for name in self.stretch.steps[at].facts.reads]

    def _resolve(self, name: str, at: int) -> list[tuple[int, str]]:
        """Includes whatever gives this name its value before a step, or notes it as free.

        Of a name that is given, what alters the thing after it was last bound.
        """
        is_given = name in self.given
        needs: list[tuple[int, str]] = []
        found = False
        touching = self.stretch.touching.get(name, [])
        for index in range(bisect_left(touching, at) - 1, -1, -1):
            place = touching[index]
            if place < self.stretch.start and name in self.stretch.parameters:
                break
            step = self.stretch.steps[place]
            if self._only_reads(step, name) and not self._is_filled(name, place):
                continue
            if is_given and name in step.facts.binds - step.facts.alters and not self._remakes(step, name):
                return needs
            if self._only_reads(step, name) or not self._usable(step, name):
                self.free |= set() if is_given else {name}
                return needs
            needs += self._needs(place)
            found = True
            if name in step.facts.reads:
                return needs  # what it was before is looked for from there
            if name in step.facts.binds and isinstance(step.node, BASES):
                self.wanted.add(name)
                return needs
        if not is_given and (not found or name in self.stretch.parameters):
            needs += self._from_elsewhere(name, at)
        return needs

    def _remakes(self, step: Step, name: str) -> bool:
        """Whether a list that is given is made anew from itself."""
        return name in self.lists and name in step.facts.reads

    def _only_reads(self, step: Step, name: str) -> bool:
        facts = step.facts
        acts = self.stretch.program.acts(facts)
        return acts and name not in facts.binds | facts.alters | self.stretch.altered_in_calls(step)

    def _is_filled(self, name: str, at: int) -> bool:
        """Whether what acts at this step may have filled the name: it was empty, or an object of theirs."""
        steps = self.stretch.steps
        before = [place for place in self.stretch.touching[name] if place < at and name in steps[place].facts.binds]
        node = steps[before[-1]].node if before else None
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            return False
        value = node.value
        own = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
        parts = value.elts if isinstance(value, ast.Tuple) else value.values if isinstance(value, ast.Dict) else [value]
        return own in self.stretch.program.classes or all(_is_empty(part) for part in parts)

    def _usable(self, step: Step, name: str) -> bool:
        """Whether a step may be run to give a name its value."""
        program = self.stretch.program
        if isinstance(step.node, ast.ImportFrom) and step.node.module:
            other = self.module(step.node.module)
            return other is None or _gives(other, _imported_as(step.node, name))
        if isinstance(step.node, (*DEFINITIONS, *IMPORTS)):
            return True
        if program.acts(step.facts):
            return False
        return step.cell in self.cells or program.is_quiet(step.facts)

    def _from_elsewhere(self, name: str, at: int) -> list[tuple[int, str]]:
        """A name that no step before gives: from a later cell, a star import or custom; else it is free."""
        steps = self.stretch.steps
        if name in self.stretch.parameters:
            self.free.add(name)
            return []
        for place in self.stretch.touching.get(name, []):
            later = steps[place]
            if place >= at and isinstance(later.node, (*DEFINITIONS, *IMPORTS)) and self._usable(later, name):
                self.hoisted.add(place)
                self.wanted.add(name)
                return self._needs(place)
        if hasattr(builtins, name) or name in ("__name__", "__file__", "get_ipython", "display"):
            return []
        for place, step in enumerate(steps):
            if _is_star(step.node) and self._star_gives(step.node, name):
                return self._needs(place)
        (self.supplied if name in CONVENTIONS else self.free).add(name)
        return []

    def _star_gives(self, node: ast.stmt, name: str) -> bool:
        assert isinstance(node, ast.ImportFrom)
        other = self.module(node.module or "")
        if other is not None:
            return _gives(other, name)
        return _installed_gives(node.module or "", name)


def parameter_defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """The parameters that have a default, and the default."""
    named = [*node.args.posonlyargs, *node.args.args]
    found = dict(
        zip([each.arg for each in named[len(named) - len(node.args.defaults) :]], node.args.defaults, strict=True)
    )
    by_name = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return {**found, **{each.arg: default for each, default in by_name if default is not None}}


def required_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The parameters without a default."""
    return frozenset(arguments_of(node)) - parameter_defaults(node).keys()


def _is_empty(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in EMPTY
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.List | ast.Tuple | ast.Set) and all(_is_empty(each) for each in node.elts)


def _is_star(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)


def _imported_as(node: ast.ImportFrom, name: str) -> str:
    return next((alias.name for alias in node.names if (alias.asname or alias.name) == name), name)


def _gives(program: Program, name: str) -> bool:
    """Whether a module gives this name without acting: what it binds last is a definition, an import or plain."""
    last = next((step for step in reversed(program.steps) if name in step.facts.binds), None)
    if last is None:
        return any(_is_star(step.node) for step in program.steps)
    return isinstance(last.node, (*DEFINITIONS, *IMPORTS)) or program.is_quiet(last.facts)


def _installed_gives(module: str, name: str) -> bool:
    """Whether an installed module has the name; only those are asked that are imported in a moment."""
    import importlib

    if module.partition(".")[0] not in ("matplotlib", "numpy", "torch", "math", "pylab"):
        return False
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False


def needed_part(node: ast.stmt, wanted: Collection[str], given: Mapping[str, object]) -> ast.stmt:
    """An import with only the names that are wanted and not given; any other statement as it is."""
    if not isinstance(node, IMPORTS) or _is_star(node):
        return node
    names = [alias for alias in node.names if _bound_by(alias) in wanted and _bound_by(alias) not in given]
    if len(names) == len(node.names) or not names:
        return node
    if isinstance(node, ast.Import):
        return ast.copy_location(ast.Import(names), node)
    return ast.copy_location(ast.ImportFrom(node.module, names, node.level), node)


def _bound_by(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]
