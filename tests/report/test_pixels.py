"""Tests of grader/report/pixels.py."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from grader.report import pixels

DRAWING = np.full((40, 60, 3), 255, np.uint8)
DRAWING[10:20, 10:50] = (30, 90, 160)
PHOTOGRAPH = np.random.default_rng(1).integers(0, 255, (90, 120, 3)).astype(np.uint8)


def opened(image: pixels.Image) -> Image.Image:
    """The picture behind a `data:` address."""
    return Image.open(io.BytesIO(base64.b64decode(image.src.partition(",")[2])))


def test_a_drawing_keeps_its_colours() -> None:
    image = pixels.draw(DRAWING, 1024)

    assert image.src.startswith("data:image/png;base64,")
    assert np.array_equal(np.asarray(opened(image).convert("RGB")), DRAWING)


def test_a_photograph_is_written_in_the_smaller_form() -> None:
    image = pixels.draw(PHOTOGRAPH, 1024)

    assert image.src.startswith("data:image/jpeg;base64,")
    assert opened(image).size == (image.width, image.height) == (120, 90)


def test_a_large_picture_is_made_smaller() -> None:
    assert (pixels.draw(DRAWING, 30).width, pixels.draw(DRAWING, 30).height) == (30, 20)


def test_a_line_of_pixels_stays_a_line() -> None:
    assert pixels.draw(np.zeros((1, 5_000, 3), np.uint8), 100).height == 1


def test_the_same_pixels_give_the_same_bytes() -> None:
    assert pixels.draw(PHOTOGRAPH, 64) == pixels.draw(PHOTOGRAPH.copy(), 64)


def test_nothing_but_pixels_is_written() -> None:
    assert opened(pixels.draw(DRAWING, 64)).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
