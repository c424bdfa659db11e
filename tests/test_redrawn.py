"""What of a student's figures is drawn again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from grader import redrawn
from grader.figures import Artist, Axes, Figure, Kind
from grader.nouns.plain import Array
from grader.nouns.seen import Observation

NAN = float("nan")
STEPS = np.arange(50, dtype=np.float64)
SERIES = np.where(np.isin(STEPS, (11, 40)), 5.0, 0.5)
CURVE = Artist("line", np.stack([STEPS, SERIES], axis=1))


def axes(*artists: Artist) -> Axes:
    """Axes with these artists on them."""
    return Axes("", "", "", "linear", "linear", False, artists)


def figures(*pairs: Axes) -> tuple[Figure, ...]:
    """A figure for each pair of axes."""
    return tuple(Figure((pair,), True) for pair in pairs)


def artist(kind: Kind, *rows: Any) -> Artist:
    """An artist of so many rows of numbers."""
    return Artist(kind, np.array(rows, dtype=np.float64))


def boxes(*marks: Artist) -> list[list[float]]:
    """The boxes around marks beside a curve."""
    found = redrawn.line_in(figures(axes(CURVE, *marks)), (), "figures")
    assert found is not None
    kept: list[list[float]] = redrawn.marks_on(found).tolist()
    return kept


def test_figures_are_read_from_an_observation() -> None:
    told = {"figures": [{"shown": True, "axes": []}]}
    tensors = {"figures": np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)}

    assert redrawn.figures_in(Observation("answered", tensors), "figures") == (Figure((), True),)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"figures": 7}', b"\xff"])
def test_figures_that_break_their_form_are_none(text: bytes) -> None:
    observation = Observation("answered", {"figures": np.frombuffer(text, dtype=np.uint8)})

    assert redrawn.figures_in(observation, "figures") == ()


@pytest.mark.parametrize("observation", [None, Observation("raised")])
def test_without_an_answer_there_are_no_figures(observation: Observation | None) -> None:
    assert redrawn.figures_in(observation, "figures") == ()


# --- which artist -----------------------------------------------------------------------------------------------------


def test_the_image_that_was_judged_is_drawn() -> None:
    small, large = Artist("image", np.eye(3)), Artist("image", np.eye(9))

    found = redrawn.image_in(figures(axes(small), axes(large)), ["figures.0.0.0"], "figures")

    assert found is not None
    assert found[0] == "figures.0.0.0"


def test_without_a_judgement_the_largest_image_is_drawn() -> None:
    small, large = Artist("image", np.eye(3)), Artist("image", np.eye(9))

    found = redrawn.image_in(figures(axes(), axes(small, large)), (), "figures")

    assert found is not None
    assert (found[0], found[1].shape) == ("figures.1.0.1", (9, 9))


def test_an_image_of_colours_becomes_eight_bits_without_transparency() -> None:
    values = np.array([[[0.0, 0.5, 1.0, 0.1]], [[NAN, -3.0, 9.0, 1.0]]])

    found = redrawn.image_in(figures(axes(Artist("image", values))), (), "figures")

    assert found is not None
    assert (found[1].dtype, found[1].tolist()) == (np.uint8, [[[0, 127, 255]], [[0, 0, 255]]])


def test_where_nothing_was_drawn_nothing_is_found() -> None:
    empty = figures(axes(), axes(artist("text", [1, 2])))

    assert redrawn.image_in(empty, (), "figures") is None
    assert redrawn.line_in(empty, (), "figures") is None


def test_the_longest_line_is_drawn_and_a_line_before_points() -> None:
    points = Artist("points", CURVE.values)

    found = redrawn.line_in(figures(axes(artist("line", [0, 1], [1, 1]), points, CURVE)), (), "figures")

    assert found is not None
    assert found.name == "figures.0.0.2"


def test_the_line_that_was_judged_is_drawn() -> None:
    found = redrawn.line_in(figures(axes(artist("line", [0, 1], [1, 1]), CURVE)), ["figures.0.0.0"], "figures")

    assert found is not None
    assert found.points_m2.tolist() == [[0, 1], [1, 1]]


def test_bars_are_a_line_through_their_tops() -> None:
    found = redrawn.line_in(figures(axes(artist("bars", [0, 0, 2, 7], [2, 0, 4, 9]))), (), "figures")

    assert found is not None
    assert found.points_m2.tolist() == [[1, 7], [3, 9]]


# --- marks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "box"),
    [
        (artist("patch", [1, 0, 21, 9]), [1, 0, 21, 9]),
        (artist("note", [11, 5, 30, 8]), [11, 5, 11, 5]),
        (artist("text", [12, 5]), [12, 5, 12, 5]),
        (artist("points", [11, 5]), [11, 5, 11, 5]),
        (artist("rule", [10, 0, 12, 9]), [10, 0, 12, 9]),
        (artist("line", [11, 0], [11, 9]), [11, 0, 11, 9]),
        (artist("line", *([11 + np.cos(t), np.sin(t)] for t in np.arange(9) * np.pi / 4)), [10, -1, 12, 1]),
        (artist("line", [0, NAN], [11, 5], [12, NAN]), [11, 5, 11, 5]),
    ],
    ids=["patch", "note", "text", "points", "rule", "upright line", "drawn circle", "piece of a line"],
)
def test_a_mark_of_any_kind_has_a_box(mark: Artist, box: list[float]) -> None:
    assert np.allclose(boxes(mark), [box])


def test_a_band_across_the_picture_has_no_height() -> None:
    ((left, bottom, right, top),) = boxes(artist("rule", [10, NAN, 12, NAN]))

    assert (left, right) == (10, 12)
    assert np.isnan([bottom, top]).all()


@pytest.mark.parametrize(
    "other",
    [
        artist("rule", [NAN, 1, NAN, 1]),
        artist("rule", [0, 1, 50, 1]),
        artist("text", [NAN, 5]),
        artist("text", [np.inf, 5]),
        artist("line", [0, 1], [5, 1]),
        artist("line", [NAN, NAN], [NAN, 2]),
        artist("bars", [0, 0, 50, 1]),
        Artist("points", CURVE.values),
        Artist("points", CURVE.values[:26]),
        Artist("image", np.eye(3)),
        artist("patch", *([0, 0, 1, 1] for _ in range(26))),
    ],
    ids=["limit", "flat rule", "no place", "inf", "line", "nothing", "bars", "all points", "most", "image", "boxes"],
)
def test_limits_and_curves_are_no_marks(other: Artist) -> None:
    assert boxes(other) == []


def test_marks_without_end_are_capped() -> None:
    assert len(boxes(*[artist("text", *([11, 5] for _ in range(20))) for _ in range(40)])) == redrawn.MAX_MARKS


# --- pictures that were handed in -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("array", "fits"),
    [
        (np.zeros((4, 6, 3), np.uint8), True),
        (np.zeros((2000, 2000, 3), np.uint8), True),
        (np.zeros((2000, 2001, 3), np.uint8), False),
        (np.zeros((0, 6, 3), np.uint8), False),
        (np.zeros((4, 6, 4), np.uint8), False),
        (np.zeros((4, 6), np.uint8), False),
        (np.zeros((4, 6, 3)), False),
    ],
    ids=lambda value: str(getattr(value, "shape", value)),
)
def test_pixels_are_colours_in_eight_bits_and_not_too_many(array: Array, fits: bool) -> None:
    assert redrawn.is_pixels(array) is fits
