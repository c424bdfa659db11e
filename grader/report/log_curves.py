"""Curves of training logs as SVG, over a band of the class.

matplotlib draws the frame, once for all pages whose limits, rounded outwards, are the same; lines and band are paths
that are put into it. So a class of logs costs a few frames, and the same numbers give the same bytes.

Axes: n points, m steps of a grid, c curves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from grader.nouns.plain import Array
from grader.report.curves import BEHIND, COLOURS, INCHES, MARGINS, name_axes, svg, thinned
from grader.report.images import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGEST = 1e200  # beyond it no axis can be made
FEW = 30  # points that are seen as dots on the line
BINS = 300  # of a line; each keeps its least and its greatest value
GRID = 60  # steps of a band
FEWEST = 5  # curves; a band of fewer would show single people
LOW, HIGH = 0.1, 0.9
WIDTH, HEIGHT = INCHES[0] * 72, INCHES[1] * 72  # of the SVG, in its own units
BAND = "#1f5fa8"


@dataclass(frozen=True, slots=True)
class Curve:
    """One line. Shapes: x and y (n,), both float64; where x goes back, another run begins."""

    name: str
    x_n: Array
    y_n: Array

    @property
    def is_drawn(self) -> Array:
        """Which points have a place on axes. Shapes: -> (n,) bool."""
        return np.isfinite(self.x_n) & np.isfinite(self.y_n) & (abs(self.x_n) < LARGEST) & (abs(self.y_n) < LARGEST)


@dataclass(frozen=True, slots=True)
class Band:
    """Where the middle of a class lies. Shapes: x, low, high and middle (m,)."""

    x_m: Array
    low_m: Array
    high_m: Array
    middle_m: Array
    count: int


@dataclass(frozen=True, slots=True)
class _Limits:
    left: float
    right: float
    low: float
    high: float
    is_log: bool

    def place(self, x_n: Array, y_n: Array) -> Array:
        """Where points lie in the SVG. Shapes: (n,), (n,) -> (n, 2)."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.is_log else (self.low, self.high)
        y_n = np.log10(np.clip(y_n, self.low, None)) if self.is_log else y_n
        across_n = MARGINS["left"] + (MARGINS["right"] - MARGINS["left"]) * (x_n - self.left) / (self.right - self.left)
        up_n = MARGINS["bottom"] + (MARGINS["top"] - MARGINS["bottom"]) * (y_n - low) / (high - low)
        return np.stack([across_n * WIDTH, (1 - up_n) * HEIGHT], axis=1)


def band_of(curves: Sequence[Curve]) -> Band | None:
    """Where the middle four fifths of these curves lie, wherever at least five of them are; else nothing."""
    whole = [(x_n, y_n) for x_n, y_n in map(last_run, curves) if len(x_n) > 1]
    if len(whole) < FEWEST:
        return None
    starts, ends = sorted(float(x_n[0]) for x_n, _ in whole), sorted(float(x_n[-1]) for x_n, _ in whole)
    grid_m = np.linspace(starts[FEWEST - 1], ends[-FEWEST], GRID)
    if not grid_m[-1] > grid_m[0]:
        return None
    values_cm = np.stack([np.interp(grid_m, x_n, y_n, left=np.nan, right=np.nan) for x_n, y_n in whole])
    grid_m, values_cm = _where_many(grid_m, values_cm)
    if len(grid_m) < 2:
        return None
    low_m, middle_m, high_m = np.nanquantile(values_cm, [LOW, 0.5, HIGH], axis=0)
    return Band(grid_m, low_m, high_m, middle_m, len(whole))


def outside(curve: Curve, band: Band) -> float:
    """The share of the band's steps, of those that the curve reaches, at which it lies outside of it."""
    x_n, y_n = last_run(curve)
    if len(x_n) < 2:
        return 0.0
    y_m = np.interp(band.x_m, x_n, y_n, left=np.nan, right=np.nan)
    reached = np.isfinite(y_m)
    off = (y_m < band.low_m) | (y_m > band.high_m)
    return float(off[reached].mean()) if reached.any() else 0.0


def last_run(curve: Curve) -> tuple[Array, Array]:
    """The points of the last run, x rising. Shapes: -> (n,), (n,)."""
    x_n, y_n = curve.x_n[curve.is_drawn], curve.y_n[curve.is_drawn]
    back = np.flatnonzero(np.diff(x_n) <= 0)
    start = int(back[-1]) + 1 if len(back) else 0
    return x_n[start:], y_n[start:]


