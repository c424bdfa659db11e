"""An image beside a matrix: blocks, rows left out, turned and scaled; and nothing that happens to be near."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.judge.images import AT_ONCE, Wanted, likeness
from grader.judge.tolerance import Tolerance
from tests.drawings import similarity

NEAR = Tolerance(1e-4, 1e-5)
MATRIX = np.random.default_rng(7).standard_normal((14, 14))


def wanted(*may_be: str, expected: Any = MATRIX, **fields: Any) -> Wanted:
    """The random matrix, or another one."""
    return Wanted(np.asarray(expected, np.float64), NEAR, frozenset(may_be), **fields)


@given(st.integers(2, 14), st.integers(0, 12), st.sampled_from([(), (3,), (0, 5), (1, 2, 3)]))
@settings(max_examples=60, deadline=None)
def test_a_block_is_found_wherever_it_begins_and_whatever_is_left_out(
    size: int, start: int, left_out: tuple[int, ...]
) -> None:
    kept = np.delete(np.arange(14), left_out)
    block = kept[start : start + size]
    drawn = MATRIX[np.ix_(block, block)]
    asked = {"without": (0, 1, 2, 3) if set(left_out) <= {0, 1, 2, 3} else (0, 5)}
    absent = set(range(14)) - set(block.tolist())

    assert likeness(drawn, wanted(is_complete=False, **asked)).is_right or len(block) < 2
    assert likeness(drawn, wanted(**asked)).is_right == (absent <= set(asked["without"]))


@given(
    arrays.arrays(
        st.sampled_from([np.float64, np.float32, np.uint8]),
        arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=16),
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_drawn_it_is_judged_and_chance_is_not_right(drawn: Any) -> None:
    every = ("transposed", "flipped", "normalised")

    assert not likeness(drawn, wanted(*every, is_complete=False, without=(0, 1))).is_right


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, 1e308, -1e308, 1e-308, np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("shape", [(2, 2), (14, 14), (14, 3), (1, 1), (0, 5), (15, 15), (14, 14, 3), (14, 14, 4)])
def test_a_constant_is_never_right(shape: tuple[int, ...], value: float) -> None:
    drawn = np.full(shape, value)

    assert not likeness(drawn, wanted("normalised", is_complete=False)).is_right


def test_the_reason_of_a_pass_says_what_was_drawn() -> None:
    assert likeness(MATRIX.T, wanted("transposed")).reason == "14 x 14, transposed"
    assert likeness(MATRIX[1:, 1:], wanted(without=(0,))).reason == "13 x 13, without row 0"


@pytest.mark.parametrize("row", [0, 150, 299])
def test_of_a_large_image_every_row_counts(row: int) -> None:
    expected = np.random.default_rng(3).standard_normal((300, 300))
    drawn = expected.copy()
    drawn[[row, 149], [7, 8]] += [5.0, 1.0]

    found = likeness(drawn, wanted(expected=expected))

    allowed = NEAR.atol + NEAR.rtol * abs(expected[row, 7])
    assert expected.size > 2 * AT_ONCE
    assert found.reason.startswith(f"2 of 90000 cells differ, worst 5 at row {row}, column 7")
    assert found.margin == pytest.approx(5 / allowed)


def test_rows_of_what_is_not_square_may_be_missing_too() -> None:
    table = MATRIX[:, :5]

    assert likeness(np.delete(table, 2, 0), wanted(expected=table, without=(2,))).is_right
    assert likeness(table[4:9], wanted(expected=table, is_complete=False)).is_right
    assert likeness(table[:, 1:3], wanted(expected=table, is_complete=False)).is_right


@pytest.mark.parametrize(
    ("blank", "reason"),
    [
        (np.s_[3], "14 cells are NaN: row 3"),
        (np.s_[:, [3, 5]], "28 cells are NaN: columns 3, 5"),
        (np.s_[[2, 4, 6, 8]], "56 cells are NaN: rows 2, 4, 6 ..."),
        (np.s_[3, 4], "1 cell is NaN, first at row 3, column 4"),
    ],
)
def test_holes_are_told_by_rows_and_columns(blank: Any, reason: str) -> None:
    drawn = MATRIX.copy()
    drawn[blank] = np.nan

    assert likeness(drawn, wanted()).reason == reason
    assert likeness(drawn, wanted(is_complete=False)).is_right


def test_values_just_inside_the_tolerance_are_right_and_just_outside_are_not() -> None:
    off = NEAR.atol + NEAR.rtol * abs(MATRIX[3, 4])
    inside, outside = MATRIX.copy(), MATRIX.copy()
    inside[3, 4] += 0.99 * off
    outside[3, 4] += 1.01 * off

    assert likeness(inside, wanted()).margin == pytest.approx(0.99, abs=1e-6)
    assert likeness(outside, wanted()).reason == (f"1 of 196 cells differ, worst {1.01 * off:.3g} at row 3, column 4")


@pytest.mark.slow
@pytest.mark.parametrize("size", [1026, 1025, 512, 2000])
def test_even_a_wrong_image_costs_less_than_a_second(size: int) -> None:
    drawn = np.random.default_rng(3).random((size, size))
    drawn[0, 0], drawn[5, 5] = 0, 1
    asked = wanted("transposed", "flipped", "normalised", expected=similarity(1026), without=(0, 1))
    began = time.process_time()

    assert not likeness(drawn, asked).is_right
    assert time.process_time() - began < 1
