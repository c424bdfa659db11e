"""What a matplotlib figure shows: its axes with their shapes, single marks of one kind together.

A shape that cannot be read is left out; nothing here changes the figure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .artists import Shape, chained, shapes_of_artist, shapes_of_bars

FEW_STYLES = 8  # of single marks on one pair of axes; more come from a cycle of colours and mean nothing


@dataclass(slots=True)
class Panel:
    """One pair of axes."""

    title: str = ""
    x_label: str = ""
    y_label: str = ""
    x_scale: str = "linear"
    y_scale: str = "linear"
    has_colour_bar: bool = False
    shapes: list[Shape] = field(default_factory=list)


def panels(figure: Any) -> list[Panel]:
    """Every pair of axes of a figure but those of colour bars, insets last."""
    found = []
    for axes in all_axes(figure):
        with suppress(Exception):  # axes of a class of theirs
            if not _is_colour_bar(axes):
                found.append(_panel(axes, figure))
    return found


def all_axes(figure: Any) -> list[Any]:
    """The axes of a figure, and those inside them."""
    found = list(figure.axes)
    for axes in found:
        inside = getattr(axes, "child_axes", ())
        found += [inner for inner in inside if inner not in found and hasattr(inner, "containers")]
    return found


def drawn_on(axes: Any) -> list[Any]:
    """Everything visible on these axes that may be a shape, in the order of making within each list."""
    lists = (axes.images, axes.collections, axes.lines, axes.patches, axes.texts, axes.artists)
    return [artist for several in lists for artist in several if artist.get_visible()]


def _is_colour_bar(axes: Any) -> bool:
    return getattr(axes, "_colorbar", None) is not None or axes.get_label() == "<colorbar>"


def _panel(axes: Any, figure: Any) -> Panel:
    limits = (axes.get_xlim(), axes.get_ylim())  # asking settles them, and with them the transforms
    artists = drawn_on(axes)
    return Panel(
        title=axes.get_title() or axes.get_title("left") or axes.get_title("right"),
        x_label=axes.get_xlabel(),
        y_label=axes.get_ylabel(),
        x_scale=axes.get_xscale(),
        y_scale=axes.get_yscale(),
        has_colour_bar=any(getattr(artist, "colorbar", None) is not None for artist in artists),
        shapes=_together(list(_shapes(axes, [*artists, *_over(axes, figure)]))) if limits else [],
    )


def _over(axes: Any, figure: Any) -> list[Any]:
    """What was added to the figure itself, but in the data of these axes."""
    lists = (figure.patches, figure.lines, figure.artists)
    return [a for several in lists for a in several if a.get_transform().contains_branch(axes.transData)]


def _shapes(axes: Any, artists: list[Any]) -> Iterator[Shape]:
    barred = [container for container in axes.containers if type(container).__name__ == "BarContainer"]
    inside = {id(patch) for container in barred for patch in container}
    for container in barred:
        yield from shapes_of_bars(container, axes)
    for artist in artists:
        if id(artist) not in inside:
            yield from shapes_of_artist(artist, axes)


# --- many that are one ----------------------------------------------------------------------------------------------


def _together(shapes: list[Shape]) -> list[Shape]:
    """Single marks of one kind and style as one shape, and one line of the pieces of a line; the rest as it is."""
    pieces = [shape for shape in shapes if shape.kind == "line" and len(shape.values) == 2]
    chain = {id(piece) for piece in pieces} if _is_chain(pieces) else set()
    shapes = [shape if id(shape) in chain else _straight(shape) for shape in shapes]
    single = [shape for shape in shapes if len(shape.values) == 1 and shape.kind not in ("image", "line")]
    singles = {id(shape) for shape in single}
    unstyled = len({shape.style for shape in single}) > FEW_STYLES
    groups: dict[tuple[str, str], list[Shape]] = {}
    for shape in shapes:
        key = (shape.kind, "" if unstyled or id(shape) in chain else shape.style)
        together = id(shape) in singles or id(shape) in chain
        groups.setdefault(key if together else ("", str(id(shape))), []).append(shape)
    return [_one(group) for group in groups.values()]


def _is_chain(pieces: list[Shape]) -> bool:
    """Whether most of many lines of two points go on where the one before ended."""
    going_on = sum(np.array_equal(a.values[1], b.values[0]) for a, b in itertools.pairwise(pieces))
    return len(pieces) > FEW_STYLES and going_on > len(pieces) / 2


def _straight(shape: Shape) -> Shape:
    """A line of two points straight up or to the side as a rule; any other shape as it is."""
    if shape.kind != "line" or len(shape.values) != 2 or not (shape.values[0] == shape.values[1]).any():
        return shape
    sides = np.concatenate([shape.values.min(axis=0), shape.values.max(axis=0)])
    return Shape("rule", sides[np.newaxis], shape.label)


def _one(group: list[Shape]) -> Shape:
    first, values = group[0], [shape.values for shape in group]
    if len(group) == 1:
        return first
    joined = chained(values) if first.kind == "line" else np.concatenate(values)
    return Shape(first.kind, joined, next((shape.label for shape in group if shape.label), ""), first.style)
