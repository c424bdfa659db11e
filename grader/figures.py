"""Figures as data: what the figures of a hand-in show, in data coordinates and without a pixel.

The kit watches matplotlib in the jail and describes every figure; what comes out is a claim, read here strictly. It is
one tensor of bytes, `figures`, with JSON about figures, their axes and artists, and for each artist a tensor with its
values, named by its place: `figures.0.1.2` is the third artist on the second axes of the first figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast, get_args

import numpy as np

from grader.box.strict_json import strict_json
from grader.nouns.plain import Array, Json
from grader.safetext import safe_line

if TYPE_CHECKING:
    from grader.nouns.seen import Observation

Kind: TypeAlias = Literal["image", "line", "bars", "points", "patch", "note", "text", "rule"]

MAX_FIGURES: Final = 16
MAX_ARTISTS: Final = 64  # and as many axes
MAX_VALUES: Final = 4_000_000
MAX_BYTES: Final = 256 * 1024
MAX_TEXT: Final = 200
_WIDTHS: Final = {"line": 2, "points": 2, "bars": 4, "patch": 4, "note": 4, "text": 2, "rule": 4}
_ARTIST: Final = re.compile(r"(?:\.\d+){3}\Z")
_IMAGES: Final = ("uint8", "float32", "float64")


@dataclass(frozen=True, slots=True)
class Artist:
    """One thing that is drawn on axes.

    Shapes of `values`, float64 (image: uint8, float32 or float64, as it was given), by kind:
        image   (h, w) or (h, w, 3 or 4)    `imshow`, `matshow`, `pcolormesh`: row 0 as the array has it
        line    (n, 2)                      x and y; NaN where the line is broken
        points  (n, 2)                      a scatter, or the markers of a line (which stands beside it, if it is drawn)
        bars    (n, 4)                      left, bottom, right, top
        patch   (n, 4)                      the boxes around circles, ellipses, rectangles: left, bottom, right, top
        note    (n, 4)                      annotations and arrows: x and y of the place pointed at, x and y of the text
        text    (n, 2)                      where texts stand
        rule    (n, 4)                      axvline, axhline, spans: left, bottom, right, top; NaN where the axes end it
    """

    kind: Kind
    values: Array
    label: str = ""


@dataclass(frozen=True, slots=True)
class Axes:
    """One pair of axes with all that is drawn on it. `x_scale` and `y_scale` as matplotlib names them: linear, log."""

    title: str
    x_label: str
    y_label: str
    x_scale: str
    y_scale: str
    has_colour_bar: bool
    artists: tuple[Artist, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in the order of making; `was_shown` by show or savefig, not merely left open or closed."""

    axes: tuple[Axes, ...]
    was_shown: bool


@dataclass(frozen=True, slots=True)
class Malformed:
    """The claim about figures is missing or breaks a rule; `reason` goes on from the name of the output."""

    reason: str


def figures_of(observation: Observation, output: str = "figures") -> tuple[Figure, ...] | Malformed:
    """The figures that an observation claims, or in which way the claim cannot be read."""
    told = observation.tensors.get(output)
    if told is None:
        return Malformed("holds no figures" if output in observation.texts else "is missing")
    try:
        return _figures(told, observation, output)
    except ValueError as broken:
        return Malformed(f"cannot be read: {broken}")


def artist_name(output: str, figure: int, axes: int, artist: int) -> str:
    """The name of the tensor with the values of an artist."""
    return f"{output}.{figure}.{axes}.{artist}"


def figures_output(name: str) -> str:
    """The output with the figures that a tensor belongs to: `figures` of `figures.0.1.2`; of any other its own name."""
    return _ARTIST.sub("", name)


def is_figures(name: str, known: Iterable[str]) -> bool:
    """Whether an output tells of figures: an artist, or the whole of which artists are known."""
    return _ARTIST.search(name) is not None or any(figures_output(each) == name != each for each in known)


def all_artists(figures: tuple[Figure, ...], output: str = "figures") -> Iterator[tuple[str, Artist]]:
    """Every artist of all figures with the name of its tensor."""
    for at, figure in enumerate(figures):
        yield from artists_of(figure, at, output)


