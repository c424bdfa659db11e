"""Arrays as small pictures: one cell, one pixel; the browser enlarges them without smoothing.

Yours and expected share one scale, which the expected values set; the difference has its own, diverging around zero.
Of an array with more than two axes the slice with the worst difference is drawn. What is larger than the limit is
pooled: values by their mean, differences by the worst in the block, so that one wrong cell stays visible.

Axes: r rows, c columns.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from grader.nouns.plain import Array
from grader.report import wording
from grader.report.colours import ABOVE, BELOW, DIFFERENCE, NAN, STEPS, VALUES, palette
from grader.report.images import Image

if TYPE_CHECKING:
    from grader.report.model import Form

MARKS = "On the pictures, pink is NaN, white is inf, black is -inf."
LONG_SIDE_PX, SHORT_SIDE_PX, CELL_PX = 272, 28, 44  # of a picture on the page; 272 is the width of a panel
FEW_CELLS = 64
FLOOR_RTOL, FLOOR_ATOL = 1e-4, 1e-5  # a difference below this is drawn as none: float32 noise has no colour


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that the first and the last colour stand for."""

    low: float
    high: float


def worst_slice(yours: Array | None, expected: Array | None) -> tuple[int, ...]:
    """The index over all axes but the last two of the worst difference; zeros if there is nothing to compare.

    Shapes: both (..., r, c), or one of them None.
    """
    array = expected if yours is None else yours
    leading = array.shape[:-2] if array is not None and array.ndim > 2 else ()
    if yours is None or expected is None or not leading:
        return (0,) * len(leading)
    distances = np.abs(np.nan_to_num(difference(yours, expected), nan=np.inf))
    flat = int(distances.reshape(int(np.prod(leading)), -1).max(axis=1).argmax())
    return tuple(int(place) for place in np.unravel_index(flat, leading))


def as_matrix(array: Array, index: tuple[int, ...]) -> Array:
    """The (r, c) slice of an array at an index over its leading axes; a vector is one row.

    Shapes: (..., r, c) -> (r, c); (c,) -> (1, c); () -> (1, 1).
    """
    if array.ndim > 2:
        return np.asarray(array[index])
    return array.reshape(1, -1) if array.ndim < 2 else array


def difference(yours: Array, expected: Array) -> Array:
    """Yours less expected; zero where both are the same inf or both NaN, NaN where only one is finite.

    Shapes: both the same shape -> that shape.
    """
    with np.errstate(invalid="ignore"):
        gap = yours - expected
    same = (yours == expected) | (np.isnan(yours) & np.isnan(expected))
    return np.where(same, 0.0, np.where(np.isfinite(gap), gap, np.nan))


def value_scale(expected: Array | None, yours: Array | None) -> Scale:
    """The scale of two arrays: the finite expected values, and yours as far as one span beyond them."""
    ranges = [_range(array) for array in (expected, yours) if array is not None]
    known = [found for found in ranges if found is not None]
    if not known:
        return Scale(0.0, 1.0)
    low, high = known[0]
    span = (high - low) or max(abs(high), 1.0)
    for other_low, other_high in known[1:]:
        low, high = min(low, max(other_low, low - span)), max(high, min(other_high, high + span))
    return Scale(low, high)


def difference_scale(gap: Array, expected: Array) -> Scale:
    """A scale symmetric around zero that reaches the worst difference, but never shows float noise."""
    worst = _range(np.abs(gap))
    size = _range(np.abs(expected))
    floor = FLOOR_ATOL + FLOOR_RTOL * (size[1] if size else 0.0)
    reach = max(worst[1] if worst else 0.0, floor)
    return Scale(-reach, reach)


def draw(matrix_rc: Array, scale: Scale, max_px: int, *, diverging: bool = False) -> Image:
    """An indexed PNG of a matrix, at most `max_px` pixels a side.

    Shapes: (r, c).
    """
    from PIL import Image as Picture

    block = max(1, -(-max(matrix_rc.shape) // max_px))
    cells_rc = _pooled(matrix_rc, block, diverging=diverging)
    picture = Picture.fromarray(_indices(cells_rc, scale), mode="P")
    picture.putpalette(palette(DIFFERENCE if diverging else VALUES))
    file = io.BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return Image.of("png", file.getvalue(), picture.width, picture.height, block)


def display_size(image: Image) -> tuple[int, int]:
    """Width and height on the page: whole pixels a cell, no side too short to see."""
    scale = max(1, min(CELL_PX, LONG_SIDE_PX // max(image.width, image.height)))
    return max(SHORT_SIDE_PX, image.width * scale), max(SHORT_SIDE_PX, image.height * scale)


def form_of(width: int, height: int) -> Form:
    """How a picture of that size is scaled: what is too short to see is stretched, what is large is smoothed."""
    if min(width, height) <= SHORT_SIDE_PX:
        return "stretched"
    return "cells" if max(width, height) <= LONG_SIDE_PX else "photo"


def spread(array: Array) -> str:
    """The least and the greatest finite value in words, and how many are not finite."""
    found = _range(array)
    if found is None:
        return "no finite value"
    lost = int((~np.isfinite(array)).sum())
    return f"{wording.number(found[0])} to {wording.number(found[1])}" + (f", {lost} not finite" if lost else "")


def is_finite(array: Array) -> bool:
    """Whether there is neither NaN nor inf in an array that is not empty."""
    return bool(np.isfinite(array.min()) and np.isfinite(array.max()))


def _range(array: Array) -> tuple[float, float] | None:
    finite = array if array.size and is_finite(array) else array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _indices(cells_rc: Array, scale: Scale) -> Array:
    span = (scale.high - scale.low) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        steps_rc = np.clip((cells_rc - scale.low) / span, 0, 1) * (STEPS - 1)
    indices_rc = np.rint(np.nan_to_num(steps_rc)).astype(np.uint8)
    indices_rc[np.isnan(cells_rc)] = NAN
    indices_rc[np.isposinf(cells_rc)] = ABOVE
    indices_rc[np.isneginf(cells_rc)] = BELOW
    return indices_rc


def _pooled(matrix_rc: Array, block: int, *, diverging: bool) -> Array:
    if block == 1:
        return matrix_rc
    tall, wide = (min(block, size) for size in matrix_rc.shape)  # a long row is not padded to a square
    rows, columns = -(-matrix_rc.shape[0] // tall), -(-matrix_rc.shape[1] // wide)
    padding = ((0, rows * tall - matrix_rc.shape[0]), (0, columns * wide - matrix_rc.shape[1]))
    padded = np.pad(matrix_rc, padding, mode="edge").reshape(rows, tall, columns, wide)
    if not diverging:
        with np.errstate(invalid="ignore", over="ignore"):
            return _means(padded)
    blocks = padded.transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    worst = np.abs(np.nan_to_num(blocks, nan=np.inf)).argmax(axis=2)
    return np.asarray(np.take_along_axis(blocks, worst[..., None], axis=2)[..., 0])


def _means(blocks: Array) -> Array:
    """The mean of each block of few cells, a cell of all blocks at a time; of large blocks by numpy alone.

    Shapes: (r, tall, c, wide) -> (r, c).
    """
    tall, wide = blocks.shape[1], blocks.shape[3]
    if tall * wide > FEW_CELLS:
        return np.asarray(blocks.mean(axis=(1, 3)))
    return np.asarray(sum(blocks[:, row, :, column] / (tall * wide) for row in range(tall) for column in range(wide)))
