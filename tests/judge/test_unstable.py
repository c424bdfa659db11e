"""What counts as another answer, and what is graded where answers differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.judge.tolerance import Tolerance
from grader.judge.unstable import alike, answers, for_a_person, most_frequent, told
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.plain import Fault, Outcome
from grader.nouns.seen import Observation

TOLERANCE = Tolerance(1e-4, 1e-5)
ONE = Observation("answered", tensors={"y": np.array([1.0, np.nan])})


def gave(value: float, **changes: Any) -> Observation:
    return replace(ONE, tensors={"y": np.array([value, np.nan])}, **changes)


def raised(kind: str, message: str) -> Observation:
    return Observation("raised", fault=Fault(kind, message))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ONE, gave(1.0 + 1e-7)),
        (ONE, replace(ONE, stdout="12:01", stderr="100%", notes=("slow",))),
        (replace(ONE, texts={"t": "<Net at 0x7f01>"}), replace(ONE, texts={"t": "<Net at 0x7fee>"})),
        (raised("ValueError", "took 0.1 s"), raised("ValueError", "took 0.2 s")),
        (ONE, Observation("broken")),
        (Observation("broken"), ONE),
        (Observation("stopped", limit="wall"), Observation("stopped", limit="wall", reason="later")),
    ],
    ids=["noise", "output", "address", "message", "second broken", "first broken", "same limit"],
)
def test_what_honest_code_may_say_otherwise_is_the_same_answer(first: Observation, second: Observation) -> None:
    assert alike(first, second, TOLERANCE)


@pytest.mark.parametrize(
    "second",
    [
        gave(1.1),
        gave(float("nan")),
        replace(ONE, tensors={"z": ONE.tensors["y"]}),
        replace(ONE, tensors={"y": np.array([1.0])}),
        replace(ONE, texts={"t": "two"}),
        raised("ValueError", ""),
        Observation("stopped", limit="wall"),
    ],
    ids=["value", "nan", "name", "shape", "text", "raised", "stopped"],
)
def test_everything_else_is_another_answer(second: Observation) -> None:
    assert not alike(ONE, second, TOLERANCE)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (raised("ValueError", ""), raised("KeyError", "")),
        (Observation("stopped", limit="wall"), Observation("stopped", limit="memory")),
    ],
)
def test_another_exception_or_limit_is_another_answer(first: Observation, second: Observation) -> None:
    assert not alike(first, second, TOLERANCE)


def test_answers_are_counted_over_all_cases_of_a_part() -> None:
    rounds = [{"a": gave(1), "b": gave(1)}, {"a": gave(1), "b": gave(2)}, {"a": gave(1), "b": gave(1)}]

    assert answers(rounds, TOLERANCE) == 2
    assert told(2, 3) == "2 different answers in 3 runs"


def check(verdict: Outcome, points: float) -> CheckResult:
    return CheckResult("values", "close", ("y",), "one", verdict, points, 3.0, reason="y: off", margin=9.0)


def result(verdict: Outcome, score: float) -> PartResult:
    return PartResult(
        "1d", "", score, 3.0, 0.0, verdict, "", 0.1, 0, ("mistake",), "h", checks=(check(verdict, score),)
    )


PASSED, FAILED = result("passed", 3.0), result("failed", 0.0)


@pytest.mark.parametrize(
    ("results", "chosen"),
    [([PASSED, FAILED, FAILED], 1), ([FAILED, PASSED, PASSED], 1), ([FAILED, PASSED], 1), ([PASSED, FAILED], 0)],
    ids=["most failed", "most passed", "even: the better one", "even: the better one first"],
)
def test_what_came_most_often_is_graded(results: list[PartResult], chosen: int) -> None:
    assert most_frequent(results) == chosen


def test_a_part_for_a_person_gives_and_loses_nothing() -> None:
    waiting = for_a_person(FAILED)

    assert (waiting.verdict, waiting.score, waiting.pending) == ("pending", 0.0, 3.0)
    assert waiting.reason == "it answers otherwise when it is run again; a person grades it"
    assert (waiting.mistakes, waiting.hint) == ((), "")
    (of,) = waiting.checks
    assert (of.verdict, of.points, of.code, of.margin) == ("pending", 0.0, "E-UNSTABLE", None)
    assert of.detail == "failed when it was run first: y: off"


def test_what_was_open_before_stays_open_once() -> None:
    part = replace(PASSED, pending=1.0, checks=(check("passed", 3.0), check("broken", 0.0)))

    assert for_a_person(part).pending == 4.0
