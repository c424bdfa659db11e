"""The check `answer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.nouns.asked import Check, Part
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation

W = np.array([0.75, -1.2, 0.31, 2.0, 0.5])
U = np.array([1.0, -0.5, 0.25, 0.125, 3.0])
RIGHT = {"y": W**3 + U, "t": W**2, "at.w": W, "at.u1": U}
Judge = Callable[..., Verdict]


@pytest.fixture
def judged(verdict: Judge) -> Judge:
    """The verdict on what a hand-in gives for `y`, or for what the rule names."""

    def judge(got: Any, rule: Any = "y", expected: Any = RIGHT, **options: Any) -> Verdict:
        given = got if isinstance(got, dict | Observation) else {"y": got}
        return verdict("answer", rule, expected, given, **options)

    return judge


def test_equal_values_pass_with_their_margin(judged: Judge) -> None:
    found = judged(RIGHT["y"] * (1 + 5e-10))

    assert found.outcome == "passed"
    assert found.margin == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(("off", "outcome"), [(0.9e-9, "passed"), (1.1e-9, "failed")])
def test_the_tolerance_is_a_billionth(judged: Judge, off: float, outcome: str) -> None:
    assert judged(RIGHT["y"] * (1 + off)).outcome == outcome


def test_the_tolerance_can_be_given(judged: Judge) -> None:
    assert judged(RIGHT["y"] + 0.001, rtol=0.1).outcome == "passed"
    assert judged(RIGHT["y"] + 0.001, atol=0.01).outcome == "passed"


def test_a_wrong_formula_is_told_at_the_point_where_it_is_furthest_off(judged: Judge) -> None:
    found = judged(RIGHT["y"] + np.array([0, 0.1, 0, 0.5, 0]))

    assert (found.outcome, found.code) == ("failed", "E-ANSWER")
    assert found.reason == "y: at w = 2, u1 = 0.125 it gives 8.62, expected 8.12; 3 of 5 points agree"
    assert found.margin is not None and found.margin > 1e6


def test_many_symbols_are_told_last(judged: Judge) -> None:
    expected = {"y": RIGHT["y"]} | {f"at.{name}": W for name in "abcdef"}

    assert judged(RIGHT["y"] + 1, expected=expected).reason == (
        "y: it gives 2.42, expected 1.42; this is at a = 0.75, b = 0.75, c = 0.75, d = 0.75, e = 0.75, f = 0.75"
    )


def test_numbers_are_told_with_the_digits_that_tell_them_apart(judged: Judge) -> None:
    found = judged(RIGHT["y"] * (1 + 1e-5))

    assert "it gives 8.12508, expected 8.125; it is 1.00001 times the right value everywhere" in found.reason


def test_a_factor_a_sign_and_zero_are_named(judged: Judge) -> None:
    assert judged(-RIGHT["y"]).reason.endswith("; it is -1 times the right value everywhere")
    assert judged(2.5 * RIGHT["y"]).reason.endswith("; it is 2.5 times the right value everywhere")
    assert judged(0 * RIGHT["y"]).reason.endswith("; it is 0 everywhere")
    assert "times" not in judged(RIGHT["y"] + 1).reason


def test_an_answer_that_is_another_one_is_named(judged: Judge) -> None:
    found = judged({"y": RIGHT["t"], "t": RIGHT["t"]}, ["t", "y"])

    assert found.output == "y"
    assert found.reason.endswith("; it is the right t")


def test_single_precision_is_given_its_room(judged: Judge) -> None:
    assert judged((RIGHT["y"] * (1 + 2e-6)).astype(np.float32)).outcome == "passed"
    assert judged((RIGHT["y"] * (1 + 1e-4)).astype(np.float32)).outcome == "failed"


def test_a_value_near_zero_is_given_the_room_of_its_size(judged: Judge) -> None:
    expected = {"y": np.array([5.0, -3.0, 1e-15, 2.0]), "at.w": W[:4]}

    assert judged(expected["y"] + 1e-13, expected=expected).outcome == "passed"
    assert judged(expected["y"] + 1e-7, expected=expected).outcome == "failed"


def test_all_zero_is_expected_exactly(judged: Judge) -> None:
    expected = {"y": np.zeros(5), "at.w": W}

    assert judged(np.zeros(5), expected=expected).outcome == "passed"
    assert judged(np.zeros(5) + 1e-9, expected=expected).outcome == "failed"


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_no_number_at_a_point_fails(judged: Judge, odd: float) -> None:
    found = judged(np.where(W == 2, odd, RIGHT["y"]))

    assert found.outcome == "failed"
    assert f"at w = 2, u1 = 0.125 it gives {odd:g}" in found.reason


@pytest.mark.parametrize(
    "got",
    [np.zeros(0), np.zeros((5, 1)), RIGHT["y"][:1], np.float64(1), RIGHT["y"] > 0, RIGHT["y"].astype(complex)],
    ids=["empty", "column", "one", "number", "truths", "complex"],
)
def test_what_is_not_one_number_a_point_fails(judged: Judge, got: Any) -> None:
    found = judged(got)

    assert (found.outcome, found.code) == ("failed", "E-OUTPUT")
    assert found.reason == "y: is not one number at each of 5 points"


def test_integers_are_numbers(judged: Judge) -> None:
    expected = {"y": np.array([1.0, 2.0, 3.0, 4.0]), "at.w": W[:4]}

    assert judged(np.array([1, 2, 3, 4]), expected=expected).outcome == "passed"


def test_a_formula_without_values_fails_with_what_is_wrong_in_it(judged: Judge) -> None:
    found = judged({"y": "v is not one of u1, w\nand more\x1b[31m"})

    assert (found.outcome, found.code) == ("failed", "E-FORMULA")
    assert found.reason.startswith("y: v is not one of u1, w")
    assert "\x1b" not in found.reason


def test_a_formula_that_was_not_read_waits_for_a_person(judged: Judge) -> None:
    found = judged({"y.unread": "a '{' is not closed"})

    assert (found.outcome, found.code) == ("pending", "E-FORMULA")
    assert found.reason == "y: a '{' is not closed; a person will read it"


def test_wrong_values_wait_where_what_comes_last_was_not_read(judged: Judge) -> None:
    doubt = {"y.unread": "a '{' is not closed"}
    found = judged({"y": RIGHT["y"] + 1, **doubt})

    assert (found.outcome, found.code) == ("pending", "E-FORMULA")
    assert found.reason.endswith("; what comes last was not read: a '{' is not closed; a person will read it")
    assert judged({"y": RIGHT["y"], **doubt}).outcome == "passed"


def test_what_is_not_there_is_skipped(judged: Judge) -> None:
    found = judged({"t": RIGHT["t"]})

    assert (found.outcome, found.code, found.reason) == ("skipped", "E-NAME", "no 'y = ...' was found")


def test_a_case_without_any_answer_is_skipped(judged: Judge) -> None:
    assert judged(Observation("missing", reason="no 'y = ...' was found")).outcome == "skipped"


def test_points_are_those_of_the_reference(judged: Judge) -> None:
    assert "at w = 2, u1 = 0.125" in judged({"y": RIGHT["y"] + W, "at.w": W * 0, "at.evil": W}).reason


def test_points_are_told_although_the_case_is_hidden(
    a_check: Callable[..., Check], a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]
) -> None:
    """They are drawn, and hold nothing that could be handed in."""
    check = a_check("answer", ["y"])
    observed = [Observation("answered", tensors={**RIGHT, "y": values}) for values in (RIGHT["y"], RIGHT["y"] + 1)]
    evidence = an_evidence(a_part(check), {"one": observed[0]}, {"one": observed[1]})

    assert "at w = 0.75, u1 = 1 it gives 2.42, expected 1.42" in conclude(check, findings(check, evidence)).reason


def test_few_points_prove_no_factor(judged: Judge) -> None:
    expected = {"y": np.array([1.0, 2.0]), "at.w": W[:2]}

    assert judged(np.array([2.0, 4.0]), expected=expected).reason == "y: at w = -1.2 it gives 4, expected 2"
