"""Tests of grader/report/colours.py."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from grader.nouns.plain import Array
from grader.report import colours


@pytest.mark.parametrize(("name", "ours"), [("cividis", colours.VALUES), ("RdBu_r", colours.DIFFERENCE)])
def test_maps_are_close_to_the_published_ones(name: str, ours: Array) -> None:
    published = np.array([matplotlib.colormaps[name](at)[:3] for at in np.linspace(0, 1, colours.STEPS)]) * 255

    assert np.abs(published - ours).max() < 10


def test_zero_difference_is_nearly_white() -> None:
    assert colours.DIFFERENCE[colours.STEPS // 2].tolist() == [247, 247, 247]


def test_values_grow_lighter_all_the_way() -> None:
    lightness = colours.VALUES @ np.array([0.2126, 0.7152, 0.0722])

    assert (np.diff(lightness) > -0.5).all()  # rounding to whole channels


def test_palette_is_full_and_ends_in_the_marks() -> None:
    made = colours.palette(colours.VALUES)

    assert len(made) == 768
    assert tuple(made[3 * colours.NAN : 3 * colours.NAN + 3]) == colours.MARKS[0]
