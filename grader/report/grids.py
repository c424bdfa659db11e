"""Grids of numbered cells as SVG: shades for amounts, hatching for what is shut, outlines for what stands out.

The same cells give the same bytes. Neighbours of one shade are one piece of a path, so that a grid of 64 x 64 stays
small. Words are text in the SVG; the picture is an `img`, so nothing in it can act.

Axes: r rows, c columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from grader.nouns.plain import Array
from grader.report.images import Image, area
from grader.safetext import safe_line

WIDTH = 336  # in CSS pixels: what a telephone shows of a card
LEFT, TOP, RIGHT, BOTTOM = 44, 42, 6, 46
MOST_CELL, TEXT_CELL, ROOMY_CELL, NUMBER_ROOM = 46, 30, 12, 18
STEPS = (1, 2, 5, 10, 20, 50)  # between two numbers beside the grid
SHADES = ("#ffffff", "#eaf1fa", "#cfe0f3", "#abc9e9", "#7fabdb", "#5089c7", "#2c68ac", "#174a86", "#0a2d5e")
UNKNOWN = "#d9dce2"
DARK_FROM = 5  # shades that need white words
INK, QUIET, LINE, ALARM = "#1a1e26", "#545c6a", "#aab1bd", "#c01818"
MAX_LABEL = 40


@dataclass(frozen=True, slots=True)
class Grid:
    """What is drawn. Shapes: all (r, c).

    `shades`: whole numbers from 0 to 8, -1 for what is not known; `key`: a colour and what it stands for, in words.
    """

    shades_rc: Array
    is_shut_rc: Array
    is_marked_rc: Array
    texts: Sequence[Sequence[str]]
    down: str
    across: str
    key: Sequence[tuple[str, str]]


def draw(grid: Grid) -> Image:
    """The grid with its numbers, counted from 1."""
    rows, columns = grid.shades_rc.shape
    cell = round(min(MOST_CELL, (WIDTH - LEFT - RIGHT) / max(rows, columns)), 2)
    height = round(TOP + rows * cell + BOTTOM)
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">',
        '<defs><pattern id="shut" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="{LINE}"/></pattern></defs>',
        f'<g font-family="sans-serif" font-size="11" fill="{INK}">',
        *_cells(grid, cell),
        *_words(grid, cell),
        *_numbers(rows, columns, cell),
        *_titles(grid, rows, columns, cell),
        *_key(grid.key, TOP + rows * cell),
        "</g></svg>",
    ]
    return Image.of("svg+xml", "".join(pieces).encode(), WIDTH, height)


def _cells(grid: Grid, cell: float) -> Iterator[str]:
    rows, columns = grid.shades_rc.shape
    frame = f'x="{LEFT}" y="{TOP}" width="{columns * cell:.1f}" height="{rows * cell:.1f}"'
    yield f'<rect {frame} fill="{SHADES[0]}"/><g transform="translate({LEFT} {TOP}) scale({cell})">'
    for shade in np.unique(grid.shades_rc).tolist():
        if shade != 0:
            colour = SHADES[int(shade)] if shade > 0 else UNKNOWN
            yield f'<path d="{area(grid.shades_rc == shade)}" fill="{colour}"/>'
    yield "</g>"
    if (is_hatched_rc := grid.is_shut_rc & ~grid.is_marked_rc).any():
        yield f'<path d="{area(is_hatched_rc, cell, LEFT, TOP)}" fill="url(#shut)"/>'
    yield f'<rect {frame} fill="none" stroke="{LINE}"/>'
    if grid.is_marked_rc.any():
        border = _border(grid.is_marked_rc, cell)
        for colour, width in (("#ffffff", 4.5), (ALARM, 2.5)) if cell >= ROOMY_CELL else ((ALARM, 1.4),):
            yield f'<path d="{border}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="square"/>'


def _border(is_in_rc: Array, cell: float) -> str:
    """The edges between cells that are in and cells that are not."""
    padded = np.pad(is_in_rc, 1)
    pieces = []
    for row, column in np.argwhere(padded[:-1] != padded[1:]).tolist():
        pieces.append(f"M{LEFT + (column - 1) * cell:.1f} {TOP + row * cell:.1f}h{cell:.1f}")
    for row, column in np.argwhere(padded[:, :-1] != padded[:, 1:]).tolist():
        pieces.append(f"M{LEFT + column * cell:.1f} {TOP + (row - 1) * cell:.1f}v{cell:.1f}")
    return "".join(pieces)


def _words(grid: Grid, cell: float) -> Iterator[str]:
    if cell < TEXT_CELL:
        return
    for row, texts in enumerate(grid.texts):
        for column, text in enumerate(texts):
            is_dark = grid.shades_rc[row, column] >= DARK_FROM
            across, down = LEFT + (column + 0.5) * cell, TOP + (row + 0.5) * cell + 4
            yield _text(across, down, text, "#ffffff" if is_dark else INK)


def _numbers(rows: int, columns: int, cell: float) -> Iterator[str]:
    step = next((each for each in STEPS if each * cell >= NUMBER_ROOM), STEPS[-1])

    def _is_told(place: int) -> bool:
        return place % step == 0 or (place == 1 and step > 2)  # a 1 beside a 2 has no room

    for place in filter(_is_told, range(1, columns + 1)):
        yield _text(LEFT + (place - 0.5) * cell, TOP - 6, str(place), QUIET)
    for place in filter(_is_told, range(1, rows + 1)):
        yield _text(LEFT - 6, TOP + (place - 0.5) * cell + 4, str(place), QUIET, "end")


def _titles(grid: Grid, rows: int, columns: int, cell: float) -> Iterator[str]:
    middle = max(TOP + rows * cell / 2, TOP)
    yield _text(LEFT, 14, f"{grid.across} →", INK, "start")
    turned = f'transform="rotate(-90 12 {middle:.1f})"'
    yield _text(12, middle, f"← {grid.down}", INK, "middle", turned)


def _key(key: Sequence[tuple[str, str]], top: float) -> Iterator[str]:
    """Patches with what they stand for, side by side, in two rows if they do not fit."""
    across, down = float(LEFT), top + 10
    for colour, words in key:
        width = 20 + 6.2 * len(words)
        if across + width > WIDTH and across > LEFT:
            across, down = float(LEFT), down + 17
        patch = f'x="{across:.1f}" y="{down:.1f}" width="11" height="11"'
        ground = f'<rect {patch} fill="#ffffff"/>' if colour.startswith("url") else ""
        edge = ALARM if colour == ALARM else LINE
        fill = SHADES[0] if colour == ALARM else colour
        stroke = 2 if colour == ALARM else 1
        yield f'{ground}<rect {patch} fill="{fill}" stroke="{edge}" stroke-width="{stroke}"/>'
        yield _text(across + 16, down + 10, words, QUIET, "start")
        across += width


def _text(across: float, down: float, words: str, colour: str, anchor: str = "middle", more: str = "") -> str:
    shown = escape(safe_line(words, columns=MAX_LABEL))
    place = f'x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" {more}>{shown}</text>'


def written(values_rc: Array, form: Callable[[float], str]) -> tuple[tuple[str, ...], ...]:
    """The numbers of cells as text. Shapes: (r, c)."""
    return tuple(tuple(form(value) for value in row) for row in values_rc.tolist())