def artists_of(figure: Figure, at: int, output: str = "figures") -> Iterator[tuple[str, Artist]]:
    """Every artist of one figure, the one at this place, with the name of its tensor."""
    for place, axes in enumerate(figure.axes):
        for number, artist in enumerate(axes.artists):
            yield artist_name(output, at, place, number), artist


# --- the claim ------------------------------------------------------------------------------------------------------


def _figures(told: Array, observation: Observation, output: str) -> tuple[Figure, ...]:
    if told.dtype != np.uint8 or told.ndim != 1 or told.size > MAX_BYTES:
        raise ValueError(f"it is not a text of at most {MAX_BYTES} bytes")
    claims = _list(_keys(strict_json(told.tobytes()), {"figures"})["figures"])
    axes = [_list(_keys(claim, {"shown", "axes"})["axes"]) for claim in claims]
    artists = [_list(_keys(each, _AXES)["artists"]) for several in axes for each in several]
    if len(claims) > MAX_FIGURES or len(artists) > MAX_ARTISTS or sum(map(len, artists)) > MAX_ARTISTS:
        raise ValueError(f"it holds more than {MAX_FIGURES} figures, or {MAX_ARTISTS} axes or artists")
    names = [
        [[artist_name(output, i, j, k) for k in range(len(each["artists"]))] for j, each in enumerate(several)]
        for i, several in enumerate(axes)
    ]
    _sizes(observation, [name for several in names for each in several for name in each])
    return tuple(
        Figure(tuple(_axes(*each, observation) for each in zip(*pair, strict=True)), _truth(claim["shown"]))
        for claim, pair in zip(claims, zip(axes, names, strict=True), strict=True)
    )


_AXES: Final = {"title", "x_label", "y_label", "x_scale", "y_scale", "colour_bar", "artists"}


def _sizes(observation: Observation, names: list[str]) -> None:
    if not observation.tensors.keys() >= set(names):
        raise ValueError("the values of an artist are missing")
    if sum(observation.tensors[name].size for name in names) > MAX_VALUES:
        raise ValueError(f"its artists hold more than {MAX_VALUES} values")


def _axes(told: dict[str, Json], names: list[str], observation: Observation) -> Axes:
    pairs = zip(told["artists"], names, strict=True)
    return Axes(
        title=_text(told["title"]),
        x_label=_text(told["x_label"]),
        y_label=_text(told["y_label"]),
        x_scale=_text(told["x_scale"]),
        y_scale=_text(told["y_scale"]),
        has_colour_bar=_truth(told["colour_bar"]),
        artists=tuple(_artist(each, observation.tensors[name]) for each, name in pairs),
    )


def _artist(told: Json, values: Array) -> Artist:
    kind = _text(_keys(told, {"kind", "label"})["kind"])
    if kind not in get_args(Kind):
        raise ValueError("an artist is of no known kind")
    if kind == "image":
        fits = values.dtype.name in _IMAGES and (values.ndim == 2 or (values.ndim == 3 and values.shape[2] in (3, 4)))
    else:
        fits = values.dtype == np.float64 and values.ndim == 2 and values.shape[1] == _WIDTHS[kind]
    if not fits:
        raise ValueError(f"the values of a {kind} have another form")
    return Artist(cast(Kind, kind), values, _text(told["label"]))


def _keys(told: Json, keys: set[str]) -> dict[str, Json]:
    if not isinstance(told, dict) or told.keys() != keys:
        raise ValueError("its keys are not those agreed")
    return told


def _list(told: Json) -> list[Json]:
    if not isinstance(told, list):
        raise ValueError("something else stands where a list belongs")
    return told


def _text(told: Json) -> str:
    if not isinstance(told, str) or len(told) > MAX_TEXT:
        raise ValueError(f"something else stands where a text of at most {MAX_TEXT} characters belongs")
    return safe_line(told)


def _truth(told: Json) -> bool:
    if not isinstance(told, bool):
        raise ValueError("something else stands where true or false belongs")
    return told
