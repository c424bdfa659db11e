"""The table of scores is data to a spreadsheet, whatever its cells say."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from grader.nouns.judged import Results
from grader.report.scores import cell, scores_csv


def rows(text: str) -> list[list[str]]:
    """The table as another program reads it."""
    return list(csv.reader(io.StringIO(text)))


def test_a_row_for_everybody_and_two_columns_for_every_part(results: Results) -> None:
    head, *people = rows(scores_csv(results, {}))

    assert head[:6] == ["submission", "points", "of", "pending", "1a", "1a verdict"]
    assert head[-1] == "not graded"
    assert [row[0] for row in people] == [submission.id for submission in results.submissions]
    assert {len(row) for row in people} == {len(head)}


def test_points_are_numbers_and_verdicts_are_words(results: Results) -> None:
    head, anna, *_ = rows(scores_csv(results, {}))
    told = dict(zip(head, anna, strict=True))

    assert float(told["points"]) == results.submissions[0].score
    assert told["1a verdict"] == "passed"


def test_who_was_not_graded_has_a_reason_and_no_points(results: Results) -> None:
    lost = replace(results.submissions[0], parts=(), error="anna.zip: it is cut  [E-ARCHIVE]\n  help: ask again")
    head, row = rows(scores_csv(replace(results, submissions=(lost,)), {}))
    told = dict(zip(head, row, strict=True))

    assert (told["points"], told["pending"], told["not graded"]) == ("", "", "anna.zip: it is cut  [E-ARCHIVE]")


def test_names_have_a_column_where_they_are_known(results: Results) -> None:
    head, anna, *_ = rows(scores_csv(results, {"anna": "=Anna()"}))

    assert (head[1], anna[1]) == ("name", "'=Anna()")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "|calc",
        "%x",
    ],
)
def test_a_text_that_begins_as_a_formula_is_marked_as_text(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize(("text", "shown"), [("anna", "anna"), ("", ""), ("a=b", "a=b"), ("\x1b[31m", "␛[31m")])
def test_another_text_is_safe_text(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_a_class_without_anybody_is_a_head(results: Results) -> None:
    assert len(rows(scores_csv(replace(results, submissions=()), {}))) == 1


def test_the_file_is_written_with_the_pages(site: Path, results: Results) -> None:
    assert rows((site / "scores.csv").read_text(encoding="utf-8")) == rows(scores_csv(results, {}))
