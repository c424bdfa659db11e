"""below, above and finite: strict bounds, and nothing that is no number passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.nouns.judged import Verdict

Judge = Callable[..., Verdict]


def judged(verdict: Judge, kind: str, got: object, rule: Any = None, expected: object = 1.0) -> Verdict:
    """The verdict on one output `x`."""
    return verdict(kind, {"x": 50.0 if rule is None else rule}, {"x": expected}, {"x": got})


@pytest.mark.parametrize(
    ("kind", "got", "outcome"),
    [
        ("below", 49.9, "passed"),
        ("below", 50.0, "failed"),
        ("below", [1.0, 51.0], "failed"),
        ("below", -np.inf, "passed"),
        ("below", np.inf, "failed"),
        ("below", 3, "passed"),
        ("above", 50.1, "passed"),
        ("above", 50.0, "failed"),
        ("above", [51.0, 1.0], "failed"),
        ("above", np.inf, "passed"),
        ("above", -np.inf, "failed"),
        ("above", 51, "passed"),
    ],
)
def test_a_bound_is_strict_and_holds_for_every_value(verdict: Judge, kind: str, got: object, outcome: str) -> None:
    assert judged(verdict, kind, got).outcome == outcome


@pytest.mark.parametrize("kind", ["below", "above"])
@pytest.mark.parametrize(
    ("got", "said"),
    [(np.nan, "x: is NaN"), ([], "x: holds no values"), ([1 + 1j], "x: is complex"), ([1.0, np.nan], "x: is NaN")],
    ids=["nan", "empty", "complex", "some-nan"],
)
def test_what_is_no_number_is_neither_below_nor_above(verdict: Judge, kind: str, got: object, said: str) -> None:
    found = judged(verdict, kind, got)

    assert (found.outcome, found.code, found.reason) == ("failed", "E-BOUND", said)


@pytest.mark.parametrize(
    ("kind", "got", "reason"),
    [
        ("below", 60.0, "x: is not below 50"),
        ("below", [60.0, 1.0, 70.0], "x: 2 of 3 values are not below 50"),
        ("above", [60.0, 1.0, 70.0], "x: 1 of 3 values is not above 50"),
    ],
)
def test_a_broken_bound_says_how_often(verdict: Judge, kind: str, got: object, reason: str) -> None:
    found = judged(verdict, kind, got)

    assert (found.code, found.reason) == ("E-BOUND", reason)


def test_a_bound_may_be_a_multiple_of_the_reference(verdict: Judge) -> None:
    rule = {"times": 1.5}

    assert judged(verdict, "below", 29.0, rule, expected=20.0).outcome == "passed"
    assert judged(verdict, "below", 31.0, rule, expected=20.0).reason == "x: is not below 1.5 times the reference's"


@pytest.mark.parametrize(
    ("kind", "got", "bound", "margin"),
    [
        ("below", 40.0, 50.0, 0.8),
        ("below", 100.0, 50.0, 2.0),
        ("below", -1e9, -1e8, 0.1),
        ("above", 100.0, 50.0, 0.5),
        ("above", 25.0, 50.0, 2.0),
        ("above", -5.0, -10.0, 0.5),
        ("below", -5.0, 50.0, None),
        ("below", 5.0, 0.0, None),
        ("below", -np.inf, -1e8, None),
    ],
)
def test_the_margin_is_the_worst_value_in_units_of_the_bound(
    verdict: Judge, kind: str, got: float, bound: float, margin: float | None
) -> None:
    assert judged(verdict, kind, got, bound).margin == (margin and pytest.approx(margin))


def test_finite_accepts_numbers_of_every_kind(verdict: Judge) -> None:
    assert verdict("finite", ["x", "n"], {}, {"x": [1.0, -2.0], "n": [1, 2]}).outcome == "passed"


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        ([1.0, np.nan, np.inf], "x: 2 of 3 values are NaN or infinite"),
        ([], "x: holds no values"),
    ],
)
def test_finite_rejects_what_is_none(verdict: Judge, got: object, reason: str) -> None:
    found = verdict("finite", "x", {}, {"x": got})

    assert (found.outcome, found.code, found.reason) == ("failed", "E-NONFINITE", reason)
