"""Tests of grader/report/series.py."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from grader.nouns.plain import Array
from grader.report import curves, series
from grader.report.series import Series

NAN, INF = float("nan"), float("inf")
NONE = np.zeros((0, 4))


def made(values: Any, marks: Array = NONE, clip: float | None = 1.0, behind: Any = (), **words: str) -> Series:
    """A series at 0, 1, 2 and so on."""
    y_n = np.array(values, dtype=np.float64)
    behind_m2 = np.array(behind, dtype=np.float64).reshape(-1, 2)
    return Series(np.arange(float(len(y_n))), y_n, behind_m2, marks, clip, words.get("x", ""), words.get("y", ""))


def svg(drawn: Series) -> str:
    """The text of the picture."""
    return base64.b64decode(series.draw(drawn).src.removeprefix("data:image/svg+xml;base64,")).decode()


def peaks(*places: int, size: int = 400) -> Array:
    """A series of 0.5 with peaks of 3."""
    return np.where(np.isin(np.arange(size), places), 3.0, 0.5)


def test_the_limit_is_drawn_and_named() -> None:
    assert ">limit 1<" in svg(made(peaks(7)))
    assert "limit" not in svg(made(peaks(7), clip=None))


def test_the_same_series_is_drawn_once_and_another_anew() -> None:
    series._drawn.cache_clear()

    first, again, other = (svg(made(peaks(place))) for place in (7, 7, 8))

    assert first == again != other
    assert series._drawn.cache_info().misses == 2


def test_every_step_above_the_limit_is_a_dot_while_they_are_few() -> None:
    assert svg(made(peaks(7, 300))).count(series.ABOVE) > svg(made(peaks())).count(series.ABOVE) == 0
    assert len(svg(made(peaks(*range(90))))) > len(svg(made(peaks(*range(200)))))


def test_marks_are_rings_shapes_and_bands() -> None:
    ring, shape, band = [7, 3, 7, 3], [0, 0, 80, 3], [20, NAN, 30, NAN]
    plain = svg(made(peaks(7)))

    assert series.MARK not in plain
    for mark in (ring, shape, band):
        assert series.MARK in svg(made(peaks(7), np.array([mark], dtype=np.float64)))


@pytest.mark.parametrize("mark", [[500.0, 1, 600, 2], [-90.0, NAN, -80, NAN], [NAN] * 4], ids=["right", "left", "none"])
def test_marks_outside_the_picture_are_not_drawn(mark: list[float]) -> None:
    assert svg(made(peaks(7), np.array([mark]))) == svg(made(peaks(7)))


@pytest.mark.parametrize(
    ("values", "is_log"),
    [([0.1, 11.0], True), ([0.1, 9.0], False), ([0.0, 1.0, 500.0], False), ([0.0] + [1.0] * 20 + [500.0], True),
     ([-1.0, -500.0], False), ([NAN, INF], False), ([1e-308, 1e308], True)],
)  # fmt: skip
def test_values_that_span_more_than_two_decades_have_a_logarithmic_axis(values: list[float], is_log: bool) -> None:
    assert made(values).is_log is is_log


def test_a_logarithmic_axis_is_numbered_in_plain_text() -> None:
    text = svg(made([0.05, 0.2, 46.2]))

    assert ">0.1<" in text
    assert ">10<" in text
    assert "mathdefault" not in text


def test_a_line_that_shows_another_thing_is_dashed_behind() -> None:
    assert curves.BEHIND in svg(made(peaks(7), behind=[[0, 1], [400, 2]]))


def test_words_are_text_and_long_ones_are_cut() -> None:
    text = svg(made(peaks(7), x="$\\frac{a", y="<script>\u202e" + "x" * 100_000))

    assert "$\\frac{a" in text
    assert "<script>" not in text
    assert "\u202e" not in text
    assert len(text) < 60_000


@pytest.mark.parametrize("limit", [1.0, -5.0, 1e308, 0.0, None])
@pytest.mark.parametrize(
    "values",
    [
        [NAN] * 5, [INF, -INF, NAN, 1.0], [1e308, -1e308, 0.0], [1e308] * 3, [1e308, 5e-324], [5e-324, 1e-300],
        [3.0], [0.0, 0.0], [1e16, 1e16],
    ],
)  # fmt: skip
def test_numbers_at_the_end_of_what_floats_hold_are_drawn(values: list[float], limit: float | None) -> None:
    far = np.array([[-1e308, -1e308, 1e308, 1e308], [0, -INF, 1, INF], [0, 1e-320, 1, -5], [1e308] * 4])

    assert "<svg" in svg(made(values, far, limit, behind=[[1e308, -1e308], [NAN, 2], [-1e308, INF]]))


def test_a_series_without_end_keeps_its_peak_and_loses_its_size() -> None:
    values = np.full(1_000_000, 0.5)
    values[617_003] = 1e6

    assert len(svg(made(values))) < 160_000
    assert len(svg(made(values))) > len(svg(made(np.full(1_000_000, 0.5))))


def test_fewer_bins_make_a_smaller_picture() -> None:
    noise = made(np.random.default_rng(1).random(50_000))

    assert len(series.draw(noise, 100).src) < len(series.draw(noise).src) / 2


def test_another_process_draws_the_same_bytes() -> None:
    program = (
        "import hashlib, numpy as np; from grader.report import series;"
        "y = 3 * np.random.default_rng(5).random(700); y[9] = 4000.0;"
        "marks = np.array([[9.0, 1, 9, 1], [100, 0, 300, 9], [400, np.nan, 410, np.nan]]);"
        "line = np.stack([np.arange(50.0), np.ones(50)], axis=1);"
        "drawn = series.draw(series.Series(np.arange(700.0), y, line, marks, 1.0, '更新', 'norm'));"
        "print(hashlib.sha256(drawn.src.encode()).hexdigest())"
    )

    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True) for _ in "ab"]

    assert runs[0].stdout == runs[1].stdout != ""
