"""What of a student's figures is drawn again: the image or the line that was judged, else the largest, and the marks.

Which steps of a series a mark stands for is the judge's to say; here it is only drawn where it stands.

Axes: m points of a line, k marks; h, w rows and columns of an image.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.figures import Artist, Axes, Figure, Malformed, artist_name, figures_of
from grader.nouns.plain import Array
from grader.nouns.seen import Observation

MAX_MARKS = 400
MAX_PIXELS = 4_000_000
LINES = ("line", "points", "bars")
MARKS = ("patch", "note", "text", "points", "rule", "line")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a figure, by the name of its tensor, and the axes it is drawn on."""

    name: str
    artist: Artist
    axes: Axes
    points_m2: Array


def figures_in(observation: Observation | None, output: str) -> tuple[Figure, ...]:
    """The figures of an observation; none if there are none, or if they break the rules of their form."""
    if observation is None or not output:
        return ()
    figures = figures_of(observation, output)
    return () if isinstance(figures, Malformed) else figures


def image_in(figures: Sequence[Figure], judged: Collection[str], output: str) -> tuple[str, Array] | None:
    """The name and the values of the image that was judged, else of the one with the most values.

    Shapes: -> (h, w), or (h, w, 3) uint8 if it is one of colours.
    """
    found = [(name, artist) for name, _, artist in _named(figures, output) if artist.kind == "image"]
    found = sorted((each for each in found if each[1].values.ndim in (2, 3)), key=lambda each: -each[1].values.size)
    chosen = next((each for each in found if each[0] in judged), found[0] if found else None)
    return (chosen[0], _colours(chosen[1].values)) if chosen else None


def line_in(figures: Sequence[Figure], judged: Collection[str], output: str) -> Line | None:
    """The line that was judged, else the longest; a line before points, points before bars."""
    found = [
        Line(name, artist, axes, _points(artist))
        for name, axes, artist in _named(figures, output)
        if artist.kind in LINES and artist.values.ndim == 2 and len(artist.values)
    ]
    found.sort(key=lambda each: (-len(each.points_m2), LINES.index(each.artist.kind)))
    return next((each for each in found if each.name in judged), found[0] if found else None)


def marks_on(line: Line) -> Array:
    """The boxes around everything on the axes of a line that may mark a place on it.

    Shapes: -> (k, 4): left, bottom, right, top; bottom and top NaN for what reaches across.
    """
    found = [artist for artist in line.axes.artists if artist is not line.artist and artist.kind in MARKS]
    most = max(8, len(line.points_m2) // 2)  # more of one kind than that are a curve of their own
    few = [_boxes(artist) for artist in found if not _repeats(artist, line)]
    return np.concatenate([np.zeros((0, 4)), *(boxes_k4 for boxes_k4 in few if len(boxes_k4) <= most)])[:MAX_MARKS]


def is_pixels(array: Array) -> bool:
    """Whether an array is a picture that may be shown.

    Shapes: (h, w, 3) uint8, at most 4,000,000 pixels.
    """
    is_colours = array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3
    return is_colours and 0 < array.shape[0] * array.shape[1] <= MAX_PIXELS


def _named(figures: Sequence[Figure], output: str) -> Iterator[tuple[str, Axes, Artist]]:
    for number, figure in enumerate(figures):
        for pair, axes in enumerate(figure.axes):
            for place, artist in enumerate(axes.artists):
                yield artist_name(output, number, pair, place), axes, artist


def _colours(values: Array) -> Array:
    if values.ndim == 2:
        return values
    if values.dtype != np.uint8:  # floats run from 0 to 1
        values = np.nan_to_num(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(values[..., :3])


def _points(artist: Artist) -> Array:
    values = np.asarray(artist.values, dtype=np.float64)
    if artist.kind == "bars":
        with np.errstate(invalid="ignore"):
            return np.stack([values[:, 0] / 2 + values[:, 2] / 2, values[:, 3]], axis=1)
    return np.ascontiguousarray(values[:, :2])


def _repeats(artist: Artist, line: Line) -> bool:
    """Whether points are those that a line is made of."""
    return artist.kind == "points" and len(artist.values) == len(line.points_m2)


def _boxes(artist: Artist) -> Array:
    """Left, bottom, right and top of everything in an artist that may mark a place."""
    values = np.asarray(artist.values, dtype=np.float64)
    if artist.kind == "line":
        return _around(values)
    if artist.kind in ("note", "text", "points"):
        values = values[:, [0, 1, 0, 1]]
    is_flat = (artist.kind == "rule") & (values[:, 1] == values[:, 3]) & (values[:, 0] != values[:, 2])
    has_place = np.isfinite(values[:, [0, 2]]).all(axis=1)
    return np.asarray(values[has_place & ~is_flat])  # what lies flat is a limit, no mark


def _around(values_m2: Array) -> Array:
    """The box of a short upright line or of a closed one; each point of a line of which only pieces are left."""
    is_drawn = np.isfinite(values_m2).all(axis=1)
    rows = values_m2[is_drawn]
    if not len(rows):
        return np.zeros((0, 4))
    is_upright = len(rows) <= 3 and np.ptp(rows[:, 0]) == 0
    if is_drawn.all() and (is_upright or (len(rows) >= 8 and np.allclose(rows[0], rows[-1]))):
        return np.concatenate([rows.min(axis=0), rows.max(axis=0)]).reshape(1, 4)
    return rows[:, [0, 1, 0, 1]] if len(rows) <= len(values_m2) / 2 else np.zeros((0, 4))
