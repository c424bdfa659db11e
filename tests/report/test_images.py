"""Tests of grader/report/images.py."""

from __future__ import annotations

import numpy as np
import pytest

from grader.report.images import Image, area


@pytest.mark.parametrize("content", [b"", b"<svg/>", bytes(range(256))])
def test_the_bytes_of_a_picture_come_back_from_its_address(content: bytes) -> None:
    assert Image.of("png", content, 2, 3).content == content


@pytest.mark.parametrize("kind", ["svg+xml", "png", "jpeg"])
def test_the_address_names_its_kind_and_asks_nobody(kind: str) -> None:
    assert Image.of(kind, b"x", 1, 1).src.startswith(f"data:image/{kind};base64,")  # type: ignore[arg-type]


def test_neighbours_of_a_row_are_one_rectangle() -> None:
    assert area(np.array([[True, True, False, True], [False] * 4])) == "M0 0h2v1h-2zM3 0h1v1h-1z"


def test_rectangles_have_the_size_of_a_cell_and_begin_where_they_are_told() -> None:
    assert area(np.array([[False], [True]]), cell=10, left=5, top=7) == "M5 17h10v10h-10z"


def test_nothing_is_drawn_where_no_cell_is_in() -> None:
    assert area(np.zeros((3, 3), bool)) == ""
