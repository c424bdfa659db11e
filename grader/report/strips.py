"""Strips of small maps side by side as SVG, one for each head, in the colours of matrices.

The same cells give the same bytes. Colours are rounded to few, and neighbours of one colour are one piece of a path.

Axes: k maps, r rows, c columns.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.nouns.plain import Array
from grader.report.colours import DIFFERENCE, MARKS, STEPS, VALUES
from grader.report.images import Image, area

if TYPE_CHECKING:
    from grader.report.matrices import Scale

WIDTH, GAP, HEAD = 204, 8, 14  # in CSS pixels; HEAD: room for the number of a map
MOST_IN_ROW, MOST_CELL = 4, 26
LEVELS = 25  # colours; odd, so that a difference of 0 has one
LOST, PAPER, SHEET = LEVELS, LEVELS + 1, "#ffffff"  # places of a palette: no number, between two maps
SMALL_CELLS, SMALL_CELL, SMALL_WIDTH = 1_500, 8, 168
INK, LINE = "#545c6a", "#aab1bd"
NOT_FINITE = "#{:02x}{:02x}{:02x}".format(*MARKS[0])


def draw(maps_krc: Array, scale: Scale, most_cells: int, *, diverging: bool = False) -> Image:
    """The maps, numbered from 1, at most four in a row; of more cells than may be, blocks of them.

    Shapes: (k, r, c).
    """
    maps_krc = pooled(maps_krc, most_cells)
    count, rows, columns = maps_krc.shape
    in_row = min(count, MOST_IN_ROW)
    side = (WIDTH - GAP * (in_row - 1)) / in_row
    cell = round(min(side / max(columns, rows), MOST_CELL), 3)
    pitch = HEAD + rows * cell + GAP
    height = round(-(-count // in_row) * pitch)
    levels_krc = _levels(maps_krc, scale.low, scale.high)
    colours = [_colour(DIFFERENCE if diverging else VALUES, level) for level in range(LEVELS)]
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
        f'<g font-family="sans-serif" font-size="10" fill="{INK}">'
    ]
    for number, levels_rc in enumerate(levels_krc):
        left, top = (number % in_row) * (side + GAP), (number // in_row) * pitch
        pieces.append(f'<g transform="translate({left:.1f} {top:.1f})"><text y="10">{number + 1}</text>')
        pieces.append(f'<g transform="translate(0 {HEAD}) scale({cell})">{"".join(_cells(levels_rc, colours))}</g>')
        frame = f'y="{HEAD}" width="{columns * cell:.1f}" height="{rows * cell:.1f}"'
        pieces.append(f'<rect {frame} fill="none" stroke="{LINE}" stroke-width="0.7"/></g>')
    pieces.append("</g></svg>")
    return Image.of("svg+xml", "".join(pieces).encode(), WIDTH, height)


def small(maps_krc: Array) -> Image:
    """The maps of weights from 0 to 1 side by side, as a PNG of few bytes. Shapes: (k, r, c)."""
    from PIL import Image as Picture

    levels_krc = _levels(pooled(maps_krc, SMALL_CELLS), 0.0, 1.0)
    count, rows, columns = levels_krc.shape
    placed = np.full((rows, count * (columns + 1) - 1), PAPER, dtype=np.uint8)
    for number, levels_rc in enumerate(levels_krc):
        left = number * (columns + 1)
        placed[:, left : left + columns] = np.where(levels_rc < 0, LOST, levels_rc)
    picture = Picture.fromarray(placed, mode="P")
    colours = [_colour(VALUES, level) for level in range(LEVELS)] + [NOT_FINITE, SHEET]
    picture.putpalette(bytes.fromhex("".join(colour[1:] for colour in colours)))
    file = io.BytesIO()
    picture.save(file, format="PNG", optimize=True)
    scale = max(1, min(SMALL_CELL, SMALL_WIDTH // picture.width))
    return Image.of("png", file.getvalue(), picture.width * scale, picture.height * scale)


def pooled(maps_krc: Array, most_cells: int) -> Array:
    """The maps, in blocks of cells if they are too many; a block is as far from zero as its farthest cell."""
    count, rows, columns = maps_krc.shape
    block = 1
    while count * -(-rows // block) * -(-columns // block) > max(most_cells, count):
        block += 1
    if block == 1:
        return maps_krc
    padding = ((0, 0), (0, -rows % block), (0, -columns % block))
    padded = np.pad(maps_krc, padding, mode="edge")
    blocks = padded.reshape(count, padded.shape[1] // block, block, padded.shape[2] // block, block)
    flat = blocks.transpose(0, 1, 3, 2, 4).reshape(count, blocks.shape[1], blocks.shape[3], block * block)
    farthest = np.abs(np.nan_to_num(flat, nan=np.inf)).argmax(axis=-1)
    return np.asarray(np.take_along_axis(flat, farthest[..., None], axis=-1)[..., 0])


def _levels(maps_krc: Array, low: float, high: float) -> Array:
    """Whole numbers from 0 to 24, -1 where no number is. Shapes: (k, r, c)."""
    span = (high - low) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        levels_krc = np.rint(np.clip((maps_krc - low) / span, 0, 1) * (LEVELS - 1))
    return np.where(np.isfinite(maps_krc), np.nan_to_num(levels_krc), -1).astype(np.int64)


def _colour(colours: Array, level: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colours[round(level * (STEPS - 1) / (LEVELS - 1))].tolist())


def _cells(levels_rc: Array, colours: Sequence[str]) -> Iterator[str]:
    """The commonest colour as the ground, the others as rows of cells on it."""
    rows, columns = levels_rc.shape
    found, counts = np.unique(levels_rc, return_counts=True)
    ground = int(found[counts.argmax()])
    yield f'<path d="M0 0h{columns}v{rows}H0z" fill="{colours[ground] if ground >= 0 else NOT_FINITE}"/>'
    for level in found.tolist():
        if level != ground:
            yield f'<path d="{area(levels_rc == level)}" fill="{colours[level] if level >= 0 else NOT_FINITE}"/>'
