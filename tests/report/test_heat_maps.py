"""Tests of grader/report/heat_maps.py."""

from __future__ import annotations

import numpy as np
import pytest

from grader.nouns.plain import Array
from grader.report import heat_maps

NAN, INF = float("nan"), float("inf")
DISTANCE = np.abs(np.subtract.outer(np.arange(30), np.arange(30)))
TOEPLITZ = 1.0 / (1 + DISTANCE)


def test_a_square_map_is_told_by_its_diagonal_and_a_far_offset() -> None:
    assert heat_maps.said_of(TOEPLITZ) == "30 x 30, 1 on the diagonal, 0.0476 at offset 20"


def test_a_blank_row_and_column_are_named() -> None:
    cells = TOEPLITZ.copy()
    cells[1], cells[:, 1] = NAN, NAN

    assert heat_maps.said_of(cells).endswith("59 not finite (row 1 and column 1)")


def test_single_cells_without_a_number_are_counted() -> None:
    cells = TOEPLITZ.copy()
    cells[3, 4] = INF

    assert heat_maps.said_of(cells).endswith("at offset 20, 1 not finite")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (np.array([[1.0, 2.0, 3.0]]), "1 x 3, 1 to 3"),
        (np.array([[NAN, 2.0, 3.0]]), "1 x 3, 2 to 3, 1 not finite (column 0)"),
        (np.full((4, 4), NAN), "4 x 4, no finite value"),
        (np.array([[7.0]]), "1 x 1, 7 to 7"),
        (np.zeros((2_000, 3)), "2,000 x 3, 0 to 0"),
    ],
    ids=["a row", "a gap", "nothing", "one cell", "tall"],
)
def test_any_other_map_is_told_by_its_range(cells: Array, said: str) -> None:
    assert heat_maps.said_of(cells) == said


def test_the_table_of_square_maps_follows_the_distance() -> None:
    table = heat_maps.table_of({"yours": TOEPLITZ, "expected": TOEPLITZ / 2})

    assert table.heads[:4] == ("distance", "yours, middle", "yours, least", "yours, greatest")
    assert [row[0] for row in table.rows] == ["0", "1", "2", "5", "10", "20"]
    assert table.rows[1] == ("1", "0.5", "0.5", "0.5", "0.25", "0.25", "0.25")


def test_maps_of_two_sizes_share_the_distances_of_the_smaller() -> None:
    table = heat_maps.table_of({"yours": TOEPLITZ[:3, :3], "expected": TOEPLITZ})

    assert [row[0] for row in table.rows] == ["0", "1", "2"]


def test_the_table_of_other_maps_tells_the_whole() -> None:
    table = heat_maps.table_of({"yours": np.array([[1.0, NAN, 3.0]])})

    assert table.heads == ("measure", "yours")
    assert table.rows == (
        ("size", "1 x 3"), ("middle", "2"), ("least", "1"), ("greatest", "3"), ("not finite", "1")
    )  # fmt: skip


def test_a_diagonal_without_a_number_is_a_dash() -> None:
    cells = np.array([[1.0, NAN], [NAN, 1.0]])

    assert heat_maps.table_of({"yours": cells}).rows[1] == ("1", "–", "–", "–")
