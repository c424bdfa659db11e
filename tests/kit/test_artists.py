"""An area under a series is a line as the series is; an area over a few places marks them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.drawings import drawn

STEPS = np.arange(30)
SERIES = 1 + np.sin(STEPS)


def shapes(draw: Any) -> list[tuple[str, Any]]:
    ((axes,),) = [figure.axes for figure in drawn(draw)]
    return [(artist.kind, artist.values) for artist in axes.artists]


@pytest.mark.parametrize(
    "draw",
    [
        lambda plt: plt.fill_between(STEPS, 0, SERIES),
        lambda plt: plt.fill_between(STEPS, SERIES),
        lambda plt: (plt.fill_between(STEPS, SERIES, 5.0, alpha=0.3), plt.yscale("log")),
    ],
)
def test_an_area_that_ends_in_the_series_is_a_line(draw: Any) -> None:
    ((kind, values),) = shapes(draw)

    assert kind == "line"
    np.testing.assert_allclose(values, np.column_stack([STEPS, SERIES]))


@pytest.mark.parametrize(
    "draw",
    [
        lambda plt: plt.fill_between(STEPS, SERIES - 0.1, SERIES + 0.1),
        lambda plt: plt.fill_between(STEPS, 1, 2),
        lambda plt: plt.fill_between(STEPS[:3], 0, SERIES[:3]),
        lambda plt: plt.fill_between(STEPS, 0, SERIES, where=SERIES > 1),
        lambda plt: plt.fill_betweenx(STEPS, 0, SERIES),
    ],
    ids=["a band", "a block", "a few places", "pieces", "sideways"],
)
def test_other_areas_are_patches(draw: Any) -> None:
    assert [kind for kind, _ in shapes(draw)] == ["patch"]
