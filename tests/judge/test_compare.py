"""Comparing two arrays: every trap, every sentence, and the margin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from grader.judge.compare import LARGEST_MARGIN, Manner, agree, compare
from grader.judge.tolerance import EXACT, Tolerance
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

USUAL = Tolerance(rtol=1e-4, atol=1e-5)
VALUES = np.array([[0.5, -1.5, 2.0], [4.0, 0.25, -3.0]], np.float32)


def close(expected: object, got: object, **manner: object) -> Verdict:
    """A comparison within the usual tolerance."""
    return compare("c0", np.asarray(expected), np.asarray(got), Manner(**{"tolerance": USUAL} | manner))  # type: ignore[arg-type]


def test_close_accepts_the_same_values() -> None:
    assert close(VALUES, VALUES.copy()) == Verdict("passed", margin=0.0, output="c0")


def test_close_rejects_other_values_and_says_how_many_and_where() -> None:
    got = VALUES.copy()
    got[1, 2] += 0.31
    got[0, 0] += 0.1

    verdict = close(VALUES, got, axes="b s")

    assert verdict.outcome == "failed"
    assert verdict.reason == "c0: 2 of 6 values differ, worst 0.31 at [b=1, s=2]; only at s = 0, 2"
    assert verdict.code == "E-VALUE"


def test_the_worst_place_is_the_largest_difference_outside_the_tolerance() -> None:
    verdict = close([1e6, 0.0, 1.0], [1e6 + 50, 0.1, 1.5])

    assert "worst 0.5 at [2]" in verdict.reason
    assert verdict.margin == pytest.approx(0.1 / 1e-5)


def test_the_student_reads_no_expected_value_but_staff_do() -> None:
    verdict = close([0.5, 1.25, 2.0], [0.5, 1.25, 3.0])

    assert "2.0" not in verdict.reason
    assert verdict.detail == "at [2]: got 3.0, expected 2.0, difference 1, tolerance 0.00021"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_close_rejects_nan_wherever_it_stands(place: int) -> None:
    got = np.array([1.0, 2.0, 3.0])
    got[place] = np.nan

    verdict = close([1.0, 2.0, 3.0], got)

    assert (verdict.outcome, verdict.code, verdict.margin) == ("failed", "E-NONFINITE", None)
    assert verdict.reason == f"c0: 1 of 3 values is NaN, first at [{place}]"


def test_close_rejects_nan_even_where_the_reference_is_nan() -> None:
    both = [np.nan, 1.0]

    assert close(both, both).reason == "c0: 1 of 2 values is NaN, first at [0]"
    assert close(both, [1.0, 1.0]).outcome == "failed"


def test_where_all_nan_stand_is_told() -> None:
    got = np.zeros((2, 3))
    got[1] = np.nan

    assert (
        close(np.zeros((2, 3)), got, axes="b s").reason
        == "c0: 3 of 6 values are NaN, first at [b=1, s=0]; only at b = 1 (the last)"
    )


def test_nan_at_padded_places_are_told_so() -> None:
    got = np.zeros((2, 3))
    got[1, 1:] = np.nan

    assert close(np.zeros((2, 3)), got, axes="b s", lengths=(3, 1)).reason.endswith("; only at padded places")


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ([1.0, 2.0], [1.0, np.inf], "1 of 2 values is infinite, first at [1]"),
        ([1.0, np.inf], [1.0, -np.inf], "1 of 2 values is infinite, first at [1]"),
        ([-np.inf, np.inf], [0.0, 1e30], "2 of 2 values are finite where infinity or NaN is expected, first at [0]"),
        ([np.nan], [np.inf], "1 of 1 values is infinite, first at [0]"),
    ],
    ids=["inf", "other-sign", "finite", "inf-for-nan"],
)
def test_close_wants_infinite_values_in_the_same_places(expected: object, got: object, said: str) -> None:
    verdict = close(expected, got)

    assert (verdict.outcome, verdict.reason) == ("failed", f"c0: {said}")


def test_close_accepts_infinities_in_the_same_places() -> None:
    both = [-np.inf, np.inf, 1.0]

    assert close(both, both) == Verdict("passed", margin=0.0, output="c0")


def test_a_single_number_that_is_nan_is_told_without_a_place() -> None:
    assert close(1.0, np.nan).reason == "c0: is NaN"


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (np.zeros((3, 4)), np.zeros(1)),
        (np.zeros((3, 4)), np.zeros((1, 4))),
        (np.zeros((3, 4)), np.zeros(())),
        (np.zeros((3, 4)), np.zeros((0, 4))),
        (np.zeros((0, 4)), np.zeros((3, 4))),
        (np.zeros((1, 6)), np.zeros(6)),
        (np.zeros((3, 4)), np.zeros((4, 3))),
    ],
    ids=["one", "one-row", "scalar", "empty", "not-empty", "batch-of-one-squeezed", "transposed"],
)
def test_close_never_broadcasts(expected: Array, got: Array) -> None:
    verdict = close(expected, got)

    assert (verdict.outcome, verdict.code, verdict.margin) == ("failed", "E-SHAPE", None)


def test_close_accepts_empty_beside_empty_of_the_same_shape() -> None:
    assert close(np.zeros((0, 4)), np.zeros((0, 4))).outcome == "passed"


def test_close_accepts_a_batch_of_one() -> None:
    assert close(np.ones((1, 7, 6)), np.ones((1, 7, 6))).outcome == "passed"


def test_a_wrong_shape_is_named_by_its_axes() -> None:
    verdict = close(np.zeros((4, 7)), np.zeros((7, 4)), axes="b s")

    assert verdict.reason == "c0: got (7, 4) = (s, b), expected (4, 7) = (b, s)"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_close_takes_any_width_of_float(dtype: type) -> None:
    assert close(VALUES, VALUES.astype(dtype)).outcome == "passed"


def test_another_width_fails_only_if_the_dtype_must_be_exact() -> None:
    verdict = close(VALUES, VALUES.astype(np.float64), exact_dtype=True)

    assert (verdict.outcome, verdict.code) == ("failed", "E-DTYPE")
    assert verdict.reason == "c0: got float64, expected float32"


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.complex64])
def test_close_rejects_another_kind_of_number(dtype: type) -> None:
    verdict = close(np.ones(3, np.float32), np.ones(3, dtype))

    assert (verdict.outcome, verdict.code) == ("failed", "E-DTYPE")


def test_a_single_integer_may_stand_for_a_float() -> None:
    assert close(np.float64(0.0), np.int64(0)).outcome == "passed"


def test_a_truth_value_may_not_stand_for_a_number() -> None:
    assert close(np.float64(1.0), np.bool_(True)).code == "E-DTYPE"


def test_integers_must_be_equal_however_wide_the_tolerance() -> None:
    verdict = compare("ids", np.array([100, 200]), np.array([100, 201]), Manner(Tolerance(1.0, 10.0)))

    assert (verdict.outcome, verdict.reason, verdict.margin) == (
        "failed",
        "ids: 1 of 2 values differs, first at [1]; only at axis 0 = 1 (the last)",
        None,
    )


def test_integers_of_another_width_may_be_equal() -> None:
    assert compare("ids", np.array([1, 2], np.int64), np.array([1, 2], np.uint8), Manner()).outcome == "passed"


def test_large_integers_are_not_compared_as_floats() -> None:
    assert compare("ids", np.array([2**53]), np.array([2**53 + 1]), Manner()).outcome == "failed"


def test_a_single_wrong_integer_is_told_without_a_place() -> None:
    assert compare("n", np.asarray(3), np.asarray(4), Manner()).reason == "n: is not the expected value"


def test_a_single_wrong_float_is_told_by_its_distance() -> None:
    assert close(1.0, 1.5).reason == "c0: off by 0.5"


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.int64, np.bool_])
def test_masks_of_any_dtype_can_be_read_as_truth_values(dtype: type) -> None:
    expected = np.array([[0, 1], [1, 1]], np.float32)

    assert compare("masks", expected, expected.astype(dtype), Manner(read_as="bool")).outcome == "passed"


def test_a_mask_read_as_truth_values_holds_zeros_and_ones_only() -> None:
    verdict = compare("masks", np.array([0.0, 1.0]), np.array([0.0, 0.5]), Manner(read_as="bool"))

    assert verdict.reason == "masks: 1 of 2 values is neither 0 nor 1, first at [1]"


def test_an_inverted_mask_is_named() -> None:
    mask = np.array([True, False, False])

    assert compare("masks", mask, ~mask, Manner()).reason == (
        "masks: 3 of 3 values differ, first at [0]; true and false are exchanged"
    )


@pytest.mark.parametrize(("off", "outcome"), [(0.999, "passed"), (1.001, "failed")], ids=["inside", "outside"])
@pytest.mark.parametrize("value", [0.0, 1.0, -250.0])
def test_the_tolerance_is_sharp(value: float, off: float, outcome: str) -> None:
    allowed = 1e-5 + 1e-4 * abs(value)

    verdict = close([value, 1.0], [value + off * allowed, 1.0])

    assert verdict.outcome == outcome
    assert verdict.margin == pytest.approx(off, rel=1e-6)


def test_a_close_call_tells_its_margin() -> None:
    assert "(2 times the tolerance)" in close([0.0, 1.0], [2e-5, 1.0]).reason


def test_a_clear_miss_does_not() -> None:
    assert "tolerance" not in close([0.0, 1.0], [1.0, 1.0]).reason


def test_without_a_tolerance_a_distance_has_no_unit() -> None:
    verdict = compare("x", np.array([1.0, 2.0]), np.array([1.0, 2.5]), Manner(EXACT))

    assert (verdict.outcome, verdict.margin) == ("failed", None)


def test_a_margin_is_always_a_number_that_json_knows() -> None:
    assert close([0.0], [1.7e308]).margin == LARGEST_MARGIN


def test_a_difference_beyond_the_floats_is_a_difference() -> None:
    assert close([-1.7e308], [1.7e308]).outcome == "failed"


def test_float32_is_not_compared_in_float32() -> None:
    """In float32 16777217 would be 16777216, and the distance 0."""
    verdict = compare("x", np.array([16777216.0], np.float32), np.array([16777217.0]), Manner(Tolerance(0.0, 0.5)))

    assert verdict.margin == 2.0


def test_complex_values_are_compared_by_their_distance() -> None:
    assert close(np.array([1 + 1j]), np.array([1 + 1j])).outcome == "passed"
    assert close(np.array([1 + 1j, 0j]), np.array([1 + 2j, 0j])).outcome == "failed"


FLOATS = st_numpy.arrays(
    np.float64, st_numpy.array_shapes(min_dims=2, max_dims=3, max_side=4), elements=st.floats(-100, 100, width=32)
)


@given(st.data(), FLOATS)
def test_close_gives_the_same_margin_when_both_sides_are_transposed(data: st.DataObject, expected: Array) -> None:
    got = data.draw(st_numpy.arrays(np.float64, expected.shape, elements=st.floats(-100, 100, width=32)))

    assert close(expected, got).margin == close(expected.T, got.T).margin


@given(st.data(), FLOATS)
def test_margin_and_verdict_say_the_same(data: st.DataObject, expected: Array) -> None:
    noise = data.draw(st_numpy.arrays(np.float64, expected.shape, elements=st.floats(-1e-3, 1e-3)))

    verdict = close(expected, expected + noise)

    assert verdict.margin is not None
    assert (verdict.outcome == "passed") == (verdict.margin <= 1)


@given(FLOATS, FLOATS)
def test_agree_is_compare_without_words(expected: Array, got: Array) -> None:
    assert agree(expected, got, USUAL) == (close(expected, got).outcome == "passed")


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ([1, 2], [1, 2], True),
        ([1, 2], [1, 3], False),
        ([True], [1], False),
        ([np.nan], [np.nan], True),
        ([np.nan], [1.0], False),
        ([1.0], [1.0, 1.0], False),
    ],
)
def test_agree_meets_the_same_traps(expected: object, got: object, same: bool) -> None:
    assert agree(np.asarray(expected), np.asarray(got), USUAL) is same
