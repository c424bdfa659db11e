"""Numbers as they are printed."""

from __future__ import annotations

import math
import re

import pytest

from grader.judge.logs.series import NUMBER, Line, Printed, figure, finding, printed, series_of


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [("2.50", 2.5, 0.005), ("-3", -3, 0.5), ("1e-3", 1e-3, 5e-4), ("1.25e2", 125, 0.5), ("0.1234", 0.1234, 5e-5)],
)
def test_a_number_knows_what_rounding_may_have_taken(text: str, value: float, half: float) -> None:
    number = printed(text)

    assert (number.value, number.half) == (value, pytest.approx(half))


@pytest.mark.parametrize("text", ["nan", "-nan", "inf", "-inf", "9" * 40 + "e999"])
def test_some_numbers_are_not_finite(text: str) -> None:
    assert not printed(text).is_finite


@pytest.mark.parametrize("text", ["١٢٣", "１.５", "NaN", "", "x", "1_000", "9" * 41])
def test_other_digits_and_words_are_no_numbers(text: str) -> None:
    assert re.fullmatch(NUMBER, text) is None


def test_points_of_two_files_are_two_series() -> None:
    points = [(float(at), Printed(at / 2, 0.05, 1), Line(file, at, "")) for at, file in ((1, "a"), (2, "a"), (1, "b"))]

    first, second = series_of("training loss", "epoch", points)

    assert (first.file, first.steps, first.values, first.decimals) == ("a", (1, 2), (0.5, 1), 1)
    assert (second.file, second.steps) == ("b", (1,))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8341.2, "8,341.2"),
        (320, "320"),
        (0.00032, "0.00032"),
        (1234567.8, "1,234,568"),
        (math.nan, "nan"),
        (1e300, "1e+300"),
    ],
)
def test_figures_are_made_to_be_read(value: float, text: str) -> None:
    assert figure(value) == text


def test_a_finding_shows_their_line_as_safe_text() -> None:
    each = finding(Line("a.log", 7, "  loss \x1b[31m1.0 " + "x" * 500), "rule", expected="1", found="2")

    assert (each.file, each.line, each.bound) == ("a.log", 7, "")
    assert each.quoted.startswith("loss ␛[31m1.0 xxx")
    assert len(each.quoted) == 200
