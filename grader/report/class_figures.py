"""Figures of a class: how scores spread, how each part went, and how well it tells strong from weak work.

Units: points, unless the name says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.nouns.judged import PartResult, Results, SubmissionResult

MAX_BINS = 12
MIN_FOR_DISCRIMINATION = 5  # below that a correlation says nothing
NOT_RUN = ("skipped", "broken")


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from `low` up to, and only in the last bin including, `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class PartFigures:
    """How one part went: how many got all, some, none of its points, or did not run; `waiting` has no points yet."""

    id: str
    title: str
    max: float
    full: int
    partial: int
    none: int
    not_run: int
    waiting: int
    share: float | None  # of the points decided, 0 to 1
    discrimination: float | None  # correlation with the rest of the score, -1 to 1

    @property
    def words(self) -> str:
        """The bar in words; only what is there."""
        counts = {"all": self.full, "some": self.partial, "none": self.none}
        counts |= {"not run": self.not_run, "wait": self.waiting}
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count)

    @property
    def percent(self) -> str:
        """The share of its points that were got."""
        return "–" if self.share is None else f"{self.share:.0%}"

    @property
    def separates(self) -> str:
        """The discrimination, to two digits."""
        return "–" if self.discrimination is None else f"{self.discrimination:.2f}"


def graded(results: Results) -> tuple[SubmissionResult, ...]:
    """The submissions that could be collected."""
    return tuple(submission for submission in results.submissions if not submission.error)


def histogram(scores: Sequence[float], highest: float) -> tuple[Bin, ...]:
    """The scores in at most twelve bins of a round width, from 0 to at least `highest`."""
    width = _round_width(max(highest, *scores, 1.0) / MAX_BINS) if scores else 1.0
    number = max(1, math.ceil(max(highest, *scores, 1.0) / width)) if scores else 0
    counts = [0] * number
    for score in scores:
        counts[min(int(max(score, 0) / width), number - 1)] += 1
    return tuple(Bin(place * width, (place + 1) * width, count) for place, count in enumerate(counts))


def part_figures(results: Results) -> tuple[PartFigures, ...]:
    """The figures of each part, in the order of the handout."""
    submissions = graded(results)
    order = dict.fromkeys(part.id for submission in submissions for part in submission.parts)
    titles = {part.id: part.title for submission in submissions for part in submission.parts}
    return tuple(_part(part_id, results.part_titles.get(part_id, titles[part_id]), submissions) for part_id in order)


def _round_width(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= least - 1e-9)


def _part(part_id: str, title: str, submissions: Sequence[SubmissionResult]) -> PartFigures:
    pairs = [(part, whole.score - part.score) for whole in submissions for part in whole.parts if part.id == part_id]
    kinds = [_kind(part) for part, _ in pairs]
    decided = [
        (part, rest) for (part, rest), kind in zip(pairs, kinds, strict=True) if kind not in ("waiting", "not_run")
    ]
    possible = sum(part.max - part.pending for part, _ in decided)
    return PartFigures(
        id=part_id,
        title=title,
        max=max(part.max for part, _ in pairs),
        full=kinds.count("full"),
        partial=kinds.count("partial"),
        none=kinds.count("none"),
        not_run=kinds.count("not_run"),
        waiting=kinds.count("waiting"),
        share=sum(part.score for part, _ in decided) / possible if possible else None,
        discrimination=_correlation([part.score for part, _ in decided], [rest for _, rest in decided]),
    )


def _kind(part: PartResult) -> str:
    if part.verdict in NOT_RUN:
        return "not_run"
    if not part.max:
        return {"passed": "full", "pending": "waiting"}.get(part.verdict, "none")
    decided = part.max - part.pending
    if decided <= 0:
        return "waiting"
    return "full" if part.score >= decided - 1e-9 else "partial" if part.score > 0 else "none"


def _correlation(scores: Sequence[float], rests: Sequence[float]) -> float | None:
    if len(scores) < MIN_FOR_DISCRIMINATION or np.std(scores) == 0 or np.std(rests) == 0:
        return None
    return float(np.corrcoef(scores, rests)[0, 1])
