"""The smallest input on which a part fails, and what sets the inputs that fail apart from those that pass.

hypothesis looks for an input that fails and makes it smaller; then its neighbours are tried, the nearest first. Where
it is not installed, all are tried in order. What is said is true of every input that was tried: "fails as soon as two
sentences differ in length".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from grader.judge.cells import WRONG
from grader.judge.checks import findings
from grader.judge.evidence import Evidence
from grader.judge.traits import Trait, shown, traits
from grader.nouns.asked import Case, Part, Rubric
from grader.nouns.judged import PartResult, Smallest
from grader.nouns.plain import Json
from grader.nouns.seen import Observation
from grader.smallest import family, small_part

Inputs: TypeAlias = Sequence[Mapping[str, Json]]
Fails: TypeAlias = Callable[[Case], bool | None]
CRASHED: Final = ("raised", "left", "unreadable")  # endings that are the student's, whatever else the machine does
ENOUGH: Final = 8  # inputs that were tried, or all of them: with fewer nothing general is said
MANY: Final = 16  # with fewer inputs "this or that" fits too easily by chance
LISTED: Final = 2  # neighbours that pass


def is_asked(part: Part, result: PartResult) -> bool:
    """Whether small inputs may tell something about a part: it fails in what they are asked, and not at random."""
    cases = family(part)
    ran = any(case.ended in ("answered", *CRASHED) for case in result.cases)
    if not cases or not ran or result.unstable or result.verdict not in ("failed", "crashed"):
        return False
    asked = {check.id for check in small_part(part, cases[0]).checks}
    return any(check.id in asked and check.verdict in ("failed", "crashed") for check in result.checks)


def fails_on(
    part: Part, case: Case, rubric: Rubric, expected: Observation | None, got: Observation | None
) -> bool | None:
    """Whether a small input is answered wrongly; None if that cannot be told, or is not the student's fault."""
    if expected is None or expected.ended != "answered" or got is None:
        return None
    if got.ended != "answered":
        return True if got.ended in CRASHED else None
    small, right = small_part(part, case), {case.name: expected}
    reference, theirs = Evidence(small, rubric, right, right), Evidence(small, rubric, right, {case.name: got})
    asked = [check for check in small.checks if all(each.outcome == "passed" for each in findings(check, reference))]
    told = [verdict.outcome for check in asked for verdict in findings(check, theirs)]
    if any(outcome in WRONG for outcome in told):
        return True
    return False if told and all(outcome == "passed" for outcome in told) else None


def smallest_failing(part: Part, fails: Fails, seconds: float) -> Smallest | None:
    """The smallest of the part's small inputs that fails; None if none does, or none was found in time.

    `fails` tells it of one of `family(part)`, and None where that is not known; each is asked for once at most.
    """
    cases = family(part)
    if not cases:
        return None
    trials = _Trials(cases, fails, seconds)
    found = _found(trials)
    over = tuple(part.smallest.over) if part.smallest else ()
    inputs = [{name: case.args[name] for name in over} for case in cases]
    trials.try_all(range(len(cases)) if found is None else _nearest(inputs, found))
    if not trials.failing:
        return None
    first = min(trials.failing)
    passing = [at for at in _nearest(inputs, first) if at in trials.passing]
    passes = tuple(worded(inputs[at]) for at in passing[:LISTED])
    sentence = ""
    if len(trials.failing) + len(passing) >= min(ENOUGH, len(cases)):
        sentence = what_fails([inputs[at] for at in sorted(trials.failing)], [inputs[at] for at in sorted(passing)])
    return Smallest(inputs[first], sentence or f"{worded(inputs[first])} is the smallest input that fails", passes)


