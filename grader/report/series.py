"""A series with its limit as SVG: every step above the limit is marked, and so is where its author marked it.

The axis upwards is logarithmic if the values need it. A mark is drawn as wide and as high as it was, but never too
small to be seen.

Axes: n points, m points of a line behind, k marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from grader.nouns.plain import Array
from grader.report.clipping import MAX_DOTS
from grader.report.curves import BEHIND, BINS, COLOURS, Frozen, frozen, name_axes, svg, thawed, thinned
from grader.report.images import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DECADES = 2.0  # a wider span of values needs a logarithmic axis
LARGEST = 1e300  # beyond it matplotlib makes no axis
ABOVE, MARK, LIMIT = "#c0262d", "#6b3fa0", "#4a4f57"
SMALL = 0.02  # of the axes; a mark whose half is smaller is drawn as a ring
MAX_SHAPES = 60


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn. Shapes: x and y (n,), x rising; behind (m, 2); marks (k, 4): left, bottom, right, top."""

    x_n: Array
    y_n: Array
    behind_m2: Array
    marks_k4: Array
    clip: float | None
    x: str
    y: str

    @property
    def is_log(self) -> bool:
        """Whether the positive values span more than two decades, and few are not positive."""
        finite = self.y_n[np.isfinite(self.y_n)]
        positive = finite[finite > 0]
        if not positive.size or positive.size < 0.9 * finite.size:
            return False
        return bool(np.log10(positive.max()) - np.log10(positive.min()) > DECADES)


def draw(series: Series, bins: int = BINS) -> Image:
    """The series in its frame, drawn by the least and the greatest values of so many bins."""
    arrays = (series.x_n, series.y_n, series.behind_m2, series.marks_k4)
    return _drawn(tuple(map(frozen, arrays)), series.clip, series.x, series.y, min(bins, BINS))


@lru_cache(maxsize=32)  # the same series stands on the student's page and on that of the staff
def _drawn(arrays: tuple[Frozen, ...], clip: float | None, x: str, y: str, bins: int) -> Image:
    x_n, y_n, behind_m2, marks_k4 = map(thawed, arrays)
    series = Series(x_n, y_n, behind_m2, marks_k4, clip, x, y)
    return svg(lambda axes: _draw_on(axes, series, bins))


def _draw_on(axes: Axes, series: Series, bins: int) -> None:
    _frame(axes, series)
    if len(series.behind_m2):
        steps, values = thinned(_tame(series.behind_m2[:, 1], series), bins)
        axes.plot(series.behind_m2[steps.astype(np.int64), 0], values, color=BEHIND, linestyle="--", linewidth=1)
    tame_n = _tame(series.y_n, series)
    steps, values = thinned(tame_n, bins)
    dot = "." if tame_n.size < 30 else ""
    axes.plot(series.x_n[steps.astype(np.int64)], values, color=COLOURS[0], linewidth=1.1, marker=dot)
    if series.clip is not None:
        _limit(axes, series, tame_n)
    _marks(axes, series)


def _frame(axes: Axes, series: Series) -> None:
    finite = series.y_n[np.isfinite(series.y_n)]
    shown = np.concatenate([finite, [] if series.clip is None else [series.clip]])
    x_n = np.concatenate([series.x_n, series.behind_m2[:, 0]])
    left, right = _span(np.clip(x_n[np.isfinite(x_n)], -LARGEST, LARGEST))
    axes.set_xlim(left - 0.02 * (right - left), right + 0.02 * (right - left))
    if series.is_log:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.minorticks_off()  # they say little over so many decades, and take half of the drawing
        low, high = _span(np.log10(np.clip(shown[shown > 0], 1 / LARGEST, LARGEST)))
        air = 0.06 * (high - low)
        axes.set_ylim(10.0 ** max(low - air, -305), 10.0 ** min(high + 2 * air, 305))
    else:
        low, high = _span(np.clip(shown, -LARGEST, LARGEST))
        axes.set_ylim(low - 0.05 * (high - low), high + 0.12 * (high - low))
    name_axes(axes, series.x, series.y)


