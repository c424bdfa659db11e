"""Tests of grader/report/class_perplexities.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.nouns.judged import CheckResult, PartResult, Results, SubmissionResult
from grader.report.class_model import PerplexityStrip
from grader.report.class_perplexities import class_perplexities

BOUND = "must be below 13.1 (1.35 x the reference's 9.68)"


def strips(results: Results, *checks: tuple[str, str, str]) -> tuple[PerplexityStrip, ...]:
    """The strips of a class whose check `near` gave these verdicts, reasons and details."""
    people = []
    for number, (verdict, reason, detail) in enumerate(checks):
        check = CheckResult("near", "perplexity", ("logits",), "", verdict, 0, 3, reason, detail=detail)  # type: ignore[arg-type]
        part = PartResult("3d", "Real text", 0, 3, 0, verdict, reason, 1.0, 1, checks=(check,))  # type: ignore[arg-type]
        people.append(SubmissionResult(f"s{number}", "", 0, 3, 0, 1.0, False, (part,)))
    return class_perplexities(replace(results, submissions=tuple(people)))


def test_everybody_stands_on_the_strip_and_the_bound_with_them(results: Results) -> None:
    (strip,) = strips(
        results, ("passed", f"perplexity 9.68, {BOUND}", ""), ("failed", f"perplexity 4.42e+04, {BOUND}", "")
    )

    assert strip.title == "3d Real text, near"
    assert strip.said == "2 submissions: least 9.68, middle 22,105, greatest 44,200; must be below 13.1"
    assert [outcome for _, outcome in strip.marks] == ["passed", "failed"]
    assert strip.bound is not None
    assert 0 < strip.marks[0][0] < strip.bound < strip.marks[1][0] < 1000


def test_a_voided_perplexity_is_found_in_the_detail(results: Results) -> None:
    told = "by itself it passed; perplexity 1.54, must be below 52.5"

    (strip,) = strips(results, ("void", "void: part 3b proved a leak (position 1 sees 2)", told))

    assert strip.said == "1 submission: least 1.54, middle 1.54, greatest 1.54; must be below 52.5"


def test_below_the_floor_there_is_a_number_without_a_bound(results: Results) -> None:
    (strip,) = strips(results, ("void", "perplexity 1.21: below 49.9 only a model that sees its labels can be", ""))

    assert (strip.bound, strip.low) == (None, "1.21")


@pytest.mark.parametrize(
    "reason", ["perplexity infinite, must be below 13.1", "logits: missing", "perplexity 0, x", ""]
)
def test_what_tells_no_number_has_no_strip(results: Results, reason: str) -> None:
    assert strips(results, ("failed", reason, "")) == ()