class _Trials:
    """Inputs that were tried, each once, until the time is over; after that nothing more is known to fail."""

    def __init__(self, cases: Sequence[Case], fails: Fails, seconds: float) -> None:
        self.cases, self._fails, self._seconds = cases, fails, seconds
        self._deadline: float | None = None  # from the first trial on
        self._known: dict[int, bool | None] = {}

    def fails(self, at: int) -> bool:
        """Whether an input is known to fail, which is found out if there is time; there may be none of this number."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self._seconds
        if at < len(self.cases) and at not in self._known and time.monotonic() < self._deadline:
            self._known[at] = self._fails(self.cases[at])
        return self._known.get(at) is True

    def try_all(self, numbers: Iterable[int]) -> None:
        """Finds out about these, in this order, as long as there is time."""
        for at in numbers:
            self.fails(at)

    @property
    def failing(self) -> frozenset[int]:
        """The numbers of those that fail."""
        return frozenset(at for at, fails in self._known.items() if fails is True)

    @property
    def passing(self) -> frozenset[int]:
        """The numbers of those that pass."""
        return frozenset(at for at, fails in self._known.items() if fails is False)


def _found(trials: _Trials) -> int | None:
    """An input that fails, shrunk by hypothesis, always the same for the same answers; none without hypothesis.

    Numbers are drawn bit by bit: for whole numbers hypothesis first reads the source of every module of ours, and keeps
    what it read in the folder one works in.
    """
    from random import Random

    try:
        from hypothesis import Phase, Verbosity, find, settings
        from hypothesis.errors import NoSuchExample
        from hypothesis.strategies import booleans, tuples
    except ModuleNotFoundError:  # students need not have it: all inputs are tried then, the simplest first
        return None
    how = settings(
        max_examples=2 * len(trials.cases),
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
    )
    bits = tuples(*[booleans()] * len(trials.cases).bit_length())
    try:
        return find(bits.map(_number), trials.fails, settings=how, random=Random(0))
    except NoSuchExample:
        return None


def _number(bits: tuple[bool, ...]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _nearest(inputs: Inputs, to: int) -> list[int]:
    """All inputs by number, those most like one of them first."""
    return sorted(range(len(inputs)), key=lambda at: _distance(inputs[to], inputs[at]))


def _distance(one: Mapping[str, Json], other: Mapping[str, Json]) -> float:
    return sum(_apart(value, other[name]) for name, value in one.items())


def _apart(one: Json, other: Json) -> float:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        shared = sum(_apart(a, b) for a, b in zip(one, other, strict=False))
        return shared + 2 * abs(len(one) - len(other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return min(abs(one - other), 4)
    return 0 if one == other else 1


def worded(args: Mapping[str, Json]) -> str:
    """An input as people write it: `lengths [2, 1], heads 2`."""
    return ", ".join(f"{name} {shown(value)}" for name, value in args.items())


# --- what is said -----------------------------------------------------------------------------------------------------


def what_fails(failing: Inputs, passing: Inputs) -> str:
    """The simplest thing that is true of all inputs that fail and of none that passes; empty if nothing is."""
    if not passing:
        return f"fails always, even with {worded(failing[0])}"
    known = list(traits([*failing, *passing]))
    for trait in known:
        if all(map(trait.holds, failing)) and not any(map(trait.holds, passing)):
            return f"fails {trait.said}"
    if len(failing) == 1:
        return f"fails only with {worded(failing[0])}"
    if len(passing) == 1:
        return f"fails always but with {worded(passing[0])}"
    joining = [trait for trait in known if trait.joins]
    either = _either(joining, failing, passing) if len(failing) + len(passing) >= MANY else ""
    return either or _both(joining, failing, passing)


def _either(known: Sequence[Trait], failing: Inputs, passing: Inputs) -> str:
    """Two traits that no passing input has, one of which every failing one has."""
    never = [trait for trait in known if not any(map(trait.holds, passing))]
    for one, other in combinations(never, 2):
        if all(one.holds(each) or other.holds(each) for each in failing):
            return f"fails where {one.fact} or {other.fact}"
    return ""


def _both(known: Sequence[Trait], failing: Inputs, passing: Inputs) -> str:
    """Two traits that every failing input has, and no passing one has both."""
    always = [trait for trait in known if all(map(trait.holds, failing))]
    for one, other in combinations(always, 2):
        if not any(one.holds(each) and other.holds(each) for each in passing):
            return f"fails where {one.fact} and {other.fact}"
    return ""
