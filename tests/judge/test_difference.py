"""In which way two arrays differ: each fact where it is true, and none where it is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.judge.difference import in_which_way, padded_places
from grader.judge.tolerance import Tolerance
from grader.nouns.plain import Array

USUAL = Tolerance(1e-4, 1e-5)
RANDOM = np.random.default_rng(4224).normal(size=(4, 7, 6))


def way(expected: Array, got: Array, axes: str = "b s 2h", lengths: tuple[int, ...] = ()) -> str:
    """The fact about these two."""
    return in_which_way(expected, got, ~np.isclose(got, expected, rtol=1e-4, atol=1e-5), axes, USUAL, lengths)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda x: 0 * x, "every value is 0"),
        (lambda x: 0 * x + 3, "every value is the same"),
        (lambda x: -x, "every sign is reversed"),
        (lambda x: 0.5 * x, "every value is 0.5 times the expected one"),
        (lambda x: x + 0.25, "every value is off by the same 0.25"),
        (lambda x: np.roll(x, 3, axis=-1), "equal to the expected one with the halves of 2h swapped"),
        (lambda x: x[:, ::-1], "equal to the expected one in reverse order along s"),
        (lambda x: np.roll(x, 1, axis=1), "equal to the expected one, one place later along s"),
        (lambda x: np.roll(x, -1, axis=1), "equal to the expected one, one place earlier along s"),
        (lambda x: x[[1, 0, 3, 2]], "equal to the expected one in another order along b"),
    ],
    ids=["zero", "constant", "sign", "factor", "offset", "halves", "reverse", "later", "earlier", "order"],
)
def test_what_is_true_of_all_values_is_said(change: Callable[[Array], Array], fact: str) -> None:
    assert way(RANDOM, change(RANDOM)) == fact


def test_exchanged_axes_of_one_size_are_named() -> None:
    square = RANDOM[:, :4, 0]

    assert way(square, square.T, "t s") == "equal to the expected one with t and s exchanged"


def test_unrelated_values_give_no_fact() -> None:
    assert way(RANDOM, np.random.default_rng(1).normal(size=RANDOM.shape)) == ""


def test_two_values_prove_no_factor() -> None:
    assert way(np.array([1.0, 2.0]), np.array([2.0, 4.0]), "h") == ""


def test_exchanged_zeros_and_ones_are_named() -> None:
    mask = np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])

    assert way(mask, 1 - mask, "b s") == "zeros and ones are exchanged"


def test_integers_without_sign_are_not_subtracted_below_zero() -> None:
    expected = np.array([5, 6, 7, 8], np.uint8)

    assert way(expected, expected - 1, "t") == "every value is off by the same -1"


def changed(*index: object) -> Array:
    """A copy with other, unrelated values at an index."""
    got = RANDOM.copy()
    got[index] = np.random.default_rng(2).normal(size=got[index].shape) + 9  # type: ignore[index]
    return got


@pytest.mark.parametrize(
    ("got", "fact"),
    [
        (changed(slice(None), slice(None), slice(3, 6)), "only in the second half of 2h"),
        (changed(slice(None), slice(None), slice(0, 3)), "only in the first half of 2h"),
        (changed(2), "only at b = 2"),
        (changed(slice(None), 6), "only at s = 6 (the last)"),
        (changed(slice(None), slice(4, 7)), "only from s = 4 on"),
        (changed(slice(None), [0, 2, 5]), "only at s = 0, 2, 5"),
        (changed(slice(None), slice(1, 6)), "only at s = 1 to 5"),
    ],
    ids=["second-half", "first-half", "one-row", "last", "from", "some", "range"],
)
def test_where_the_difference_is_confined_is_said(got: Array, fact: str) -> None:
    assert way(RANDOM, got) == fact


def test_scattered_places_are_not_listed() -> None:
    assert way(RANDOM, changed(slice(None), [0, 1, 2, 4, 6], slice(None))) == ""


def test_axes_without_letters_are_told_by_number() -> None:
    assert way(RANDOM, changed(2), axes="") == "only at axis 0 = 2"


LENGTHS = (7, 5, 3, 2)
PADS = np.arange(7) >= np.array(LENGTHS)[:, None]


def test_differences_at_padding_alone_are_told_so() -> None:
    got = np.where(PADS[..., None], 9.0, RANDOM)

    assert way(RANDOM, got, lengths=LENGTHS) == "only at padded places"


def test_differences_at_all_words_alone_are_told_so() -> None:
    got = np.where(PADS[..., None], RANDOM, np.random.default_rng(3).normal(size=RANDOM.shape) + 9)

    assert way(RANDOM, got, lengths=LENGTHS) == "everywhere but at padded places"


def test_differences_in_all_rows_with_padding_alone_are_told_so() -> None:
    got = np.random.default_rng(3).normal(size=RANDOM.shape) + 9
    got[0] = RANDOM[0]

    assert way(RANDOM, got, lengths=LENGTHS) == "only in rows with padding"
    assert way(RANDOM[:, 0], got[:, 0], "b 2h", LENGTHS) == "only in rows with padding"


@pytest.mark.parametrize("lengths", [(), (7, 7, 7, 7), (5, 7, 3, 2), (7, 5, 3)], ids=["none", "even", "other", "few"])
def test_rows_with_padding_are_told_only_where_they_are_just_those(lengths: tuple[int, ...]) -> None:
    got = np.random.default_rng(3).normal(size=RANDOM.shape) + 9
    got[0] = RANDOM[0]

    assert way(RANDOM, got, lengths=lengths) == "only from b = 1 on"


def test_padding_needs_the_axes_b_and_s() -> None:
    got = np.where(PADS[..., None], 9.0, RANDOM)

    assert "padded" not in way(RANDOM, got, axes="", lengths=LENGTHS)


@pytest.mark.parametrize(
    ("shape", "axes", "lengths"),
    [((4, 7), "b s", ()), ((4, 7), "b h", LENGTHS), ((3, 7), "b s", LENGTHS), ((4, 6), "b s", LENGTHS)],
    ids=["no-lengths", "no-s", "other-batch", "too-short"],
)
def test_padded_places_are_unknown_where_the_lengths_do_not_fit(
    shape: tuple[int, ...], axes: str, lengths: tuple[int, ...]
) -> None:
    assert padded_places(shape, axes, lengths) is None


def test_padded_places_follow_the_order_of_the_axes() -> None:
    np.testing.assert_array_equal(padded_places((7, 4), "s b", LENGTHS), PADS.T)


def test_with_nan_only_the_place_is_told() -> None:
    got = RANDOM.copy()
    got[1] = np.nan

    assert way(RANDOM, got) == "only at b = 1"


def test_a_single_number_has_no_place() -> None:
    assert in_which_way(np.array(1.0), np.array(2.0), np.array(True), "", USUAL) == ""


def test_very_large_arrays_are_only_counted() -> None:
    large = np.ones(1_000_001)

    assert in_which_way(large, -large, large > 0, "", USUAL) == ""
