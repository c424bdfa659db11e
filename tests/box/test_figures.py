"""Figures cross from the jail as data: drawn where there is no display, no font cache and nothing to write to."""

from __future__ import annotations

import numpy as np

from grader.box.levels import best_level
from grader.box.pool import Pool
from grader.figures import figures_of
from grader.nouns.asked import Handout, Unit
from tests.box.jobs import observe

PROBES = '''
from grader import kit

kit.ready_to_watch()


def call(hw, *, seed, unit="work", name="answer"):
    """The figures that a function of the hand-in draws."""
    with kit.watched() as figures:
        hw.work.answer()
    return figures.outputs()
'''
HAND_IN = """
import matplotlib
matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns


def answer():
    plt.imshow(np.ones((1026, 1026), np.float32))
    plt.savefig("/content/drive/map.png")
    plt.show()
    plt.plot([1, 5, 1], label="範數")
    plt.pause(100)
    plt.show(block=True)
    sns.heatmap(np.eye(3))
"""


def test_figures_cross_whole() -> None:
    handout = Handout(PROBES, (Unit("work", ("answer",)),))
    with Pool(handout, level=best_level(), workers=1) as pool:
        seen = observe(pool, HAND_IN)
    figures = figures_of(seen)

    assert isinstance(figures, tuple), (seen.ended, seen.fault, seen.reason)
    assert [figure.was_shown for figure in figures] == [True, True, False]
    image, line, heat_map = (figure.axes[0].artists[0] for figure in figures)
    assert (image.values.dtype, image.values.shape) == (np.float32, (1026, 1026))
    assert (line.values.tolist(), line.label) == ([[0, 1], [1, 5], [2, 1]], "範數")
    assert heat_map.values.tolist() == np.eye(3).tolist()