def _span(values: Array) -> tuple[float, float]:
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    if high > low:
        return low, high
    return low - max(abs(low) * 0.05, 0.5), high + max(abs(high) * 0.05, 0.5)


def _tame(y_n: Array, series: Series) -> Array:
    """The values that have a place on the axis; the others are gaps."""
    is_drawn = np.isfinite(y_n) & ((y_n > 0) | (not series.is_log))
    return np.where(is_drawn, np.clip(y_n, -LARGEST, LARGEST), np.nan)


def _limit(axes: Axes, series: Series, tame_n: Array) -> None:
    clip = series.clip or 0.0
    if clip > 0 or not series.is_log:
        axes.axhline(clip, color=LIMIT, linestyle=(0, (4, 2)), linewidth=1)
        said = {"ha": "right", "va": "bottom", "fontsize": 8, "color": LIMIT}
        axes.text(0.995, clip, f"limit {clip:g}", transform=axes.get_yaxis_transform(), **said)  # type: ignore[arg-type]
    above = np.flatnonzero(series.y_n > clip)
    if not above.size:
        return
    bins = above * BINS // max(len(tame_n), BINS)
    x_p = series.x_n[above[np.unique(bins, return_index=True)[1]]]
    gap_p = np.full(len(x_p), np.nan)
    ticks = np.stack([x_p, x_p, gap_p], axis=1).ravel(), np.stack([0 * x_p, 0 * x_p + 0.035, gap_p], axis=1).ravel()
    axes.plot(*ticks, color=ABOVE, linewidth=0.9, transform=axes.get_xaxis_transform(), solid_capstyle="butt")
    if above.size <= MAX_DOTS:
        dots = {"color": ABOVE, "linestyle": "", "marker": "o", "markersize": 3.5}
        axes.plot(series.x_n[above], tame_n[above], **dots)  # type: ignore[arg-type]


def _marks(axes: Axes, series: Series) -> None:
    """Large marks as large as they are, small ones as rings; what reaches across, as a band."""
    left, right = axes.get_xlim()
    low, high = (_height(edge, series) for edge in axes.get_ylim())
    rings, shapes = [], 0
    for x_from, y_from, x_to, y_to in series.marks_k4.tolist():
        if not (x_to >= left and x_from <= right):
            continue
        x_from, x_to = max(x_from, left), min(x_to, right)
        y_from, y_to = (min(max(_height(y, series), low), high) if np.isfinite(y) else y for y in (y_from, y_to))
        is_across, wide, tall = not np.isfinite(y_to - y_from), (x_to - x_from) / 2, (y_to - y_from) / 2
        if not is_across and wide < SMALL * (right - left) and tall < SMALL * (high - low):
            rings.append((x_from + wide, y_from + tall))
        elif shapes < MAX_SHAPES:
            shapes += 1
            _shape(axes, series, (x_from, x_to), None if is_across else (y_from, y_to))
    x_k, y_k = np.array(rings).reshape(-1, 2).T
    ring = {"color": MARK, "linestyle": "", "marker": "o", "markersize": 11, "markerfacecolor": "none"}
    axes.plot(x_k, 10**y_k if series.is_log else y_k, markeredgewidth=1.5, **ring)  # type: ignore[arg-type]


def _shape(axes: Axes, series: Series, across: tuple[float, float], upwards: tuple[float, float] | None) -> None:
    if upwards is None:
        axes.axvspan(*across, color=MARK, alpha=0.35, linewidth=1.4)
        return
    turn = np.linspace(0, 2 * np.pi, 41)
    (x_from, x_to), (y_from, y_to) = across, upwards
    rounds = (y_from + y_to) / 2 + (y_to - y_from) / 2 * np.sin(turn)
    rounds = 10**rounds if series.is_log else rounds
    axes.plot((x_from + x_to) / 2 + (x_to - x_from) / 2 * np.cos(turn), rounds, color=MARK, linewidth=1.5)


def _height(y: float, series: Series) -> float:
    """Where a value lies on the axis upwards."""
    bounded = min(max(y, -LARGEST), LARGEST)
    return float(np.log10(max(bounded, 1 / LARGEST))) if series.is_log else bounded
