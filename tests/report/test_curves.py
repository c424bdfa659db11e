"""Tests of grader/report/curves.py."""

from __future__ import annotations

import base64
import subprocess
import sys

import numpy as np
import pytest

from grader.report import curves
from grader.report.images import Image

LINE = np.linspace(4, 1, 150).reshape(1, -1)


def svg(image: Image) -> str:
    """The text of a drawn curve."""
    return base64.b64decode(image.src.removeprefix("data:image/svg+xml;base64,")).decode()


@pytest.mark.parametrize(("shape", "lines"), [((), (1, 1)), ((9,), (1, 9)), ((8, 9), (8, 9))])
def test_an_array_of_few_rows_is_lines(shape: tuple[int, ...], lines: tuple[int, int]) -> None:
    found = curves.lines(np.zeros(shape))

    assert found is not None
    assert found.shape == lines


@pytest.mark.parametrize("shape", [(9, 4), (2, 2, 2)])
def test_many_rows_or_more_axes_are_no_curve(shape: tuple[int, ...]) -> None:
    assert curves.lines(np.zeros(shape)) is None


def test_the_same_numbers_give_the_same_bytes() -> None:
    frame = curves.frame_of([LINE], "step", "loss")

    first = curves.draw(LINE, frame)
    curves._drawn.cache_clear()

    assert curves.draw(LINE.copy(), frame) == first


def test_a_frame_holds_all_lines_with_air() -> None:
    frame = curves.frame_of([LINE, LINE[:, :20] - 5], "", "")

    assert frame.points == 150
    assert frame.low < -1
    assert frame.high > 4


def test_a_frame_without_finite_values_is_zero_to_one() -> None:
    frame = curves.frame_of([np.array([[np.nan, np.inf]])], "", "")

    assert (frame.low, frame.high) == (-0.05, 1.05)


def test_words_stay_text_in_any_script() -> None:
    text = svg(curves.draw(LINE, curves.frame_of([LINE], "更新步数", "损失")))

    assert "更新步数" in text
    assert "损失" in text


def test_dollars_in_a_label_are_no_formula_and_markup_is_text() -> None:
    text = svg(curves.draw(LINE, curves.frame_of([LINE], "$\\frac{a", "<script>x</script>")))

    assert "$\\frac{a" in text
    assert "<script>" not in text


def test_a_picture_holds_no_date_and_no_address() -> None:
    text = svg(curves.draw(LINE, curves.frame_of([LINE], "", "")))

    assert "<dc:date>" not in text
    assert "Matplotlib v" not in text


def test_a_long_line_keeps_its_spikes_and_loses_its_size() -> None:
    line = np.zeros((1, 30_000))
    line[0, 17_311] = 50.0

    steps, values = curves.thinned(line[0])

    assert values.max() == 50.0
    assert steps[values.argmax()] == 17_311
    assert len(steps) <= 2 * curves.BINS


def test_gaps_stay_gaps() -> None:
    _, values = curves.thinned(np.array([1.0, np.inf, 2.0]))

    np.testing.assert_array_equal(values, [1.0, np.nan, 2.0])


def test_a_long_line_of_nothing_finite_is_drawn_as_nothing() -> None:
    _, values = curves.thinned(np.full(5000, np.nan))

    assert np.isnan(values).all()


def test_pages_without_curves_never_load_the_plotting_library() -> None:
    program = "import sys, grader.report.site as s; print([m for m in ('matplotlib', 'torch') if m in sys.modules])"

    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert seen.stdout.strip() == "[]"
