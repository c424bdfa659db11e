"""Tests of grader/report/log_curves.py."""

from __future__ import annotations

import base64
import re
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from grader.nouns.plain import Array
from grader.report import log_curves
from grader.report.images import Image
from grader.report.log_curves import Curve, band_of, draw, last_run, outside


def svg(image: Image | None) -> str:
    """The text of a picture, which is well-formed."""
    assert image is not None
    text = base64.b64decode(image.src.removeprefix("data:image/svg+xml;base64,")).decode()
    fromstring(text)
    return text


def curve(name: str, y: Array | list[float], x: Array | list[float] | None = None) -> Curve:
    """A curve over 0, 1, 2, ... if no x is given."""
    y_n = np.asarray(y, dtype=np.float64)
    return Curve(name, np.arange(len(y_n), dtype=np.float64) if x is None else np.asarray(x, dtype=np.float64), y_n)


CLASS = tuple(curve(f"s{at}", 10.0 + at - np.linspace(0, 5, 40)) for at in range(11))


def test_the_same_numbers_give_the_same_bytes() -> None:
    first = draw(CLASS[:2], "iteration", "loss", band=band_of(CLASS))
    log_curves._frame.cache_clear()

    assert draw(CLASS[:2], "iteration", "loss", band=band_of(CLASS)) == first


def test_curves_of_about_the_same_size_share_a_frame() -> None:
    log_curves._frame.cache_clear()
    for each in np.linspace(0, 0.4, 9):
        draw([curve("a", 180.2 + each - np.linspace(0, 121 + each, 80))], "iteration", "loss")

    assert log_curves._frame.cache_info().misses == 1


def test_a_curve_lies_inside_of_the_picture() -> None:
    text = svg(draw([curve("a", [3.7, 812.5, -41.0])], "x", "y"))

    (path,) = re.findall(r'<path d="(M[^"]*)" stroke-width="1.4"', text)
    places = [tuple(map(float, each.split())) for each in re.split("[ML]", path)[1:]]
    assert len(places) == 3
    assert all(0 < across < log_curves.WIDTH and 0 < down < log_curves.HEIGHT for across, down in places)
    assert places[1][1] < places[0][1] < places[2][1]


def test_what_is_not_finite_is_a_gap_and_a_step_back_another_run() -> None:
    text = svg(draw([curve("a", [3, np.nan, 2, 1, 3, 2], [1, 2, 3, 4, 1, 2])], "x", "y"))

    (path,) = re.findall(r'<path d="(M[^"]*)" stroke-width="1.4"', text)
    assert re.sub(r"[^ML]", "", path) == "MMLML"


@pytest.mark.parametrize(
    "y",
    [
        [],
        [np.nan],
        [np.inf, -np.inf],
        [5.0],
        [5.0] * 9,
        [1e-300, 1e-299],
        [1e199, -1e199],
        [1e308, 1.0],
        [0.0, -1.0],
        list(np.linspace(0, 1, 5000)),
    ],
    ids=["none", "nan", "inf", "one", "equal", "tiny", "large", "too large", "not positive", "many"],
)
@pytest.mark.parametrize("is_log", [False, True], ids=["linear", "log"])
def test_any_numbers_make_a_picture_or_none(y: list[float], is_log: bool) -> None:
    image = draw([curve("a", y)], "x", "y", is_log=is_log)

    assert image is None or len(svg(image)) < 60_000


def test_a_logarithmic_axis_has_plain_numbers() -> None:
    text = svg(draw([curve("a", [900.0, 12.0])], "iteration", "perplexity", is_log=True))

    assert ">1000<" in text
    assert "mathdefault" not in text


# --- the band ---


def test_the_band_holds_the_middle_four_fifths() -> None:
    band = band_of(CLASS)

    assert band is not None
    assert band.count == 11
    assert (band.low_m[0], band.middle_m[0], band.high_m[0]) == pytest.approx((11, 15, 19))


def test_few_curves_make_no_band() -> None:
    assert band_of(CLASS[:4]) is None


def test_the_band_ends_where_fewer_than_five_go_on() -> None:
    long = [curve(f"l{at}", np.ones(100) * at) for at in range(4)]

    band = band_of([*CLASS, *long])

    assert band is not None
    assert band.x_m[-1] <= 39


def test_curves_without_a_number_make_no_band() -> None:
    assert band_of([curve("a", [np.nan] * 9)] * 8) is None
    assert band_of([curve("a", [1.0])] * 8) is None


def test_how_much_of_a_curve_lies_outside_is_told() -> None:
    band = band_of(CLASS)

    assert band is not None
    assert outside(CLASS[5], band) == 0
    assert outside(curve("high", np.full(40, 99.0)), band) == 1
    assert outside(curve("empty", []), band) == 0


def test_the_last_run_counts() -> None:
    x_n, y_n = last_run(curve("a", [9, 8, 7, 6, 5], [1, 2, 3, 1, 2]))

    assert (x_n.tolist(), y_n.tolist()) == ([1, 2], [6, 5])
