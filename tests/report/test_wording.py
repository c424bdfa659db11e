"""Tests of grader/report/wording.py."""

from __future__ import annotations

import math
from typing import get_args

import pytest

from grader.nouns.plain import LEVELS, Outcome
from grader.report import wording


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0"), (-0.0, "0"), (70, "70")]
)
def test_points_have_no_more_digits_than_they_need(value: float, text: str) -> None:
    assert wording.points(value) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"), [(1, "point", "1 point"), (2.5, "point", "2.5 points"), (0, "check", "0 checks")]
)
def test_counted_takes_the_plural_for_all_but_one(number: float, noun: str, text: str) -> None:
    assert wording.counted(number, noun) == text


def test_counted_takes_a_plural_of_its_own() -> None:
    assert wording.counted(2, "try", "tries") == "2 tries"


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listed_reads_as_a_sentence(words: list[str], text: str) -> None:
    assert wording.listed(words) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123456, "0.123"), (12.0, "12"), (-3.0, "-3"), (41_000.0, "4.1e+04"), (1e-7, "1e-07"),
     (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan")],
)  # fmt: skip
def test_number_keeps_three_figures_and_names_what_is_not_finite(value: float, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.418, "0.42 s"), (3.14, "3.1 s"), (125.2, "2 min 5 s")])
def test_seconds_fit_their_size(value: float, text: str) -> None:
    assert wording.seconds(value) == text


@pytest.mark.parametrize(
    ("size", "text"), [(12 * 1024, "12 KiB"), (310 * 1024**2, "310 MiB"), (2 * 1024**3, "2.0 GiB"), (0, "0 KiB")]
)
def test_memory_is_binary(size: int, text: str) -> None:
    assert wording.memory(size) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "exactly as expected"),
        (0.021, "0.021 of the tolerance"),
        (1.0, "1 of the tolerance"),
        (1.5, "1.5 times the tolerance"),
        (412.0, "412 times the tolerance"),
        (41_000.0, "41,000 times the tolerance"),
        (3e8, "3e+08 times the tolerance"),
        (math.inf, "beyond any tolerance"),
        (1e99, "beyond any tolerance"),
        (math.nan, "beyond any tolerance"),
    ],
)
def test_margin_says_how_far_from_expected(value: float, text: str) -> None:
    assert wording.margin(value) == text


@pytest.mark.parametrize(("value", "length"), [(1.0, 50), (0.0, 0), (1e-9, 0), (1e4, 100), (1e9, 100), (math.nan, 100)])
def test_margin_bar_has_the_tolerance_in_its_middle(value: float, length: float) -> None:
    assert wording.margin_bar(value) == length


@pytest.mark.parametrize(
    ("sizes", "axes", "text"),
    [((4, 7, 6), "b s 2h", "(4, 7, 6) = (b, s, 2h)"), ((4, 7), "", "(4, 7)"), ((4,), "b s", "(4,)"), ((), "", "()")],
)
def test_shape_names_axes_where_they_fit(sizes: tuple[int, ...], axes: str, text: str) -> None:
    assert wording.shape(sizes, axes) == text


@pytest.mark.parametrize(
    ("words", "text"), [("abcde", "a, b, c, d and e"), ("abcdef", "a, b, c, d and 2 more"), ("", "")]
)
def test_some_counts_the_last_of_many(words: str, text: str) -> None:
    assert wording.some(list(words)) == text


@pytest.mark.parametrize(
    ("got", "out_of", "pending", "text"),
    [(5, 8, 0, "5 / 8"), (1, 3, 2, "1 / 3"), (0, 4, 4, "– / 4"), (0, 0, 0, "no points"), (0, 8, 0, "0 / 8")],
)
def test_share_tells_nothing_decided_from_nothing_got(got: float, out_of: float, pending: float, text: str) -> None:
    assert wording.share(got, out_of, pending) == text


def test_cut_leaves_short_text_alone() -> None:
    assert wording.cut("abc", 3) == "abc"


def test_cut_says_how_much_is_missing() -> None:
    assert wording.cut("x" * 1500, 100).endswith("\n[cut here: 1,400 of 1,500 characters are not shown]")


def test_every_outcome_has_a_sign_and_a_meaning() -> None:
    assert set(wording.SIGNS) == set(wording.MEANINGS) == set(get_args(Outcome))


def test_every_level_has_a_meaning() -> None:
    assert set(wording.LEVELS) == set(LEVELS)
