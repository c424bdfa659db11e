"""One artist of matplotlib as shapes: arrays in the data coordinates of its axes.

The kinds of shapes and the meaning of their columns are those of `grader.figures`. Whatever a position was
given in, fractions of the axes, points of the paper, the data of another axes, it is told in the data of its own axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
NOTHING = ("", " ", "none", "None", None)  # what matplotlib writes for no marker and no line
FEW_COLOURS = 4  # of one scatter; more are a scale
LONG_AREA = 20  # places; an area over fewer marks them


@dataclass(slots=True)
class Shape:
    """One thing that is drawn. `style` tells single marks apart that are not of one kind."""

    kind: str
    values: Array
    label: str = ""
    style: str = ""


def shapes_of_artist(artist: Any, axes: Any) -> Iterator[Shape]:
    """What an artist shows on these axes; nothing if it cannot be read."""
    yield from _tried(_reader(artist), artist, axes)


def shapes_of_bars(container: Any, axes: Any) -> Iterator[Shape]:
    """The bars of one call of `bar` or `hist`."""
    yield from _tried(_bars, container, axes)


def _tried(read: Callable[[Any, Any], Iterator[Shape]], artist: Any, axes: Any) -> Iterator[Shape]:
    try:
        found = [shape for shape in read(artist, axes) if shape.values.size]
    except Exception:  # a class of theirs, or a transform that has no inverse: one shape less
        return
    yield from found


def _reader(artist: Any) -> Callable[[Any, Any], Iterator[Shape]]:
    """How to read an artist: by the nearest class of matplotlib that it is made from."""
    for kind in type(artist).__mro__:
        if kind.__name__ in READERS and kind.__module__.startswith("matplotlib."):
            return READERS[kind.__name__]
    return _nothing


def _nothing(artist: Any, axes: Any) -> Iterator[Shape]:
    yield from ()


# --- places -------------------------------------------------------------------------------------------------------


def _to_data(transform: Any, axes: Any) -> Any:
    """The transform that ends in data where the given one ends on paper; exact where it goes through the data."""
    return transform - axes.transData


def _in_data(transform: Any, axes: Any) -> tuple[bool, bool]:
    both = transform.contains_branch_seperately(axes.transData)
    return bool(both[0]), bool(both[1])


def _plain(values: Any) -> Array:
    """float64, NaN where it is masked."""
    return np.ma.asarray(values, dtype=np.float64).filled(np.nan)


def _label(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _row(*numbers: Any) -> Array:
    return np.array([numbers], dtype=np.float64)


# --- images ---------------------------------------------------------------------------------------------------------


def _image(artist: Any, axes: Any) -> Iterator[Shape]:
    array = artist.get_array()
    if array is not None and array.ndim in (2, 3):
        yield Shape("image", _pixels(array), _label(artist))


def _mesh(artist: Any, axes: Any) -> Iterator[Shape]:
    array = artist.get_array()
    if array is not None and array.ndim == 1:
        rows, columns = np.array(artist.get_coordinates().shape[:2]) - 1
        array = array.reshape(rows, columns)
    if array is not None:
        yield Shape("image", _pixels(array), _label(artist))


def _pixels(array: Any) -> Array:
    wide = array.dtype if array.dtype.name in ("uint8", "float32", "float64") else np.dtype(np.float64)
    if array.dtype.name == "float16":
        wide = np.dtype(np.float32)
    if np.ma.is_masked(array):
        wide = np.dtype(np.float64) if wide.kind == "u" else wide
        return np.ma.asarray(array, dtype=wide.newbyteorder("=")).filled(np.nan)
    return np.array(np.ma.getdata(array), dtype=wide.newbyteorder("="), order="C", subok=False)


# --- lines and points -----------------------------------------------------------------------------------------------


def _line(artist: Any, axes: Any) -> Iterator[Shape]:
    x, y = _plain(artist.get_xdata(orig=False)), _plain(artist.get_ydata(orig=False))
    points = np.column_stack(np.broadcast_arrays(x, y)) if x.size and y.size else np.empty((0, 2))
    transform = artist.get_transform()
    in_x, in_y = _in_data(transform, axes)
    if in_x and not in_y and len(points):
        yield Shape("rule", _row(points[:, 0].min(), np.nan, points[:, 0].max(), np.nan), _label(artist))
    elif in_y and not in_x and len(points):
        yield Shape("rule", _row(np.nan, points[:, 1].min(), np.nan, points[:, 1].max()), _label(artist))
    else:
        if transform != axes.transData:
            points = np.asarray(_to_data(transform, axes).transform(points))
        yield from _drawn(artist, points)


def _drawn(artist: Any, points: Array) -> Iterator[Shape]:
    """The line through the points, its markers, or both."""
    is_marked = artist.get_marker() not in NOTHING and artist.get_markersize() > 0
    is_line = artist.get_linestyle() not in NOTHING and artist.get_linewidth() > 0 and len(points) > 1
    label, style = _label(artist), f"{artist.get_marker()} {artist.get_color()}"
    if is_line:
        yield Shape("line", points, label, style)
    if is_marked:
        yield Shape("points", points[_marked(artist.get_markevery(), len(points))], label, style)


def _marked(every: Any, count: int) -> Any:
    """Which of so many points carry a marker, as an index."""
    if isinstance(every, tuple) and len(every) == 2:
        return slice(int(every[0]), None, int(every[1])) if isinstance(every[1], int) else slice(None)
    if isinstance(every, slice):
        return every
    if every is None or isinstance(every, float):
        return slice(None)
    if isinstance(every, int | np.integer):
        return slice(None, None, int(every))
    chosen = np.asarray(every)
    return chosen if chosen.dtype == bool and len(chosen) == count else chosen.astype(int)


def _scatter(artist: Any, axes: Any) -> Iterator[Shape]:
    points = _plain(artist.get_offsets())
    transform = artist.get_offset_transform()
    if transform != axes.transData:
        points = np.asarray(_to_data(transform, axes).transform(points))
    label = _label(artist)
    yield Shape("points", points, label, _first_colour(artist))
    for chosen in _coloured(artist, len(points)):
        yield Shape("points", points[chosen], label)


def _first_colour(artist: Any) -> str:
    for colours in (artist.get_facecolor(), artist.get_edgecolor()):
        if len(colours):
            return str(np.round(colours[0], 3).tolist())
    return ""


def _coloured(artist: Any, count: int) -> Iterator[Array]:
    """Points that stand out from the others of one scatter by a colour or a size of their own."""
    scale = artist.get_array()
    for looks in (artist.get_facecolor() if scale is None else scale, artist.get_edgecolor(), artist.get_sizes()):
        looks = np.asarray(looks)
        if len(looks) != count or count < 3:
            continue
        kinds, which = np.unique(looks.reshape(count, -1), axis=0, return_inverse=True)
        sizes = np.bincount(which.ravel())
        if 1 < len(kinds) <= FEW_COLOURS:
            yield from (which.ravel() == kind for kind in range(len(kinds)) if kind != sizes.argmax())
            return


def _segments(artist: Any, axes: Any) -> Iterator[Shape]:
    """`vlines`, `hlines` and other collections of lines: rules, or one line that is broken between its pieces."""
    transform = artist.get_transform()
    in_x, in_y = _in_data(transform, axes)
    pieces = [_plain(piece) for piece in artist.get_segments() if len(piece)]
    if not pieces:
        return
    if not (in_x and in_y):
        if not (in_x or in_y):
            return
        boxes = np.array([[*piece.min(axis=0), *piece.max(axis=0)] for piece in pieces])
        boxes[:, [1, 3] if in_x else [0, 2]] = np.nan
        yield Shape("rule", boxes, _label(artist))
        return
    if all(len(piece) == 2 and (piece[0] == piece[1]).any() for piece in pieces):
        yield Shape("rule", np.array([[*piece.min(axis=0), *piece.max(axis=0)] for piece in pieces]), _label(artist))
        return
    yield Shape("line", chained(pieces), _label(artist))


def chained(pieces: list[Array]) -> Array:
    """One line of many: pieces that begin where the last one ended go on, others begin after a gap."""
    rows: list[Array] = []
    for piece in pieces:
        if rows and np.array_equal(rows[-1][-1], piece[0]):
            piece = piece[1:]
        elif rows:
            rows.append(np.full((1, 2), np.nan))
        if len(piece):
            rows.append(piece)
    return np.concatenate(rows)


def _stairs(artist: Any, axes: Any) -> Iterator[Shape]:
    data = artist.get_data()
    edges = _plain(data.edges)
    yield Shape("line", np.column_stack([(edges[:-1] + edges[1:]) / 2, _plain(data.values)]), _label(artist))


def _bars(container: Any, axes: Any) -> Iterator[Shape]:
    rows = [(p.get_x(), p.get_y(), p.get_x() + p.get_width(), p.get_y() + p.get_height()) for p in container]
    if rows:
        style = str(container[0].get_facecolor())
        yield Shape("bars", np.array(rows, dtype=np.float64), _label(container), style)


# --- marks ----------------------------------------------------------------------------------------------------------


def _patch(artist: Any, axes: Any) -> Iterator[Shape]:
    yield _box(artist.get_path(), artist.get_transform(), artist, axes)


def _box(path: Any, transform: Any, artist: Any, axes: Any) -> Shape:
    in_x, in_y = _in_data(transform, axes)
    box = path.get_extents(_to_data(transform, axes))
    left, bottom, right, top = box.x0, box.y0, box.x1, box.y1
    if in_x != in_y:
        sides = (left, np.nan, right, np.nan) if in_x else (np.nan, bottom, np.nan, top)
        return Shape("rule", _row(*sides), _label(artist))
    return Shape("patch", _row(left, bottom, right, top), _label(artist))


def _paths(artist: Any, axes: Any) -> Iterator[Shape]:
    if hasattr(artist, "allsegs"):  # contours: their data is not in them
        return
    offsets, transform = artist.get_offsets(), artist.get_transform()
    if len(offsets) > 1 or np.any(offsets):
        yield from _scatter(artist, axes)
        return
    boxes = [_box(path, transform, artist, axes) for path in artist.get_paths()]
    for kind in ("patch", "rule"):
        rows = [box.values for box in boxes if box.kind == kind]
        if rows:
            yield Shape(kind, np.concatenate(rows), _label(artist))


def _filled(artist: Any, axes: Any) -> Iterator[Shape]:
    """`fill_between`: the line that a long area from a level up or down ends in; other areas are patches."""
    lines = [_edge(_plain(path.vertices)) for path in artist.get_paths()]
    in_data = artist.get_transform() == axes.transData and getattr(artist, "t_direction", "x") == "x"
    if len(lines) == 1 and lines[0] is not None and in_data:
        yield Shape("line", lines[0], _label(artist))
    else:
        yield from _paths(artist, axes)


def _edge(corners: Array) -> Array | None:
    """Of an area over n places the edge that is not level, if the other one is: its corners go around both, n each.

    Shapes: (2 n + 3, 2) -> (n, 2).
    """
    count = (len(corners) - 3) // 2
    edges = corners[1 : count + 1], corners[count + 2 : 2 * count + 2][::-1]
    flat = [bool((edge[:, 1] == edge[:1, 1]).all()) for edge in edges]
    return None if count < LONG_AREA or flat[0] == flat[1] else edges[flat.index(False)].copy()


def _arrow(artist: Any, axes: Any) -> Iterator[Shape]:
    """`plt.arrow`: the tip of the head, and the other end."""
    start, step = np.array([artist._x, artist._y], float), np.array([artist._dx, artist._dy], float)
    length = float(np.hypot(*step))
    beyond = 0.0 if artist._length_includes_head or not length else (artist._head_length or 0.0) / length
    both = np.array([start + step * (1 + beyond), start])
    if artist.get_data_transform() != axes.transData:
        both = _to_data(artist.get_data_transform(), axes).transform(both)
    yield Shape("note", _row(*both.ravel()), _label(artist))


def _fancy_arrow(artist: Any, axes: Any) -> Iterator[Shape]:
    ends = artist._posA_posB
    if ends is None:
        yield from _patch(artist, axes)
        return
    both = np.array([[axes.convert_xunits(x), axes.convert_yunits(y)] for x, y in ends], dtype=np.float64)
    transform = artist.get_transform()
    if transform != axes.transData:
        both = _to_data(transform, axes).transform(both)
    yield Shape("note", _pointing(artist, *both), _label(artist))


def _connection(artist: Any, axes: Any) -> Iterator[Shape]:
    ends = [(artist.xy1, artist.coords1, artist.axesA), (artist.xy2, artist.coords2, artist.axesB)]
    both = [artist._get_xy(xy, coords, of or axes) for xy, coords, of in ends]
    yield Shape("note", _pointing(artist, *axes.transData.inverted().transform(both)), _label(artist))


def _pointing(arrow: Any, begin: Array, end: Array) -> Array:
    """Where an arrow points to and where it comes from, by the ends at which it has heads."""
    style = getattr(arrow.get_arrowstyle(), "arrow", "->") if arrow is not None else "->"
    if str(style).startswith("<"):
        begin, end = end, begin
    return _row(*end, *begin)


def _annotation(artist: Any, axes: Any) -> Iterator[Shape]:
    place = _of_coordinates(artist, artist.xy, artist.xycoords, axes)
    text = getattr(artist, "xyann", None) if hasattr(artist, "xyann") else artist.xybox
    words = _of_coordinates(artist, text, artist.anncoords, axes)
    arrow = getattr(artist, "arrow_patch", None)
    yield Shape("note", _pointing(arrow, words, place) if arrow is not None else _row(*place, *words))


def _of_coordinates(artist: Any, place: Any, coordinates: Any, axes: Any) -> Array:
    if isinstance(coordinates, str) and coordinates == "data":
        x, y = place
        return np.array([axes.convert_xunits(x), axes.convert_yunits(y)], dtype=np.float64)
    renderer = artist.get_figure(root=True)._get_renderer()
    on_paper = artist._get_xy(renderer, place, coordinates)
    return np.asarray(axes.transData.inverted().transform(on_paper), dtype=np.float64)


def _text(artist: Any, axes: Any) -> Iterator[Shape]:
    if not artist.get_text().strip():
        return
    place = np.array([artist.get_unitless_position()], dtype=np.float64)
    transform = artist.get_transform()
    if transform != axes.transData:
        place = np.asarray(_to_data(transform, axes).transform(place))
    yield Shape("text", place, artist.get_text())


# Name of a class of matplotlib -> how it is read. The nearest class in the order of inheritance decides.
READERS: dict[str, Callable[[Any, Any], Iterator[Shape]]] = {
    "AxesImage": _image,
    "QuadMesh": _mesh,
    "PolyQuadMesh": _mesh,
    "Line2D": _line,
    "PathCollection": _scatter,
    "RegularPolyCollection": _scatter,
    "Quiver": _scatter,
    "LineCollection": _segments,
    "FillBetweenPolyCollection": _filled,
    "Collection": _paths,
    "StepPatch": _stairs,
    "FancyArrow": _arrow,
    "ConnectionPatch": _connection,
    "FancyArrowPatch": _fancy_arrow,
    "Patch": _patch,
    "Annotation": _annotation,
    "AnnotationBbox": _annotation,
    "Text": _text,
    "Axes3D": _nothing,
}
