"""Tests of grader/report/grids.py."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import numpy as np
import pytest

from grader.nouns.plain import Array
from grader.report import grids
from grader.report.grids import Grid

SVG = "{http://www.w3.org/2000/svg}"


def grid(shades: Array, *, shut: Array | None = None, marked: Array | None = None) -> Grid:
    nothing = np.zeros(shades.shape, dtype=bool)
    texts = grids.written(shades, "{:d}".format)
    return Grid(
        shades,
        nothing if shut is None else shut,
        nothing if marked is None else marked,
        texts,
        "place that moves",
        "place that is changed",
        [("#ffffff", "nothing"), (grids.ALARM, "leak")],
    )


def parsed(drawn: Grid) -> ElementTree.Element:
    return ElementTree.fromstring(base64.b64decode(grids.draw(drawn).src.partition(",")[2]))


def words(drawn: Grid) -> list[str]:
    return [str(each.text) for each in parsed(drawn).iter(f"{SVG}text")]


def colours(drawn: Grid) -> set[str]:
    return {each.get("fill", "") for each in parsed(drawn).iter(f"{SVG}path")} - {"", "none"}


def test_places_are_numbered_from_one_down_and_across() -> None:
    told = words(grid(np.zeros((3, 4), dtype=np.int64)))

    assert [each for each in told if each.isdigit() and each != "0"] == ["1", "2", "3", "4", "1", "2", "3"]
    assert {"place that is changed →", "← place that moves", "nothing", "leak"} <= set(told)


def test_few_cells_hold_their_number_and_many_do_not() -> None:
    assert words(grid(np.full((3, 3), 7))).count("7") == 9
    assert words(grid(np.full((20, 20), 7))).count("7") == 0


def test_of_many_places_only_some_are_numbered() -> None:
    told = [each for each in words(grid(np.zeros((64, 64), dtype=np.int64))) if each.isdigit()]

    assert told[:13] == ["1", "5", "10", "15", "20", "25", "30", "35", "40", "45", "50", "55", "60"]


def test_each_shade_has_its_colour_and_what_is_not_known_is_grey() -> None:
    drawn = grid(np.array([[0, 8], [-1, 3]]))

    assert colours(drawn) == {grids.SHADES[8], grids.SHADES[3], grids.UNKNOWN}


def test_words_on_dark_cells_are_white() -> None:
    told = [each for each in parsed(grid(np.array([[8, 3]]))).iter(f"{SVG}text") if each.text in ("8", "3")]

    assert [(each.text, each.get("fill")) for each in told] == [("8", "#ffffff"), ("3", grids.INK)]


def test_what_is_shut_is_hatched_but_for_what_is_marked() -> None:
    shut = np.array([[False, True], [False, False]])
    plain, marked = (
        grid(np.zeros((2, 2), dtype=np.int64), shut=shut),
        grid(np.eye(2, dtype=np.int64), shut=shut, marked=shut),
    )

    assert "url(#shut)" in colours(plain)
    assert "url(#shut)" not in colours(marked)
    assert [each.get("stroke") for each in parsed(marked).iter(f"{SVG}path")].count(grids.ALARM) == 1


def test_marked_neighbours_share_one_outline() -> None:
    both = np.array([[True, True]])

    assert grids._border(both, 10).count("M") == 6  # two above, two below, one at each end


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (7, 1), (1, 7), (64, 64), (3, 9)])
def test_a_picture_is_as_wide_as_a_telephone_shows(rows: int, columns: int) -> None:
    image = grids.draw(grid(np.zeros((rows, columns), dtype=np.int64)))

    assert image.width == 336
    assert 100 < image.height <= 460


def test_the_same_cells_give_the_same_bytes() -> None:
    assert grids.draw(grid(np.eye(4, dtype=np.int64))).src == grids.draw(grid(np.eye(4, dtype=np.int64))).src
