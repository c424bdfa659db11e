"""Tests of grader/report/class_maps.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from grader.nouns.judged import PartResult, Picture, Results, SubmissionResult
from grader.nouns.plain import Array
from grader.report.arrays import EXPECTED
from grader.report.class_maps import MOST_NAMED, MOST_ROWS, class_maps
from grader.report.class_model import MapTable

NAN = float("nan")
EVEN = np.full((3, 5, 5), 0.2)
SHARP = np.tile(np.eye(5), (3, 1, 1))
ATTENTION = Picture("heatmap", "Layer 0", "causal", "layer0", True, "4/causal/layer0", "4/causal/layer0")
INFLUENCE = Picture("influence", "Who sees whom", "window", "logits", True, "3b/m", "3b/a", x="position")


def tables(results: Results, folder: Path, given: Mapping[str, Array | None], picture: Picture) -> tuple[MapTable, ...]:
    """The tables of a class: who gave which array."""
    people = []
    for name, array in given.items():
        shown = (picture,) if array is not None else ()
        part = PartResult("4", "Maps", 0, 1, 0, "passed", "", 1.0, 1, pictures=shown)
        people.append(SubmissionResult(name, "", 0, 1, 0, 1.0, False, (part,), arrays=name))
        if array is not None:
            allowed = {picture.expected: np.tril(np.ones((5, 5)))} if picture.kind == "influence" else {}
            save_file({picture.yours: np.ascontiguousarray(array)} | allowed, folder / name)
    save_file({ATTENTION.expected: EVEN}, folder / EXPECTED)
    return class_maps(replace(results, submissions=tuple(people)), folder)


def test_who_gave_the_same_is_one_row_and_the_nearest_stand_first(results: Results, tmp_path: Path) -> None:
    near = EVEN.copy()
    near[0, 0, :2] = 0.1, 0.3
    given = {"cleo": SHARP, "ada": EVEN, "dev": SHARP, "bo": EVEN + 1e-7, "eli": near, "fay": None}

    (table,) = tables(results, tmp_path, given, ATTENTION)

    told = [(row.said, [link.text for link in row.people]) for row in table.rows]
    assert told == [
        ("as expected", ["ada", "bo"]),
        ("off by up to 0.1", ["eli"]),
        ("off by up to 0.8", ["cleo", "dev"]),
    ]
    assert table.rows[0].people[0].href == "staff/ada.html#part-4"
    assert table.reference is None  # the first row shows it
    assert table.notes == ("1 of 6 gave none.",)


def test_what_cannot_be_compared_stands_last(results: Results, tmp_path: Path) -> None:
    lost = EVEN.copy()
    lost[0, 0, 0] = NAN

    (table,) = tables(results, tmp_path, {"ada": lost, "bo": EVEN[:2], "cleo": SHARP}, ATTENTION)

    assert {row.said for row in table.rows} == {
        "off by up to 0.8", "not all of it finite", "another shape, (2, 5, 5)"
    }  # fmt: skip
    assert table.rows[0].said == "off by up to 0.8"
    assert table.reference is not None


def test_leaks_are_counted_and_alike_if_the_same_pairs_leak(results: Results, tmp_path: Path) -> None:
    past, all_of_it = 0.3 * np.tril(np.ones((5, 5))), 0.3 * np.ones((5, 5))

    (table,) = tables(results, tmp_path, {"ada": past, "bo": 2 * past, "dev": all_of_it}, INFLUENCE)

    assert [(row.said, row.count) for row in table.rows] == [("no leak", 2), ("10 leaks", 1)]
    assert table.rows[1].alt == "map of dev, 5 x 5: 10 leaks"
    assert table.reference is None


def test_arrays_that_are_no_maps_are_left_out(results: Results, tmp_path: Path) -> None:
    assert tables(results, tmp_path, {"ada": np.ones((4, 4))}, ATTENTION) == ()
    assert tables(results, tmp_path, {"ada": np.ones((70, 70))}, INFLUENCE) == ()


def test_a_class_of_400_is_small_whatever_they_gave(results: Results, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    given = {f"s{number:03d}": EVEN if number < 150 else chance.random((3, 5, 5)) for number in range(400)}

    (table,) = tables(results, tmp_path, given, ATTENTION)

    assert sum(len(row.image.src) for row in table.rows) < 100_000
    assert (table.rows[0].count, len(table.rows[0].people), table.rows[0].more) == (150, MOST_NAMED, 150 - MOST_NAMED)
    assert len(table.rows) == MOST_ROWS
    assert table.notes == (f"{250 - (MOST_ROWS - 1)} more, farther away, are not shown.",)
