"""Points: of a check, of a part, of a submission. Nothing else in the house adds them up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from grader.nouns.asked import Check
from grader.nouns.judged import CheckResult, PartResult, Verdict
from grader.nouns.plain import Outcome, WrittenItem

OPEN: frozenset[Outcome] = frozenset({"pending", "broken"})  # their points wait: for a person, or for us
# The verdict of a part is the worst of its checks, and ours stands above theirs: what is not known must be looked at.
WORST_FIRST: tuple[Outcome, ...] = (
    "broken",
    "void",
    "crashed",
    "stopped",
    "failed",
    "skipped",
    "pending",
    "passed",
)
PLACES = 6  # decimals of a sum; thirds of a point add up


@dataclass(frozen=True, slots=True)
class Points:
    """Points reached, points that can be reached, and points that are still open."""

    score: float
    max: float
    pending: float


def check_result(check: Check, verdict: Verdict, of: tuple[str, ...], tolerance: str) -> CheckResult:
    """One check with its points: all of them if it passed, else none."""
    return CheckResult(
        id=check.id,
        check=check.kind,
        of=of,
        case=verdict.case,
        verdict=verdict.outcome,
        points=check.points if verdict.outcome == "passed" else 0.0,
        max=check.points,
        reason=verdict.reason,
        code=verdict.code,
        hint=verdict.hint,
        detail=verdict.detail,
        margin=verdict.margin,
        output=verdict.output,
        tolerance=tolerance,
    )


def part_points(checks: Iterable[CheckResult], written: Iterable[WrittenItem]) -> Points:
    """The points of a part; written items, pending and broken checks stay open."""
    checks, written = tuple(checks), tuple(written)
    waiting = [check.max for check in checks if check.verdict in OPEN] + [item.points for item in written]
    return Points(
        score=_sum(check.points for check in checks),
        max=_sum([check.max for check in checks] + [item.points for item in written]),
        pending=_sum(waiting),
    )


def part_outcome(outcomes: Sequence[Outcome]) -> Outcome:
    """The verdict of a part from those of its checks: the worst; `passed` if there are none."""
    return min(outcomes, key=WORST_FIRST.index, default="passed")


def total(parts: Iterable[PartResult]) -> Points:
    """The points of a submission."""
    parts = tuple(parts)
    return Points(
        score=_sum(part.score for part in parts),
        max=_sum(part.max for part in parts),
        pending=_sum(part.pending for part in parts),
    )


def _sum(values: Iterable[float]) -> float:
    return round(fsum(values), PLACES)
