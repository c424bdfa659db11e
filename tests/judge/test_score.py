"""Points: what passes pays, what waits stays open, nothing else adds up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.judge.score import WORST_FIRST, Points, check_result, part_outcome, part_points, total
from grader.nouns.asked import Check
from grader.nouns.judged import CheckResult, PartResult, Verdict
from grader.nouns.plain import Outcome, WrittenItem


@pytest.fixture
def checked(a_check: Callable[..., Check]) -> Callable[..., CheckResult]:
    """A check of some points with an outcome."""

    def make(outcome: Outcome, points: float) -> CheckResult:
        return check_result(a_check("close", "h0", points), Verdict(outcome), ("h0",), "")

    return make


@pytest.mark.parametrize("outcome", WORST_FIRST)
def test_only_a_passed_check_pays(checked: Callable[..., CheckResult], outcome: Outcome) -> None:
    result = checked(outcome, 3)

    assert (result.points, result.max) == (3 if outcome == "passed" else 0, 3)


@pytest.mark.parametrize("outcome", WORST_FIRST)
def test_points_of_pending_and_broken_checks_stay_open(checked: Callable[..., CheckResult], outcome: Outcome) -> None:
    points = part_points([checked(outcome, 3)], [])

    assert points.pending == (3 if outcome in ("pending", "broken") else 0)


def test_written_items_wait_for_a_person(checked: Callable[..., CheckResult]) -> None:
    points = part_points([checked("passed", 1)], [WrittenItem("a", "", 1), WrittenItem("b", "", 0.5)])

    assert points == Points(score=1, max=2.5, pending=1.5)


def test_thirds_add_up(checked: Callable[..., CheckResult]) -> None:
    points = part_points([checked("passed", 0.1)] * 3 + [checked("passed", 1 / 3)] * 3, [])

    assert points.score == 1.3


def test_a_result_keeps_what_the_verdict_says(a_check: Callable[..., Check]) -> None:
    verdict = Verdict("failed", "reason", "E-VALUE", "hint", "detail", 4.0, "ragged", "h0")

    result = check_result(a_check("close", "h0", 3, id="h"), verdict, ("h0",), "a = b")

    assert result == CheckResult(
        id="h",
        check="close",
        of=("h0",),
        case="ragged",
        verdict="failed",
        points=0,
        max=3,
        reason="reason",
        code="E-VALUE",
        hint="hint",
        detail="detail",
        margin=4.0,
        output="h0",
        tolerance="a = b",
    )


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [
        ([], "passed"),
        (["passed", "passed"], "passed"),
        (["passed", "pending"], "pending"),
        (["pending", "failed", "passed"], "failed"),
        (["skipped", "failed"], "failed"),
        (["failed", "crashed"], "crashed"),
        (["failed", "stopped"], "stopped"),
        (["crashed", "void"], "void"),
        (["crashed", "void", "broken"], "broken"),
    ],
)
def test_a_part_is_as_bad_as_its_worst_check(outcomes: list[Outcome], outcome: Outcome) -> None:
    assert part_outcome(outcomes) == outcome


def test_a_submission_is_the_sum_of_its_parts() -> None:
    def part(score: float, largest: float, pending: float) -> PartResult:
        return PartResult("1d", "", score, largest, pending, "failed", "", 0, 0)

    assert total([part(2, 8, 0), part(1, 3, 2)]) == Points(3, 11, 2)
