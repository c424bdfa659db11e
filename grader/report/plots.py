"""Plots made again from data: the heat map and the series of a student's own figures, in one style.

A heat map stands beside the reference's, where that may be shown; a series carries its limit, every step above it and
what was marked. Beside them stands what was handed in as a picture. Each has its numbers as text and as a table.

Axes: r rows, c columns of a map; n steps of a series; m points of a line; k marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import clipping, heat_maps, matrices, pixels, wording
from grader.report.arrays import ArrayFile
from grader.report.clipping import MAX_DOTS, Clipping
from grader.report.model import Panel, PictureView

if TYPE_CHECKING:
    from grader.report.series import Series

FILE_SIDES = 2  # a picture that was handed in may have so many times the pixels a side of a matrix
NO_IMAGE = "No heat map was found in the figures that were drawn."
NO_LINE = "No line was found in the figures that were drawn; this is the series by itself."
SCALE = "Dark blue is {}, yellow is {}."
COLOURS = "Yours is an image of colours, not of values."
VIOLET = "Violet: what else stands beside the curve in the figure."
FOR_A_PERSON = "What was handed in is a picture only, so a person looks at it."
SAME_RTOL = 1e-4
BINS_A_PIXEL = 3  # of a series, for each pixel that a side of a matrix may have


def view(picture: Picture, yours: ArrayFile, expected: ArrayFile, max_px: int) -> PictureView:
    """The plot with what was handed in beside it; no panel if none of its arrays is there."""
    if picture.kind == "series":
        made = _series(picture, yours, max_px)
    elif picture.kind == "image":
        made = _image(picture, yours, expected, max_px)
    else:
        made = PictureView(picture.title, picture.case)
    files = [array for array in map(yours.pixels, picture.pixels) if array is not None]
    panels = tuple(_pixels("handed in", array, max_px) for array in files)
    notes = (FOR_A_PERSON,) if panels and picture.kind == "image" and not picture.yours else ()
    return PictureView(made.title, made.case, made.panels + panels, made.notes + notes, made.tables)


def _pixels(label: str, pixels_hw3: Array, max_px: int) -> Panel:
    height, width, _ = pixels_hw3.shape
    image = pixels.draw(pixels_hw3, FILE_SIDES * max_px)
    said = f"a picture of {width:,} x {height:,} pixels"
    return Panel(label, said, f"{label}: {said}", image.src, image.width, image.height, "photo")


# --- heat maps --------------------------------------------------------------------------------------------------------


def _image(picture: Picture, yours: ArrayFile, expected: ArrayFile, max_px: int) -> PictureView:
    colours, mine, wanted = yours.pixels(picture.yours), yours.read(picture.yours), expected.read(picture.expected)
    known = {"yours": mine if colours is None else None, "expected": wanted}
    maps = {
        label: matrices.as_matrix(array, (0,) * (array.ndim - 2)) for label, array in known.items() if array is not None
    }
    scale = matrices.value_scale(maps.get("expected"), maps.get("yours"))
    panels = [] if colours is None else [_pixels("yours", colours, max_px)]
    panels += [_map(label, cells_rc, scale, max_px) for label, cells_rc in maps.items()]
    notes = [COLOURS] if colours is not None else [] if picture.yours else [NO_IMAGE]
    tables = (heat_maps.table_of(maps),) if maps else ()
    return PictureView(
        picture.title, picture.case, tuple(panels), (*notes, *_keys(picture, maps, scale, max_px)), tables
    )


def _map(label: str, cells_rc: Array, scale: matrices.Scale, max_px: int) -> Panel:
    image, said = matrices.draw(cells_rc, scale, max_px), heat_maps.said_of(cells_rc)
    width, height = matrices.display_size(image)
    form = matrices.form_of(width, height)
    return Panel(label, said, f"{label}: a heat map, {said}", image.src, width, height, form)


def _keys(picture: Picture, maps: Mapping[str, Array], scale: matrices.Scale, max_px: int) -> list[str]:
    """What the colours and the directions mean."""
    if not maps:
        return []
    said = [] if scale.low == scale.high else [SCALE.format(*map(wording.number, (scale.low, scale.high)))]
    if not all(map(matrices.is_finite, maps.values())):
        said.append(matrices.MARKS)
    said += [f"{way}: {name}." for way, name in (("Down", picture.y), ("Across", picture.x)) if name]
    if any(max(array.shape) > max_px for array in maps.values()):
        said.append(f"Pooled to at most {max_px} pixels a side; the numbers are those of all cells.")
    return said


# --- series -----------------------------------------------------------------------------------------------------------


def _series(picture: Picture, yours: ArrayFile, max_px: int) -> PictureView:
    from grader.report import series  # matplotlib takes 0.6 s; most pages have no plot

    given, line = yours.read(picture.yours), _table(yours, picture.line, 2)
    marks_k4, marked = _table(yours, picture.marks, 4), yours.read(picture.marked)
    if given is None and not len(line):
        return PictureView(picture.title, picture.case)
    y_n = line[:, 1] if given is None else np.ravel(given)
    x_n, behind_m2 = _placed(y_n, line)
    marked_j = np.zeros(0) if marked is None else np.ravel(marked)
    seen = Clipping(y_n, marked_j, picture.clip, clipping.unit_of(picture.x))
    drawn = series.Series(x_n, y_n, behind_m2, marks_k4, picture.clip, picture.x, picture.y)
    image = series.draw(drawn, BINS_A_PIXEL * max_px)
    said = clipping.finding(seen)
    panel = Panel("yours", said, f"yours: {clipping.in_full(seen)}", image.src, image.width, image.height, "line")
    notes = _legend(seen, drawn, has_line=bool(len(line)))
    return PictureView(picture.title, picture.case, (panel,), notes, clipping.tables(seen))


def _table(file: ArrayFile, name: str, columns: int) -> Array:
    found = file.read(name)
    return found if found is not None and found.ndim == 2 and found.shape[1] == columns else np.zeros((0, columns))


def _placed(y_n: Array, line_m2: Array) -> tuple[Array, Array]:
    """Where the steps of a series lie on the line that was drawn of it, and that line again if it shows another thing.

    Shapes: series (n,), line (m, 2) -> x (n,), line behind (0, 2) or (m, 2).
    """
    steps_n, finite_n = np.arange(len(y_n), dtype=np.float64), np.isfinite(y_n)
    x_m, y_m = line_m2[:, 0], line_m2[:, 1]
    rises = len(x_m) > 0 and np.isfinite(x_m).all() and bool((np.diff(x_m) > 0).all())
    for is_drawn in (np.ones_like(finite_n), finite_n):  # with gaps, or with what is not finite left out
        if rises and len(y_m) == is_drawn.sum():
            same = np.isclose(y_m, y_n[is_drawn], rtol=SAME_RTOL, equal_nan=True) | ~np.isfinite(y_n[is_drawn])
            return np.interp(steps_n, steps_n[is_drawn], x_m), line_m2[:0] if same.all() else line_m2
    return steps_n, line_m2


def _legend(seen: Clipping, drawn: Series, *, has_line: bool) -> tuple[str, ...]:
    """What the signs mean, of those that are there; and what could not be drawn."""
    said = [] if has_line else [NO_LINE]
    if len(drawn.behind_m2):
        behind = wording.counted(len(drawn.behind_m2), "point")
        said.append(f"The dashed grey line is the one in their figure, {behind}; the blue one is the series.")
    if len(seen.above):
        dots = " and dots" if len(seen.above) <= MAX_DOTS else ""
        said.append(f"Red ticks{dots}: above the limit.")
    if len(drawn.marks_k4):
        said.append(VIOLET)
    if drawn.is_log:
        low = int((seen.y_n <= 0).sum())
        said.append("The axis upwards is logarithmic" + (f"; {low:,} values have no place on it." if low else "."))
    if not np.isfinite(seen.y_n).all():
        said.append("Gaps are values that are not finite.")
    return tuple(said)
