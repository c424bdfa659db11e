"""Tests of grader/report/clipping.py."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from grader.report import clipping
from grader.report.clipping import Clipping

NAN, INF = float("nan"), float("inf")


def seen(values: Sequence[float], marked: Sequence[float] = (), clip: float | None = 1.0) -> Clipping:
    """A series of which these steps are marked."""
    return Clipping(np.array(values, dtype=np.float64), np.array(marked, dtype=np.float64), clip, "update")


def spiked(*places: int, size: int = 2000) -> list[float]:
    """A series of 0.5 with a growing peak at each of these places."""
    values = [0.5] * size
    for rank, place in enumerate(places):
        values[place] = 10.0 + rank
    return values


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (seen(spiked(311, 1702), [311, 1702]), "2 updates above the limit 1: 311 and 1702, both marked"),
        (seen(spiked(311, 1702), [311]), "2 updates above the limit 1: 311 and 1702, marked: 311"),
        (seen(spiked(311, 1702)), "2 updates above the limit 1: 311 and 1702, none marked"),
        (seen(spiked(311), [311, 311]), "1 update above the limit 1: 311, marked"),
        (seen(spiked(1, 2, 3), [1, 2, 3]), "3 updates above the limit 1: 1, 2 and 3, all marked"),
        (seen(spiked(1, 2, 3, 4, 5), [5, 2]), "5 updates above the limit 1, marked: 2 and 5"),
        (seen(spiked()), "2,000 updates, none above the limit 1"),
        (seen(spiked(3), clip=None), "2,000 updates"),
    ],
    ids=["both", "one of two", "none", "single", "all", "many", "no peak", "no limit"],
)  # fmt: skip
def test_the_finding_names_what_is_above_and_what_is_marked(series: Clipping, said: str) -> None:
    assert clipping.finding(series) == said


def test_in_full_the_largest_is_told_with_its_place() -> None:
    told = clipping.in_full(seen(spiked(311, 1702), [311, 1702]))

    assert told == "2,000 updates, 2 above the limit 1, largest 11 at update 1702; marked: 311 and 1702"


def test_what_is_not_finite_is_counted_and_inf_is_above_every_limit() -> None:
    told = clipping.in_full(seen([0.5, INF, NAN, 3.0]))

    assert told == "4 updates, 2 above the limit 1, largest 3 at update 3, 2 not finite; none marked"


def test_a_series_without_a_number_has_no_largest() -> None:
    assert clipping.in_full(seen([NAN])) == "1 update, none above the limit 1, 1 not finite; none marked"


@pytest.mark.parametrize("step", [-4.0, 2000.0, 1e9, NAN])
def test_a_step_that_the_series_does_not_have_is_not_marked(step: float) -> None:
    assert seen(spiked(3), [step]).marked == []


@pytest.mark.parametrize(
    ("label", "unit"), [("update", "update"), ("Epoch", "epoch"), ("steps", "step"), ("更新", "step"), ("", "step")]
)
def test_a_label_that_is_no_plain_word_counts_steps(label: str, unit: str) -> None:
    assert clipping.unit_of(label) == unit


def test_the_table_holds_every_step_above_the_limit() -> None:
    above, _ = clipping.tables(seen(spiked(311, 1702), [1702]))

    assert above.caption == "Above the limit"
    assert above.heads == ("update", "value", "marked")
    assert above.rows == (("311", "10", "no"), ("1702", "11", "yes"))


def test_of_many_steps_the_table_holds_the_marked_ones_and_the_largest() -> None:
    above, _ = clipping.tables(seen(spiked(*range(100)), [2]))

    assert above.caption == "Above the limit (of 100 those marked and the largest)"
    assert [row[0] for row in above.rows] == ["2", *map(str, range(77, 100))]


def test_the_table_of_stretches_keeps_every_peak() -> None:
    (stretches,) = clipping.tables(seen(spiked(1234), clip=None))

    assert stretches.heads == ("updates", "least", "greatest")
    assert len(stretches.rows) == clipping.STRETCHES
    assert stretches.rows[12] == ("1200 to 1299", "0.5", "10")


def test_a_short_series_has_a_stretch_for_each_step() -> None:
    (stretches,) = clipping.tables(seen([NAN, 0.5]))

    assert stretches.rows == (("0", "–", "–"), ("1", "0.5", "0.5"))
