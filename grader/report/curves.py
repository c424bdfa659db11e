"""Curves as SVG, drawn by matplotlib without pyplot: the same bytes for the same numbers.

Words on the axes stay text in the SVG, so that any script can be shown; the picture is an `img`, so nothing in it can
act. A line of more points than bins is drawn by the least and the greatest value of each bin, which keeps every spike.

Axes: k lines, n points.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from grader.nouns.plain import Array
from grader.report.images import Image
from grader.safetext import safe_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_LINES = 8
BINS = 1200
MAX_LABEL = 60  # characters
INCHES = (4.4, 2.9)
MARGINS = {"left": 0.14, "right": 0.96, "bottom": 0.16, "top": 0.96}
Frozen: TypeAlias = tuple[tuple[int, ...], bytes]  # shape, values: an array that can be looked up
COLOURS = ("#1f5fa8", "#b8500f", "#2f7d4f", "#7a4ea3", "#8a6d00", "#a8324a", "#3b7f8c", "#555555")
BEHIND = "#8b8f96"


@dataclass(frozen=True, slots=True)
class Frame:
    """What both pictures share: the limits of the axes and what is written beside them."""

    points: int
    low: float
    high: float
    x: str
    y: str


def lines(array: Array) -> Array | None:
    """The array as lines, if it can be one: few rows of numbers.

    Shapes: (n,) -> (1, n); (k, n) with k at most 8 -> (k, n).
    """
    lines_kn = array.reshape(1, -1) if array.ndim < 2 else array
    return lines_kn if lines_kn.ndim == 2 and lines_kn.shape[0] <= MAX_LINES else None


def frame_of(drawn: list[Array], x: str, y: str) -> Frame:
    """One frame for all lines, with a little air above and below."""
    finite = np.concatenate([lines_kn[np.isfinite(lines_kn)] for lines_kn in drawn])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    air = 0.05 * (high - low) or max(abs(high) * 0.05, 0.5)
    return Frame(max(lines_kn.shape[1] for lines_kn in drawn), low - air, high + air, x, y)


def draw(lines_kn: Array, frame: Frame, behind_kn: Array | None = None) -> Image:
    """The lines in their frame, with other lines dashed and grey behind them.

    Shapes: both (k, n); n may differ.
    """
    return _drawn(frozen(lines_kn), frame, None if behind_kn is None else frozen(behind_kn))


def frozen(array: Array) -> Frozen:
    """The array as a key, by which a picture that was drawn of it is found again."""
    return array.shape, array.astype(np.float64).tobytes()


def thawed(key: Frozen) -> Array:
    """The array that was frozen, in float64."""
    return np.frombuffer(key[1], dtype=np.float64).reshape(key[0])


@lru_cache(maxsize=64)  # the same curve stands on the student's page and on that of the staff
def _drawn(lines: Frozen, frame: Frame, behind: Frozen | None) -> Image:
    def _lines(axes: Axes) -> None:
        for line_n in [] if behind is None else thawed(behind):
            axes.plot(*thinned(line_n), color=BEHIND, linestyle="--", linewidth=1)
        for line_n, colour in zip(thawed(lines), COLOURS, strict=False):
            axes.plot(*thinned(line_n), color=colour, linewidth=1.4, marker="." if line_n.size < 30 else "")
        _dress(axes, frame)

    return svg(_lines)


def svg(draw_on: Callable[[Axes], None]) -> Image:
    """What is drawn on one pair of axes, in the style of the house: the same calls give the same bytes."""
    import matplotlib
    from matplotlib.figure import Figure

    style: Any = {"svg.hashsalt": "grade", "svg.fonttype": "none", "text.parse_math": False, "font.size": 9}
    file = io.BytesIO()
    with warnings.catch_warnings(), matplotlib.rc_context(style):
        warnings.simplefilter("ignore")  # a glyph that our font lacks is drawn by the reader's browser
        figure = Figure(figsize=INCHES)
        figure.subplots_adjust(**MARGINS)  # fitted margins would double the time
        axes = figure.add_subplot()
        axes.grid(visible=True, color="#e3e5e8", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        draw_on(axes)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return Image.of("svg+xml", file.getvalue(), round(INCHES[0] * 96), round(INCHES[1] * 96))


def name_axes(axes: Axes, x: str, y: str) -> None:
    """Writes beside the axes what they show; of a long text the beginning."""
    axes.set_xlabel(safe_line(x, columns=MAX_LABEL))
    axes.set_ylabel(safe_line(y, columns=MAX_LABEL))


def _dress(axes: Axes, frame: Frame) -> None:
    axes.set_xlim(-0.02 * frame.points, frame.points * 1.02 - 1 if frame.points > 1 else 1)
    axes.set_ylim(frame.low, frame.high)
    name_axes(axes, frame.x, frame.y)


def thinned(line_n: Array, bins: int = BINS) -> tuple[Array, Array]:
    """The steps and values of a line that show all of it: of many points the least and the greatest of each bin.

    Shapes: (n,) -> both (p,), p at most twice the bins; what is not finite is NaN.
    """
    steps_n = np.arange(line_n.size, dtype=np.float64)
    if line_n.size <= 2 * bins:
        return steps_n, np.where(np.isfinite(line_n), line_n, np.nan)
    chosen = []
    for part in np.array_split(np.arange(line_n.size), bins):
        finite = part[np.isfinite(line_n[part])]
        keep = (
            {int(finite[line_n[finite].argmin()]), int(finite[line_n[finite].argmax()])}
            if finite.size
            else {int(part[0])}
        )
        chosen += sorted(keep)
    kept = np.array(chosen)
    return steps_n[kept], np.where(np.isfinite(line_n[kept]), line_n[kept], np.nan)
