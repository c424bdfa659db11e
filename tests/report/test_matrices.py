"""Tests of grader/report/matrices.py."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from grader.nouns.plain import Array
from grader.report import colours, matrices
from grader.report.matrices import Scale

NAN, INF = float("nan"), float("inf")


def pixels(image: matrices.Image) -> Array:
    """The palette places of a drawn picture."""
    data = base64.b64decode(image.src.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)))


def test_one_cell_is_one_pixel() -> None:
    image = matrices.draw(np.array([[0.0, 0.5, 1.0]]), Scale(0, 1), 512)

    assert (image.width, image.height, image.pooled) == (3, 1, 1)
    assert pixels(image).tolist() == [[0, 126, 252]]


def test_what_is_not_finite_has_marks_of_its_own() -> None:
    image = matrices.draw(np.array([[NAN, INF, -INF]]), Scale(0, 1), 512)

    assert pixels(image).tolist() == [[colours.NAN, colours.ABOVE, colours.BELOW]]


def test_values_beyond_the_scale_get_its_last_colours() -> None:
    image = matrices.draw(np.array([[-9.0, 9.0]]), Scale(0, 1), 512)

    assert pixels(image).tolist() == [[0, 252]]


def test_the_same_matrix_gives_the_same_bytes() -> None:
    matrix = np.random.default_rng(1).standard_normal((30, 20))

    assert matrices.draw(matrix, Scale(-1, 1), 512) == matrices.draw(matrix.copy(), Scale(-1, 1), 512)


def test_a_large_matrix_is_pooled_below_the_limit() -> None:
    image = matrices.draw(np.ones((1025, 300)), Scale(0, 1), 512)

    assert (image.height, image.width, image.pooled) == (342, 100, 3)


def test_one_wrong_cell_stays_visible_when_differences_are_pooled() -> None:
    gap = np.zeros((1000, 1000))
    gap[612, 77] = -1.0

    places = pixels(matrices.draw(gap, Scale(-1, 1), 100, diverging=True))

    assert places[61, 7] == 0
    assert (places == 126).sum() == 100 * 100 - 1


def test_values_are_pooled_by_their_mean() -> None:
    places = pixels(matrices.draw(np.tile([[0.0, 1.0], [1.0, 0.0]], (2, 2)), Scale(0, 1), 2))

    assert places.tolist() == [[126, 126], [126, 126]]


def test_the_slice_with_the_worst_difference_is_chosen() -> None:
    expected = np.zeros((3, 4, 2, 2))
    yours = expected.copy()
    yours[1, 2, 0, 0], yours[2, 3, 1, 1] = 0.5, -0.9

    assert matrices.worst_slice(yours, expected) == (2, 3)


def test_a_value_that_is_not_finite_is_the_worst_difference() -> None:
    expected = np.zeros((3, 2, 2))
    yours = expected.copy()
    yours[0, 0, 0], yours[2, 1, 1] = 1e9, NAN

    assert matrices.worst_slice(yours, expected) == (2,)


@pytest.mark.parametrize(("shape", "index"), [((3, 2, 2), (0,)), ((2, 2), ()), ((5,), ())])
def test_without_a_partner_the_first_slice_is_chosen(shape: tuple[int, ...], index: tuple[int, ...]) -> None:
    assert matrices.worst_slice(np.zeros(shape), None) == index


@pytest.mark.parametrize(("shape", "seen"), [((), (1, 1)), ((5,), (1, 5)), ((3, 5), (3, 5)), ((2, 3, 5), (3, 5))])
def test_every_array_has_a_matrix(shape: tuple[int, ...], seen: tuple[int, int]) -> None:
    assert matrices.as_matrix(np.zeros(shape), (0,) * max(0, len(shape) - 2)).shape == seen


@pytest.mark.parametrize(
    ("yours", "expected", "gap"),
    [
        (1.5, 1.0, 0.5),
        (INF, INF, 0.0),
        (-INF, -INF, 0.0),
        (NAN, NAN, 0.0),
        (0.0, -INF, NAN),
        (INF, -INF, NAN),
        (NAN, 1.0, NAN),
    ],
)
def test_difference_is_zero_for_equals_and_nan_where_one_is_not_finite(
    yours: float, expected: float, gap: float
) -> None:
    found = matrices.difference(np.array([yours]), np.array([expected]))

    np.testing.assert_array_equal(found, [gap])


def test_both_pictures_share_the_scale_of_the_expected_values() -> None:
    assert matrices.value_scale(np.array([0.0, 2.0]), np.array([0.5, 3.0])) == Scale(0.0, 3.0)


def test_a_wild_value_does_not_bleach_the_scale() -> None:
    assert matrices.value_scale(np.array([0.0, 2.0]), np.array([-1e9, 1.0])) == Scale(-2.0, 2.0)


def test_a_scale_without_finite_values_is_zero_to_one() -> None:
    assert matrices.value_scale(np.array([-INF]), np.array([NAN])) == Scale(0.0, 1.0)


def test_float_noise_has_no_colour() -> None:
    gap = np.array([[1e-8, -1e-8]])

    places = pixels(matrices.draw(gap, matrices.difference_scale(gap, np.ones((1, 2))), 512, diverging=True))

    assert places.tolist() == [[126, 126]]


def test_the_difference_scale_is_symmetric_and_reaches_the_worst() -> None:
    assert matrices.difference_scale(np.array([-3.0, 1.0]), np.zeros(2)) == Scale(-3.0, 3.0)


@given(
    arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(allow_nan=True, width=32))
)
def test_any_matrix_can_be_drawn(matrix: Array) -> None:
    image = matrices.draw(matrix, matrices.value_scale(matrix, matrix), 4)

    assert max(pixels(image).shape) <= 4