def draw(
    curves: Sequence[Curve],
    x: str,
    y: str,
    *,
    behind: Sequence[Curve] = (),
    band: Band | None = None,
    is_log: bool = False,
) -> Image | None:
    """The curves in one frame, before grey ones and a band; nothing if there is no number to draw."""
    limits = _limits([*curves, *behind], band, is_log=is_log)
    if limits is None:
        return None
    frame = _frame(limits, x, y)
    paths = [_area(band, limits)] if band is not None else []
    paths += [_path(curve, limits, BEHIND, 0.5) for curve in behind]
    paths += [_path(curve, limits, colour, 1.4) for curve, colour in zip(curves, COLOURS, strict=False)]
    text = frame.content.decode()
    body, end = text[: text.rindex("</svg>")], text[text.rindex("</svg>") :]
    return Image.of("svg+xml", (body + "".join(paths) + end).encode(), frame.width, frame.height)


def _where_many(grid_m: Array, values_cm: Array) -> tuple[Array, Array]:
    many = np.isfinite(values_cm).sum(axis=0) >= FEWEST
    return grid_m[many], values_cm[:, many]


def _limits(curves: Sequence[Curve], band: Band | None, *, is_log: bool) -> _Limits | None:
    x = np.concatenate([curve.x_n[curve.is_drawn] for curve in curves])
    y = np.concatenate([curve.y_n[curve.is_drawn] for curve in curves])
    if band is not None:
        x, y = np.concatenate([x, band.x_m]), np.concatenate([y, band.low_m, band.high_m])
    if is_log:
        x, y = x[y > 0], y[y > 0]
    if not y.size:
        return None
    left, right = _rounded(min(0.0, float(x.min())), float(x.max()))
    right += 0.03 * (right - left)  # for the number below the last tick
    if is_log:
        low = 10.0 ** math.floor(math.log10(y.min()))
        power = 10.0 ** math.floor(math.log10(y.max()))
        high = next(each * power for each in (1, 2, 5, 10) if each * power >= y.max())
        return _Limits(left, right, low, max(high, 10 * low), is_log)
    return _Limits(left, right, *_rounded(float(y.min()), float(y.max())), is_log)


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Limits on a round grid that hold both numbers."""
    span = high - low or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= span / 8)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, max(last, first + 1) * step


@lru_cache(maxsize=64)
def _frame(limits: _Limits, x: str, y: str) -> Image:
    def _axes(axes: Axes) -> None:
        if limits.is_log:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")  # its own writes 10^3 as maths
            axes.yaxis.set_minor_formatter(lambda value, _: "")
        axes.set_xlim(limits.left, limits.right)
        axes.set_ylim(limits.low, limits.high)
        name_axes(axes, x, y)

    return svg(_axes)


def _path(curve: Curve, limits: _Limits, colour: str, width: float) -> str:
    is_drawn = curve.is_drawn & ((curve.y_n > 0) | (not limits.is_log))
    steps, values = thinned(np.where(is_drawn, curve.y_n, np.nan), BINS)
    x_n = curve.x_n[steps.astype(np.int64)]
    gap = ~np.isfinite(values) | (np.diff(x_n, prepend=x_n[:1] - 1) <= 0)
    drawn, is_broken, text = limits.place(x_n, np.nan_to_num(values, nan=1.0)).tolist(), True, []
    for (across, down), is_gap, value in zip(drawn, gap.tolist(), values.tolist(), strict=True):
        if math.isfinite(value):
            text.append(f"{'M' if is_broken or is_gap else 'L'}{across:.1f} {down:.1f}")
        is_broken = not math.isfinite(value)
    stroke = f'fill="none" stroke="{colour}" stroke-linejoin="round" stroke-linecap="round"'
    line = f'<path d="{"".join(text)}" stroke-width="{width}" {stroke}/>'
    if width < 1 or len(text) >= FEW:
        return line
    dots = "".join(f"M{each[1:]}l0 0" for each in text)
    return f'{line}<path d="{dots}" stroke-width="4" {stroke}/>'


def _area(band: Band, limits: _Limits) -> str:
    there = limits.place(band.x_m, band.low_m)
    back = limits.place(band.x_m, band.high_m)[::-1]
    points = " ".join(f"{across:.1f},{down:.1f}" for across, down in [*there.tolist(), *back.tolist()])
    return f'<polygon points="{points}" fill="{BAND}" fill-opacity="0.15" stroke="none"/>'
