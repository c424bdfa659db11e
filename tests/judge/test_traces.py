"""Points beside a series: whatever the points are, it is told which step each of them stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.figures import Artist
from grader.judge.tolerance import Tolerance
from grader.judge.traces import points_of, traced

NEAR = Tolerance(1e-4, 1e-5)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(np.nan) | st.just(np.inf), min_size=2, max_size=30),
    st.floats(-1e3, 1e3),
    st.floats(1e-2, 1e3),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_a_series_is_found_wherever_it_is_placed(
    series: list[float], start: float, step: float, left_out: bool
) -> None:
    values = np.array(series)
    points = np.column_stack([start + step * np.arange(len(values)), values])
    kept = np.isfinite(values) if left_out else np.full(len(values), True)
    found = traced(points[kept], values, NEAR, logged=False)

    assert found.is_right == bool(np.isfinite(values).any())
    assert found.steps is None or found.steps.tolist() == np.flatnonzero(np.isfinite(values)).tolist()


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20), st.lists(NUMBERS, max_size=20), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_drawn_it_is_judged(points: list[tuple[float, float]], series: list[float], logged: bool) -> None:
    found = traced(np.array(points).reshape(-1, 2), np.array(series), NEAR, logged=logged)

    assert found.is_right or found.reason


def test_bars_end_where_they_are_farthest_from_zero() -> None:
    bars = Artist("bars", np.array([[1.5, -3.0, 2.5, 0.0], [0.5, 0.0, 1.5, 4.0]]))

    assert points_of(bars).tolist() == [[1.0, 4.0], [2.0, -3.0]]


@pytest.mark.parametrize(
    ("y", "way"),
    [
        ([0.1, 0.2, 1.0, 0.3], "; it is the series cut at 1, as after clipping"),
        ([0.3, 5.0, 0.2, 0.1], "; it runs backwards"),
        ([0.1, 0.3, 5.3, 5.6], "; it adds up all steps so far"),
        ([1.0, 2.0, 50.0, 3.0], "; it is the series times 10"),
        (np.log([0.1, 0.2, 5.0, 0.3]), "; it is the logarithm of the series"),
    ],
)
def test_the_way_in_which_a_line_is_wrong_is_told(y: list[float], way: str) -> None:
    found = traced(np.column_stack([np.arange(4), y]), np.array([0.1, 0.2, 5.0, 0.3]), NEAR, logged=False)

    assert not found.is_right
    assert found.reason.endswith(way)
