"""How far the reference's perplexity spreads over seeds, and how many of its standard deviations a bound is away.

A bound on what a training reaches is fair only if chance does not decide: so the reference is trained again from other
weights and on other batches, by the seed that its probe is given, and every bound must be far outside what comes out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from grader.course import Cases, Course, by_part, hand_in
from grader.errors import HarnessError, Message
from grader.judge.evidence import Evidence
from grader.judge.perplexity import bounds_of, floor_of, labels_of, perplexity_of, shown
from grader.nouns.asked import Check, Part
from grader.nouns.plain import Place
from grader.nouns.seen import Run
from grader.runs import runs_of

OTHER_SEEDS = 6
ENOUGH = 3.0  # standard deviations


@dataclass(frozen=True, slots=True)
class Spread:
    """The reference's perplexities on one case of a check, one for each seed, between a floor and a bound.

    `bound` is infinite where there is none, `floor` 0.
    """

    part: str
    check: str
    case: str
    values: tuple[float, ...]
    bound: float
    floor: float
    place: str

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return fmean(self.values)

    @property
    def sd(self) -> float:
        """The standard deviation over the seeds; NaN if one of them has no finite perplexity."""
        return stdev(self.values) if all(map(math.isfinite, self.values)) else math.nan

    @property
    def to_bound(self) -> float:
        """How many standard deviations the bound is above the mean."""
        return _in_sd(self.bound - self.mean, self.sd)

    @property
    def to_floor(self) -> float:
        """How many standard deviations the floor is below the mean."""
        return _in_sd(self.mean - self.floor, self.sd)

    def __str__(self) -> str:
        """As `reference 19.6-22.0, sd 0.8 over 7 seeds, bound 28.4 is 8.9 sd away`."""
        if self.sd == 0 and self.floor < self.mean < self.bound:
            return f"reference {_exact(self.mean)} with each of {len(self.values)} seeds, bound {_exact(self.bound)}"
        told = f"reference {_exact(min(self.values))}-{_exact(max(self.values))}, sd {self.sd:.2g}"
        told += f" over {len(self.values)} seeds"
        if math.isfinite(self.bound):
            told += f", bound {_exact(self.bound)} is {self.to_bound:.3g} sd away"
        if self.floor:
            told += f", floor {_exact(self.floor)} is {self.to_floor:.3g} sd away"
        return told

    @property
    def faults(self) -> tuple[Message, ...]:
        """The bound or the floor that chance can reach."""
        ends = {"bound": (self.bound, self.to_bound), "floor": (self.floor, self.to_floor)}
        return tuple(self._fault(name, *end) for name, end in ends.items() if not end[1] >= ENOUGH)

    def _fault(self, name: str, value: float, away: float) -> Message:
        return Message(
            place=self.place,
            fact=f"part {self.part}, check {self.check}: the {name} {_exact(value)} is {away:.2g} standard deviations "
            f"from the reference's mean {_exact(self.mean)}",
            code="E-PROOF-SPREAD",
            allowed=f"{ENOUGH:g} or more; {self}",
            help="move the bound, give the training more updates, or take more labels",
        )


def spreads(course: Course, parts: Sequence[Part]) -> tuple[Spread, ...]:
    """The spread of every case that a check of perplexity looks at; nothing is run where there is none.

    Raises: HarnessError if the reference does not answer under another seed.
    """
    asked = [(part, check, rule) for part in parts for check in part.checks for rule in _rules(check)]
    wanted = {(part.id, case) for part, _, rule in asked for case in rule.cases}
    if not wanted:
        return ()
    others = list(_other_seeds(course, wanted))
    return tuple(_spread(course, part, check, rule, case, others) for part, check, rule in asked for case in rule.cases)


def _rules(check: Check) -> Iterator[Check]:
    yield from (rule for rule in (check, *check.subchecks) if rule.kind == "perplexity")


def _other_seeds(course: Course, wanted: set[tuple[str, str]]) -> Iterator[Mapping[str, Cases]]:
    """part -> case -> what the reference gives, for every further seed."""
    ready = [
        (hand_in(f"reference, seed {number + 1}", course.files), _runs(course, wanted, number))
        for number in range(1, OTHER_SEEDS + 1)
    ]
    for observed in course.observer.each(ready):
        for (part, case), seen in observed.observations.items():
            if seen.ended != "answered":
                raise HarnessError(_unanswered(observed.hand_in.key, part, case, seen.reason))
        yield by_part(observed.observations)


def _runs(course: Course, wanted: set[tuple[str, str]], number: int) -> tuple[Run, ...]:
    other = replace(course.rubric, seed=course.rubric.seed + number)
    return tuple(run for run in runs_of(other, {part for part, _ in wanted}) if (run.part, run.case) in wanted)


def _spread(
    course: Course, part: Part, check: Check, rule: Check, case: str, others: Sequence[Mapping[str, Cases]]
) -> Spread:
    seen = [course.reference[part.id], *(other[part.id] for other in others)]
    sides = [Evidence(part, course.rubric, cases, cases) for cases in seen]
    pairs = [(side.reference(case, rule.rule["logits"]), labels_of(rule.rule, case, side)) for side in sides]
    bounds = bounds_of(rule.rule, case, sides[0])
    return Spread(
        part=part.id,
        check=check.id,
        case=case,
        values=tuple(perplexity_of(logits, labels) for logits, labels in pairs),
        bound=min((bound.value for bound in bounds), default=math.inf),
        floor=floor_of(rule.rule, pairs[0][1].size),
        place=str(part.place or Place("rubric", 1, 1)),
    )


def _in_sd(distance: float, sd: float) -> float:
    return distance / sd if sd else math.copysign(math.inf, distance)


def _exact(value: float) -> str:
    """A perplexity, in more digits where a floor is near."""
    return shown(value) if value < 10 else f"{value:.4g}"


def _unanswered(key: str, part: str, case: str, reason: str) -> Message:
    return Message(
        place=f"{key}: part {part}, case {case}",
        fact=f"the reference gave no answer: {reason}",
        code="E-REFERENCE",
        help="let it answer under every seed",
    )
