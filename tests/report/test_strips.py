"""Tests of grader/report/strips.py."""

from __future__ import annotations

import base64
import io
from xml.etree import ElementTree

import numpy as np
from PIL import Image as Picture

from grader.nouns.plain import Array
from grader.report import strips
from grader.report.matrices import Scale

SVG = "{http://www.w3.org/2000/svg}"
ONE = Scale(0.0, 1.0)
NAN = float("nan")


def parsed(maps: Array, *, most: int = 6_000) -> ElementTree.Element:
    return ElementTree.fromstring(base64.b64decode(strips.draw(maps, ONE, most).src.partition(",")[2]))


def test_maps_are_numbered_from_one() -> None:
    told = [each.text for each in parsed(np.zeros((3, 5, 5))).iter(f"{SVG}text")]

    assert told == ["1", "2", "3"]


def test_more_than_four_maps_take_a_second_row() -> None:
    four, five = (strips.draw(np.zeros((count, 5, 5)), ONE, 6_000) for count in (4, 5))

    assert four.width == five.width == 204
    assert five.height > 1.8 * four.height


def test_a_cell_without_a_number_is_pink() -> None:
    maps = np.zeros((1, 2, 2))
    maps[0, 1, 1] = NAN

    assert strips.NOT_FINITE in {each.get("fill") for each in parsed(maps).iter(f"{SVG}path")}


def test_the_middle_of_a_difference_has_its_own_colour() -> None:
    image = strips.draw(np.zeros((1, 2, 2)), Scale(-1, 1), 6_000, diverging=True)

    assert b"#f7f7f7" in base64.b64decode(image.src.partition(",")[2])


def test_what_is_too_large_is_pooled_and_a_single_cell_stays_visible() -> None:
    maps = np.zeros((2, 100, 100))
    maps[1, 57, 3] = -0.9

    pooled = strips.pooled(maps, 6_000)

    assert pooled.size <= 6_000
    assert pooled.min() == -0.9
    assert strips.pooled(maps[:, :5, :5], 6_000).shape == (2, 5, 5)


def test_pooling_keeps_what_is_not_a_number() -> None:
    maps = np.zeros((1, 90, 90))
    maps[0, 5, 5] = NAN

    assert np.isnan(strips.pooled(maps, 1_000)).sum() == 1


def test_many_heads_of_many_words_are_small_in_bytes() -> None:
    maps = np.random.default_rng(0).random((12, 128, 128))

    assert len(strips.draw(maps, ONE, 6_000).src) < 120_000
    assert len(strips.draw(maps, ONE, 90).src) < 20_000


def test_a_small_strip_is_a_png_with_a_white_line_between_maps() -> None:
    image = strips.small(np.ones((3, 7, 7)))
    picture = Picture.open(io.BytesIO(base64.b64decode(image.src.partition(",")[2])))

    assert picture.size == (23, 7)
    assert picture.convert("RGB").getpixel((7, 3)) == (255, 255, 255)
    assert picture.convert("RGB").getpixel((8, 3)) != (255, 255, 255)
    assert (image.width, image.height) == (161, 49)
    assert len(image.src) < 500
