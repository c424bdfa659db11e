"""seaborn's plots of matrices and series, drawn by matplotlib: the data is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.kit import seaborn_plots, stand_ins
from tests.drawings import drawn

MATRIX = np.arange(12.0).reshape(3, 4)
SERIES = np.linspace(1.0, 3.0, 5)


def test_it_stands_in_where_seaborn_is_not_installed() -> None:
    assert stand_ins.WORKING["seaborn"]()["heatmap"] is seaborn_plots.heatmap


def test_a_heat_map_is_a_mesh_with_a_colour_bar() -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: seaborn_plots.heatmap(MATRIX, annot=True, square=True))]

    assert axes.has_colour_bar
    assert [artist.values.tolist() for artist in axes.artists] == [MATRIX.tolist()]


def test_masked_cells_are_nan_and_the_bar_may_be_left_out() -> None:
    def _draw(plt: Any) -> None:
        seaborn_plots.heatmap(MATRIX, mask=MATRIX > 10, cbar=False, ax=plt.subplots(1, 2)[1][1])

    left, right = drawn(_draw)[0].axes

    assert (left.artists, right.has_colour_bar) == ((), False)
    assert np.argwhere(np.isnan(right.artists[0].values)).tolist() == [[2, 3]]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: seaborn_plots.lineplot(SERIES),
        lambda: seaborn_plots.lineplot(y=SERIES, label="norm"),
        lambda: seaborn_plots.lineplot(x=range(5), y=SERIES, hue=None),
        lambda: seaborn_plots.lineplot(data={"step": range(5), "norm": SERIES}, x="step", y="norm"),
        lambda: seaborn_plots.scatterplot(x=range(5), y=SERIES),
    ],
)
def test_series_are_given_whole_or_by_name(draw: Callable[[], object]) -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: draw())]

    np.testing.assert_allclose(axes.artists[0].values, np.column_stack([np.arange(5), SERIES]))


def test_bars_have_the_heights_of_the_series() -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: seaborn_plots.barplot(x=range(5), y=SERIES))]

    assert axes.artists[0].values[:, 3].tolist() == SERIES.tolist()
