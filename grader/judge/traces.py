"""Whether the points of a line are a series, and which step each of them stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from grader.figures import Artist
from grader.judge.tolerance import Tolerance
from grader.nouns.plain import Array

CURVES: Final = ("line", "points", "bars")
LOGARITHMS: Final = (np.log10, np.log, np.log2, np.log1p)


@dataclass(frozen=True, slots=True)
class Traced:
    """How a line compares with a series. `steps`: for each of its points in order of x, the step it stands for."""

    is_right: bool
    share: float
    reason: str = ""
    margin: float | None = None
    x: Array | None = None
    steps: Array | None = None


def points_of(artist: Artist) -> Array:
    """The points of a line, of markers or of the ends of bars, those that are not joined in the order of x.

    Shapes: (n, 2).
    """
    values = artist.values
    if artist.kind == "bars":
        ends = np.where(np.abs(values[:, 1]) > np.abs(values[:, 3]), values[:, 1], values[:, 3])
        values = np.column_stack([(values[:, 0] + values[:, 2]) / 2, ends])
    if artist.kind == "line":
        return values
    values = values[np.isfinite(values[:, 0])]  # a scatter hides a point whole
    return values[np.argsort(values[:, 0], kind="stable")]


def traced(points: Array, series: Array, tolerance: Tolerance, *, logged: bool) -> Traced:
    """Whether points are a series: as many, in steps to the right. Steps that are not finite may be gaps, or left out.

    Shapes: points (n, 2), series (t,).
    """
    with np.errstate(all="ignore"):  # whatever numbers there are
        return _traced(points, series, tolerance, logged=logged)


def _traced(points: Array, series: Array, tolerance: Tolerance, *, logged: bool) -> Traced:
    steps = _steps(points, series)
    if steps is None:
        count = int(np.isfinite(points[:, 1]).sum())
        near = 0.2 * min(count, len(series)) / max(count, len(series))
        return Traced(False, near, f"{count} points, expected one for each of {len(series)} steps")
    points, numbers = steps
    expected = series[numbers].astype(np.float64)
    known = np.isfinite(expected)
    x, y = points[known, 0], points[known, 1]
    result = _beside(y, expected[known], tolerance)
    if not result.is_right and logged:
        result = next((each for each in _logged(y, expected[known], tolerance) if each.is_right), result)
    if result.is_right and not (np.isfinite(x).all() and (np.diff(x) > 0).all()):
        return Traced(False, 0.9, "the values are right, but x does not rise from step to step")
    if not result.is_right:
        result = replace(result, reason=result.reason + _way(y, expected[known], tolerance))
    return replace(result, x=x, steps=numbers[known])


def _steps(points: Array, series: Array) -> tuple[Array, Array] | None:
    """The points that stand for steps, and the numbers of those steps; None if there are too many or too few."""
    finite = np.flatnonzero(np.isfinite(series))
    if len(points) == len(series):
        return points, np.arange(len(series))
    whole = points[np.isfinite(points[:, 1])]
    for some in (points, whole):
        if len(some) == len(finite):
            return some, finite
    return None


def _beside(y: Array, expected: Array, tolerance: Tolerance) -> Traced:
    if not len(y):
        return Traced(False, 0.0, "it holds no finite points")
    distance, allowed = np.abs(y - expected), tolerance.atol + tolerance.rtol * np.abs(expected)
    right = distance <= allowed
    margin = float(np.nanmax(np.where(allowed > 0, distance / np.where(allowed > 0, allowed, 1), 0), initial=0.0))
    if right.all():
        return Traced(True, 1.0, margin=margin)
    count = int(np.count_nonzero(~right))
    told = f"{count} of {len(y)} points differ, first the one at place {int(np.argmax(~right))}"
    return Traced(False, 0.2 + 0.6 * float(right.mean()), told, min(margin, 1e99))


def _logged(y: Array, expected: Array, tolerance: Tolerance) -> Iterator[Traced]:
    positive = expected > 0
    if positive.all():
        yield from (_beside(y, logarithm(expected), tolerance) for logarithm in LOGARITHMS)


def _way(y: Array, expected: Array, tolerance: Tolerance) -> str:
    """What the line shows instead, where that can be seen."""
    if not len(y) or not np.isfinite(y).all():
        return ""
    if any(each.is_right for each in _logged(y, expected, tolerance)):
        return "; it is the logarithm of the series"
    top = float(y.max())
    if (y < expected).any() and _beside(y, np.minimum(expected, top), tolerance).is_right:
        return f"; it is the series cut at {top:.6g}, as after clipping"
    if _beside(y, expected[::-1], tolerance).is_right:
        return "; it runs backwards"
    if _beside(y, np.cumsum(expected), tolerance).is_right:
        return "; it adds up all steps so far"
    ratio = float(np.median(y[expected != 0] / expected[expected != 0])) if (expected != 0).any() else 0.0
    if ratio and _beside(y / ratio, expected, tolerance).is_right:
        return f"; it is the series times {ratio:.6g}"
    return ""
