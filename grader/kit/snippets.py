"""Code of a hand-in that is found by what it reads and calls, reduced to what it needs, and run once.

Asking for snippets runs nothing of theirs. A snippet runs with the staff's things in the place of what only training,
files or models could give; so a notebook that cannot run as a whole is still graded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType, SimpleNamespace
from typing import Any

from .executed import Returned, execute, fresh_module, future_flags, show_lines, supply
from .facts import Route
from .gpu import without_gpu
from .program import Program, Step
from .series import Series, as_series, steps
from .slices import DEFINITIONS, Slice, Slicer, Stretch, needed_part
from .uses import is_alias, routes, sorted_lists, uses_of


@dataclass(frozen=True, slots=True)
class Rule:
    """What a snippet is found by; the words of the rubric."""

    name: str
    take: str
    reads: tuple[str, ...]
    calls: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What a snippet needs of its hand-in: other modules by name, imports as its own file sees them, and notes."""

    file: str
    module: Callable[[str], Program | None]
    enter: Callable[[], str]  # lets imports find the siblings of the file; the package it belongs to
    note: Callable[[str], None]


class Snippet:
    """A piece of a hand-in that can be run by itself."""

    def __init__(self, rule: Rule, where: str, stretch: Stretch, seeds: Sequence[int], around: Around) -> None:
        self.rule, self.where = rule, where
        self.notes: list[str] = []
        self._stretch, self._seeds, self._around = stretch, seeds, around

    def __repr__(self) -> str:
        return f"<snippet {self.rule.name}: {self.where}>"

    @property
    def text(self) -> str:
        """The statements that would run, as Python writes them."""
        try:
            return "\n".join(ast.unparse(step.node) for step in self._slice.steps)
        except RecursionError:
            return ""

    @property
    def free(self) -> tuple[str, ...]:
        """The names that must be given to it, in order of first use."""
        return self._slice.free

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The free names that are drawn, iterated or indexed, and may be the series."""
        return tuple(name for name, kind in self._kinds.items() if kind in ("series", "epochs"))

    @cached_property
    def draws(self) -> bool:
        """Whether it draws data with matplotlib."""
        program = self._stretch.program
        return any(program.shows(step.facts) for step in self._slice.steps)

    def with_model(self, model: Any) -> dict[str, Any]:
        """What to give so that every way to the names that it reads ends in the model."""
        program = self._stretch.program
        ways = routes(self._slice.steps, program, self.rule.reads)
        given: dict[str, Any] = {"model": model}
        for root, route in ways.items():
            if root in self.free or not self._is_own_alias(root):
                given[root] = fitted(model, route, root)
        if not ways and len(self.free) == 1:  # it is handed to a function of another module
            given[self.free[0]] = model
        return given

    def with_series(self, values: Sequence[Any], *, clip: float = 1.0) -> dict[str, Any]:
        """What to give a plot: the series for each free list, steps along x, other numbers for other lists.

        A free name of a limit, as in `clip_norm` or `config.clip_norm`, gets `clip`.
        """
        series: dict[str, Callable[[], Any]] = {
            "series": lambda: as_series(values),
            "epochs": lambda: [as_series(values)],
            "x": lambda: steps(len(values)),
            "other": lambda: Series(values).others(),
        }
        given = {name: series[kind]() for name, kind in self._kinds.items()}
        for name, attributes in self._uses.limits.items():
            if name in self.free and name not in given:
                given[name] = SimpleNamespace(**dict.fromkeys(attributes, clip)) if attributes else clip
        return given

    def run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Runs it once in a fresh namespace, and gives that; what is given wins over their own definitions.

        Raises: whatever their code raises. What needs a name that nobody gave is left out and noted.
        """
        lists = {name for name, value in given.items() if isinstance(value, list)}
        cut = Slicer(self._stretch, frozenset(given), self._around.module, lists).slice(self._seeds)
        module = fresh_module(self._around.enter(), self._around.file)
        supply(module, cut.supplied)
        vars(module).update(given)
        with without_gpu():
            self._play(cut, module, given)
        return dict(vars(module))

    def _play(self, cut: Slice, module: ModuleType, given: Mapping[str, Any]) -> None:
        missing = set(cut.free) - given.keys()
        flags = future_flags(step.node for step in self._stretch.steps)
        for step in cut.steps:
            if _is_given(step, given, cut):
                continue
            lacking = missing.intersection(step.facts.reads)
            if lacking and not isinstance(step.node, DEFINITIONS):
                self._leave_out(step, lacking, missing)
                continue
            try:
                show_lines(step.piece)
                execute(needed_part(step.node, cut.wanted, given), step.piece, module, flags)
            except Returned:
                return
            except NameError as error:
                if error.name not in missing:
                    raise
                self._leave_out(step, {str(error.name)}, missing)
            except SystemExit:
                if step in cut.core:
                    raise
                self._leave_out(step, set(), missing)
            kept = step.facts.binds & given.keys() - step.facts.reads.keys()
            vars(module).update({name: given[name] for name in kept})

    def _leave_out(self, step: Step, lacking: Collection[str], missing: set[str]) -> None:
        missing |= step.facts.binds
        needs = f": nothing gives {', '.join(sorted(lacking))}" if lacking else ": it left"
        text = f"{self.where}: line {step.node.lineno} left out{needs}"
        self.notes.append(text)
        self._around.note(text)

    # --- what it is ---

    @cached_property
    def _slice(self) -> Slice:
        return Slicer(self._stretch, (), self._around.module).slice(self._seeds)

    @cached_property
    def _uses(self) -> Any:
        return uses_of(self._slice.steps, self._stretch.program)

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        ways = routes(self._slice.steps, self._stretch.program, self.rule.reads)
        return sorted_lists(self._uses, [name for name in self.free if name not in ways], self.rule.near)

    def _is_own_alias(self, name: str) -> bool:
        """Whether the name is bound within the slice to another one's thing, as in `net = model.decoder`."""
        binding = [step.node for step in self._slice.steps if name in step.facts.binds]
        return any(is_alias(node) or not isinstance(node, ast.Assign) for node in binding) or (
            not binding and name not in self._stretch.parameters and name not in self._stretch.touching
        )


def fitted(model: Any, route: Route, name: str) -> Any:
    """Something from which this way leads to the model's own parts: `trainer.model.decoder` from a `trainer`."""
    at = next((at for at, step in enumerate(route) if step not in ("[]", "()") and hasattr(model, step)), None)
    found = model
    if at is None:
        half = "encoder" if "enc" in name.lower() else "decoder"
        found = getattr(model, half, model)
        at = next((at for at, step in enumerate(route) if step not in ("[]", "()") and hasattr(found, step)), 0)
    for step in reversed(route[:at]):
        found = _wrapped(found, step)
    return found


def _wrapped(thing: Any, step: str) -> Any:
    if step == "[]":
        return [thing]
    if step == "()":
        return lambda *args, **kwargs: thing
    return SimpleNamespace(**{step: thing})


def _is_given(step: Step, given: Mapping[str, Any], cut: Slice) -> bool:
    """Whether a step would only bind what is given anyway."""
    facts = step.facts
    if not facts.binds or not facts.binds <= given.keys() - facts.reads.keys():
        return False
    return step not in cut.core or isinstance(step.node, DEFINITIONS)
