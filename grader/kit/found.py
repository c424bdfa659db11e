"""Where in a hand-in code reads or calls what a rule names: in cells, at the top level, in functions; best first."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .facts import FUNCTIONS, Facts, called, chain, facts_of
from .program import Program, Step, is_guard, spread, without_guard
from .slices import DEFINITIONS, Stretch, parameter_defaults, required_parameters
from .uses import functions_in

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)
YIELDS = (ast.Yield, ast.YieldFrom)
MOST_OPENED = 200
MOST_FUNCTIONS = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Some steps of a stretch that fit a rule. `order`: smaller is better, among places of one file."""

    stretch: Stretch
    seeds: tuple[int, ...]
    order: tuple[object, ...]


class Search:
    """Looks through one file for what a rule names; `elsewhere` gives the search of another module of theirs."""

    def __init__(
        self,
        program: Program,
        reads: Sequence[str],
        calls: Sequence[str],
        near: Sequence[str],
        elsewhere: Callable[[str], Search | None] = lambda module: None,
    ) -> None:
        self.program = program
        self.reads, self.calls = frozenset(reads), frozenset(calls)
        self.near = [word.lower() for word in near]
        self._elsewhere = elsewhere

    def places(self) -> list[Place]:
        """All that fits, best first."""
        found = [*self._at_the_top(), *self._in_functions()]
        return sorted(found, key=lambda place: place.order)

    def _at_the_top(self) -> Iterator[Place]:
        program = self.program
        cells: list[Step] = []
        for number, (piece, statements) in enumerate(program.cells):
            opened = self._opened(without_guard(statements))
            cells += [Step(node, piece, number, program.facts(node)) for node in opened]
        if len(program.cells) == 1:
            _split_where_it_acts(cells, program)
        yield from self._in(Stretch(program, cells), inside=0)

    def _in_functions(self) -> Iterator[Place]:
        program = self.program
        fitting = [
            (function, step)
            for step in program.steps
            if getattr(step.node, "name", "") not in program.models
            for function in functions_in(step.node)
            if self._fits_within(function) and not any(isinstance(node, YIELDS) for node in ast.walk(function))
        ]
        own = self.reads or self.calls
        fitting.sort(
            key=lambda each: not own & set(program.facts(each[0]).texts)
        )  # those that only pass it on come last
        for function, step in fitting[:MOST_FUNCTIONS]:
            yield from self._in(self._body(function, step), inside=1, name=function.name)

    def _body(self, function: ast.FunctionDef | ast.AsyncFunctionDef, step: Step) -> Stretch:
        """A function's body after the steps of its file, as if it stood there."""
        program, number = self.program, len(self.program.cells)
        defaults = [
            ast.copy_location(ast.Assign([ast.copy_location(ast.Name(name, ast.Store()), value)], value), value)
            for name, value in parameter_defaults(function).items()
        ]
        body = [*defaults, *self._opened(function.body)]
        steps = [Step(node, step.piece, number, program.facts(node)) for node in body]
        parameters = required_parameters(function)
        return Stretch(program, [*program.steps, *steps], len(program.steps), parameters)

    def _in(self, stretch: Stretch, *, inside: int, name: str = "") -> Iterator[Place]:
        seeds: dict[int, list[int]] = {}
        for at in range(stretch.start, len(stretch.steps)):
            step = stretch.steps[at]
            is_step = not isinstance(step.node, (*DEFINITIONS, ast.Import, ast.ImportFrom))
            if is_step and self.fits(step.facts) and not self.program.trains(step.facts):
                seeds.setdefault(step.cell, []).append(at)
        for cell, places in seeds.items():
            around = [each.facts for each in stretch.steps[stretch.start :] if each.cell == cell]
            if not self._is_near(around) and not any(word in name.lower() for word in self.near):
                continue
            direct = [at for at in places if self._is_direct(stretch.steps[at].facts)]
            chosen = tuple(direct or places)
            acts = any(self.program.acts(stretch.steps[at].facts) for at in chosen)
            yield Place(stretch, chosen, (acts, not direct, inside, -cell, -places[-1]))

    # --- what fits ---

    def fits(self, facts: Facts) -> bool:
        """Whether a step reads or calls what is named, itself or through a function of theirs."""
        program = self.program
        names = {name for name in facts.names if name in program.functions and name in facts.loads}
        names |= {called(call) for call in facts.calls if program.function(call) is not None}
        if names & self.fitting or any(self._is_foreign(call) for call in facts.calls):
            return True
        return bool(self.reads & facts.loads) if self.reads else any(called(call) in self.calls for call in facts.calls)

    def _fits_within(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        return any(self.fits(self.program.facts(node)) for node in function.body)

    @cached_property
    def fitting(self) -> set[str]:
        """The functions and methods that fit, and those that call them; models are none."""

        def fits(facts: Facts) -> bool:
            """Whether a function reads or calls what is named when it is called."""
            calls = (*facts.calls, *facts.calls_later)
            if any(self._is_foreign(call) for call in calls):
                return True
            found = self.reads & (facts.loads | facts.loads_later)
            return bool(found) if self.reads else any(called(call) in self.calls for call in calls)

        program = self.program
        nodes = {
            name: facts
            for name, facts in {**program.methods, **program.functions}.items()
            if name not in program.models
        }
        return spread({name for name, facts in nodes.items() if fits(facts)}, program.users) - program.models

    def _is_foreign(self, call: ast.Call) -> bool:
        """Whether a function is called that fits, of another module of theirs."""
        root, route = chain(call.func)
        if root not in self.program.modules:
            return False
        module, _, name = ".".join([self.program.modules[root], *route]).rpartition(".")
        other = self._elsewhere(module) if module else None
        return other is not None and name in other.fitting

    def _is_near(self, facts: Sequence[Facts]) -> bool:
        return not self.near or any(self._says(each, deep=True) for each in facts)

    def _says(self, facts: Facts, *, deep: bool) -> bool:
        """Whether one of the words stands in a name or text of the statement, or of a function that it calls."""
        if any(word in text.lower() for text in facts.texts for word in self.near):
            return True
        program = self.program
        nodes = {**program.methods, **program.functions}
        return deep and any(self._says(nodes[name], deep=False) for name in program.uses(facts))

    def _is_direct(self, facts: Facts) -> bool:
        """Whether the call itself is about one of the words, not only something beside it."""
        if not self.near:
            return True
        for call in facts.calls:
            if called(call) in self.calls or self.program.function(call) is not None:
                nodes = [
                    node for each in (*call.args, *(word.value for word in call.keywords)) for node in ast.walk(each)
                ]
                texts = [getattr(node, "id", getattr(node, "attr", getattr(node, "value", ""))) for node in nodes]
                if any(word in text.lower() for text in texts if isinstance(text, str) for word in self.near):
                    return True
        return False

    # --- opening blocks ---

    def _opened(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The statements; of a block that trains and holds what fits, the statements within, once."""
        found: list[ast.stmt] = []
        waiting = [*reversed(statements)]
        opened = 0
        while waiting:
            statement = waiting.pop()
            if isinstance(statement, BLOCKS) and opened < MOST_OPENED and self._is_to_open(statement):
                opened += 1
                waiting += reversed(_within(statement))
            else:
                found.append(statement)
        return found

    def _is_to_open(self, block: ast.stmt) -> bool:
        facts = self.program.facts(block)
        if not self.fits(facts):
            return False
        if self.program.acts(facts) or is_guard(block):
            return True
        return isinstance(block, ast.If) and not block.orelse and not self._can_be_asked(block.test)

    def _can_be_asked(self, test: ast.expr) -> bool:
        """Whether all that a condition reads is there without acting; so is one that binds a name."""
        facts, program = facts_of(test), self.program
        makers = [step for step in program.steps if step.facts.binds & facts.reads.keys()]
        bound = {name for step in makers for name in step.facts.binds} | program.modules.keys() | set(dir(builtins))
        return bool(facts.binds) or (
            facts.reads.keys() <= bound and not any(program.acts(each.facts) for each in makers)
        )


def _within(block: ast.stmt) -> list[ast.stmt]:
    body: list[ast.stmt] = [*getattr(block, "body", []), *getattr(block, "orelse", [])]
    if isinstance(block, ast.For):
        first = ast.Call(ast.Name("next", ast.Load()), [ast.Call(ast.Name("iter", ast.Load()), [block.iter], [])], [])
        bound = ast.copy_location(ast.Assign([block.target], first), block)
        return [ast.fix_missing_locations(bound), *body]
    return body


def _split_where_it_acts(steps: Sequence[Step], program: Program) -> None:
    """Counts the stretches of a script between what trains, reads files or makes models as its cells."""
    number = 0
    for step in steps:
        if not isinstance(step.node, (*FUNCTIONS, ast.ClassDef)) and program.acts(step.facts):
            number += 1
        step.cell = number
