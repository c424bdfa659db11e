"""What a page shows of one `Picture`: yours, expected, their difference, each with caption, alt text and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import matrices, wording
from grader.report.arrays import ArrayFile
from grader.report.images import Image
from grader.report.matrices import MARKS, spread
from grader.report.model import Panel, PictureView

MAX_TABLE = (16, 12)  # rows and columns up to which a matrix is also a table of numbers
NOT_AVAILABLE = "Picture not available: its array is missing, cut short or too large to draw."
LEFT_OUT = "Picture left out, so that this page stays small enough to send."
DIFFERENCE = "In the difference, blue is lower than expected, red is higher."


@dataclass(frozen=True, slots=True)
class Gallery:
    """Where the arrays of one submission are, and how many pixels a picture may have a side (0: none is drawn)."""

    yours: ArrayFile
    expected: ArrayFile
    max_px: int = 512


def view(picture: Picture, gallery: Gallery) -> PictureView:
    """The picture, or the reason why it is not there: no array that a student can send stops a report."""
    try:
        return _view(picture, gallery, (gallery.yours.version, gallery.expected.version))
    except Exception:  # numbers at the end of what floats can hold, of which matplotlib makes no axis
        return _said(picture, NOT_AVAILABLE)


@lru_cache(maxsize=32)  # the same picture stands on the student's page and on that of the staff
def _view(picture: Picture, gallery: Gallery, versions: tuple[tuple[int, ...], ...]) -> PictureView:
    if gallery.max_px == 0:
        return _said(picture, LEFT_OUT)
    if picture.kind in ("image", "series", "pixels"):
        from grader.report import plots  # most pages have none

        made = plots.view(picture, gallery.yours, gallery.expected, gallery.max_px)
        return made if made.panels or made.notes else _said(picture, NOT_AVAILABLE)
    if picture.kind == "influence":
        from grader.report import influence  # most pages have none

        return influence.view(picture, gallery.yours, gallery.expected) or _said(picture, NOT_AVAILABLE)
    yours, expected = gallery.yours.read(picture.yours), gallery.expected.read(picture.expected)
    if yours is None and expected is None:
        return _said(picture, NOT_AVAILABLE)
    if picture.kind == "curve":
        return _curves(picture, yours, expected)
    if picture.kind == "matrices" and yours is not None and expected is not None and yours.shape != expected.shape:
        got = f"yours is {wording.shape(yours.shape)}"
        wanted = f"expected is {wording.shape(expected.shape, picture.axes)}"
        return _said(picture, f"The shapes differ, so there is nothing to lay side by side: {got}, {wanted}.")
    return _matrices(picture, yours, expected, gallery.max_px)


def _said(picture: Picture, *notes: str) -> PictureView:
    return PictureView(picture.title, picture.case, notes=notes)


def _matrices(picture: Picture, yours: Array | None, expected: Array | None, max_px: int) -> PictureView:
    same_shape = yours is not None and expected is not None and yours.shape == expected.shape
    index = matrices.worst_slice(expected if yours is None else yours, expected if same_shape else None)
    scale = matrices.value_scale(expected, yours)
    panels = [
        panel(label, array, index, scale, max_px)
        for label, array in (("yours", yours), ("expected", expected))
        if array is not None
    ]
    if yours is not None and expected is not None and same_shape and picture.kind == "matrices":
        panels.append(_difference_panel(yours, expected, index, max_px))
    arrays = [array for array in (yours, expected) if array is not None]
    notes = [*_missing(picture, yours, expected), *_legend(panels, arrays, max_px)]
    notes[:0] = _slice_note(arrays[0], index, compared=same_shape) + _directions(arrays[0], picture)
    return PictureView(picture.title, picture.case, tuple(panels), tuple(notes))


def panel(label: str, array: Array, index: tuple[int, ...], scale: matrices.Scale, max_px: int) -> Panel:
    """One slice of an array as a picture on this scale, with its caption and its numbers."""
    cells_rc = matrices.as_matrix(array, index if len(index) == array.ndim - 2 else (0,) * max(array.ndim - 2, 0))
    return _drawn(label, spread(cells_rc), cells_rc, matrices.draw(cells_rc, scale, max_px))


def _difference_panel(yours: Array, expected: Array, index: tuple[int, ...], max_px: int) -> Panel:
    gap = matrices.difference(yours, expected)
    gap_rc, expected_rc = matrices.as_matrix(gap, index), matrices.as_matrix(expected, index)
    scale = matrices.difference_scale(gap_rc, expected_rc)
    image = matrices.draw(gap_rc, scale, max_px, diverging=True)
    return _drawn("difference", _worst(gap, scale, yours), gap_rc, image)


def _drawn(label: str, caption: str, cells_rc: Array, image: Image) -> Panel:
    rows, columns = cells_rc.shape
    width, height = matrices.display_size(image)
    alt = f"{label}: {wording.counted(rows, 'row')}, {wording.counted(columns, 'column')}, {caption}"
    table = _table(cells_rc) if rows <= MAX_TABLE[0] and columns <= MAX_TABLE[1] else ()
    return Panel(label, caption, alt, image.src, width, height, matrices.form_of(width, height), table)


def _table(cells_rc: Array) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(wording.number(value) for value in row) for row in cells_rc.tolist())


def _worst(gap: Array, scale: matrices.Scale, yours: Array) -> str:
    if np.isnan(gap).any():
        place = np.unravel_index(int(np.isnan(gap).argmax()), gap.shape)
        return f"{wording.number(float(yours[place]))} at {_index(place)}, where another value is expected"
    place = np.unravel_index(int(np.abs(gap).argmax()), gap.shape)
    worst = float(np.abs(gap[place]))
    if worst == 0:
        return "none"
    return f"largest {wording.number(worst)}{f' at {_index(place)}' if gap.ndim else ''}"


def _index(place: tuple[np.intp, ...]) -> str:
    return f"[{', '.join(str(int(at)) for at in place)}]"


def _missing(picture: Picture, yours: Array | None, expected: Array | None) -> list[str]:
    sides = (("yours", picture.yours, yours), ("expected", picture.expected, expected))
    absent = [label for label, name, array in sides if name and array is None]
    return [f"Not available: {wording.listed(absent)}."] if absent else []


def _slice_note(array: Array, index: tuple[int, ...], *, compared: bool) -> list[str]:
    if not index:
        return []
    places = ", ".join(str(at) for at in index)
    sizes = " of ".join(map(str, array.shape[: len(index)]))
    why = "where the difference is largest" if compared else "the first"
    return [f"Shown is the slice [{places}] of {sizes}, {why}."]


def _directions(array: Array, picture: Picture) -> list[str]:
    letters = picture.axes.split() if len(picture.axes.split()) == array.ndim else []
    down = picture.y or (letters[-2] if len(letters) > 1 else "")
    across = picture.x or (letters[-1] if letters else "")
    return [f"{direction}: {name}." for direction, name in (("Down", down), ("Across", across)) if name]


def _legend(panels: list[Panel], arrays: list[Array], max_px: int) -> list[str]:
    notes = [DIFFERENCE] if any(panel.label == "difference" and panel.caption != "none" for panel in panels) else []
    if any(not np.isfinite(array).all() for array in arrays):
        notes.append(MARKS)
    if any(max(array.shape[-2:], default=1) > max_px for array in arrays):
        notes.append(f"Pooled to at most {max_px} pixels a side: means of values, the worst of differences.")
    return notes


def _curves(picture: Picture, yours: Array | None, expected: Array | None) -> PictureView:
    from grader.report import curves  # matplotlib takes 0.6 s; most pages have no curve

    lines = {
        label: curves.lines(array) for label, array in (("yours", yours), ("expected", expected)) if array is not None
    }
    drawn = {label: array for label, array in lines.items() if array is not None}
    if not drawn:
        return _said(picture, NOT_AVAILABLE)
    frame = curves.frame_of(list(drawn.values()), picture.x, picture.y)
    behind = drawn.get("expected")
    panels = []
    for label, lines_kn in drawn.items():
        image = curves.draw(lines_kn, frame, behind if label == "yours" else None)
        said = f"{wording.counted(lines_kn.shape[-1], 'point')}, {spread(lines_kn)}"
        alt = f"{label}: a curve of {said}"
        panels.append(Panel(label, said, alt, image.src, image.width, image.height, "line"))
    dashed = ["The dashed grey line behind yours is the expected one."] if len(drawn) == 2 else []
    return PictureView(picture.title, picture.case, tuple(panels), (*_missing(picture, yours, expected), *dashed))
