"""Functions and sympy expressions of a hand-in, at points."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.kit.formulas.at_points import TookTooLong, check_finite, time_limit, value_at
from grader.kit.formulas.formula import Faulty
from grader.kit.formulas.spelling import Names

POINTS = {
    "w": torch.tensor([2.0, 3.0, 0.1], dtype=torch.float64),
    "u_1": torch.tensor([0.5, -1.0, 7.0], dtype=torch.float64),
}
W, U = POINTS.values()


def at(value: Any, seconds: float = 1.0) -> Tensor:
    """Its values at three points."""
    return value_at(value, "f", POINTS, Names(POINTS, {}), seconds)


@pytest.mark.parametrize(
    "function",
    [
        lambda w, u_1: w * w + u_1,
        lambda u1, w: w**2 + u1,
        lambda a, b: a**2 + b,
        lambda w, u1, *, scale=1: scale * w**2 + u1,
        lambda *values: values[0] ** 2 + values[1],
        lambda w, u1: np.square(w) + np.asarray(u1),
        lambda w, u1: math.pow(w, 2) + u1,
        lambda w, u1: w**2 + u1 if w > 0 else 0,
        lambda w, u1: torch.tensor(float(w)) ** 2 + float(u1),
        lambda w, u1: w.item() ** 2 + u1.item(),
        lambda w, u1: torch.diag(w) @ w + u1,
        lambda w, u1: [float(x) ** 2 + float(y) for x, y in zip(w, u1, strict=True)],
        lambda w, u1: w.mul_(w).add_(u1),
    ],
    ids=range(13),
)
def test_a_function_is_called_as_its_author_meant_it(function: Any) -> None:
    assert at(function).tolist() == pytest.approx((W**2 + U).tolist(), rel=1e-12)


def test_single_precision_stays_to_be_seen() -> None:
    assert at(lambda w, u1: w.float()).dtype == torch.float32


def test_what_they_make_is_in_double_precision() -> None:
    assert at(lambda w, u1: torch.tensor(0.1) + w).tolist() == pytest.approx((0.1 + W).tolist(), rel=1e-15)
    assert torch.get_default_dtype() == torch.float32


def test_a_number_and_a_sympy_expression_have_values() -> None:
    import sympy

    w, u = sympy.symbols("w u_1")

    assert at(3).tolist() == [3, 3, 3]
    assert at(w**2 + u).tolist() == pytest.approx((W**2 + U).tolist())
    assert at(sympy.Integer(2)).tolist() == [2, 2, 2]
    with pytest.raises(Faulty, match="v is not one of w, u_1"):
        at(sympy.Symbol("v"))
    with pytest.raises(Faulty, match="the sympy expression cannot be evaluated"):
        at(sympy.Function("g")(w))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (lambda w, u1: 1 / 0, "f() raised ZeroDivisionError: division by zero"),
        (lambda w, u1: None, "f() gives None, not a number"),
        (lambda w, u1: "w", "f() gives a value of type str, not a number"),
        (lambda w, u1: w[:2], "f() raised IndexError"),
        (lambda w, x: w * x if isinstance(w, Tensor) else None, None),
        (lambda x, y, z: x, "f() takes x, which is not one of w, u_1"),
        ({}, "f gives a dict of 0, not a number at each point"),
        (np.zeros((3, 3)), "f gives values of shape (3, 3), not one number at each of 3 points"),
    ],
    ids=range(8),
)
def test_what_has_no_values_is_told(value: Any, told: str | None) -> None:
    if told is None:
        assert at(value).tolist() == (W * U).tolist()
        return
    with pytest.raises(Faulty, match=re.escape(told)):
        at(value)


def test_a_function_without_end_is_ended() -> None:
    def forever(w: Tensor, u1: Tensor) -> Tensor:
        while True:
            w = w + u1

    with pytest.raises(Faulty, match=r"f did not end within 0.2 s"):
        at(forever, 0.2)


def test_a_function_that_catches_everything_is_ended_too() -> None:
    def stubborn(w: Tensor, u1: Tensor) -> Tensor:
        while True:
            try:
                w = w + u1
            except Exception:
                continue

    with pytest.raises(Faulty, match=r"f did not end within 0.2 s"):
        at(stubborn, 0.2)


def test_waiting_takes_no_time_of_the_processor() -> None:
    with time_limit(0.05):
        time.sleep(0.2)


def test_the_limit_is_over_after_the_block() -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        while True:
            pass
    begin = time.process_time()
    while time.process_time() - begin < 0.2:
        pass


def test_a_point_without_a_number_is_told() -> None:
    with pytest.raises(Faulty) as error:
        check_finite(torch.tensor([1.0, math.nan, math.inf]), POINTS)

    assert str(error.value) == "it gives no finite number at w = 3, u_1 = -1: a division by zero, or too large"
