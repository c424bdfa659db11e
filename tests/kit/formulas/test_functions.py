"""The functions that may stand in a formula."""

from __future__ import annotations

import numpy as np
import pytest

from grader.kit.formulas.functions import FUNCTIONS, INVERSE, OF_TWO, SLOPES

X = np.array([-0.7, -0.1, 0.2, 0.6])
STEP = 1e-6


@pytest.mark.parametrize("name", SLOPES)
def test_a_slope_is_that_of_its_function(name: str) -> None:
    slope = (FUNCTIONS[name](X + STEP) - FUNCTIONS[name](X - STEP)) / (2 * STEP)

    assert SLOPES[name](X) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("name", INVERSE)
def test_an_inverse_undoes_its_function(name: str) -> None:
    assert INVERSE[name](FUNCTIONS[name](X)) == pytest.approx(X)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_value_for_each_component(name: str) -> None:
    assert FUNCTIONS[name](np.abs(X)).shape == X.shape


@pytest.mark.parametrize("name", OF_TWO)
def test_every_function_of_two_is_elementwise(name: str) -> None:
    assert OF_TWO[name](np.abs(X), X).shape == X.shape


def test_a_sigmoid_does_not_overflow() -> None:
    assert FUNCTIONS["sigmoid"](np.array([-1e4, 0.0, 1e4])).tolist() == [0, 0.5, 1]
