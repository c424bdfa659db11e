"""Tests of grader/report/class_figures.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.report.class_figures import Bin, PartFigures, graded, histogram, part_figures
from tests.report import sample_class as sample


def class_of(*people: list[PartResult]) -> Results:
    """Results of people with these parts."""
    submissions = tuple(
        SubmissionResult(f"s{at}", "00", sum(part.score for part in parts), 35, 0, 1, False, tuple(parts))
        for at, parts in enumerate(people)
    )
    return replace(sample.sample_results(), submissions=submissions)


def scored(part: PartResult, score: float) -> PartResult:
    """The part with another score."""
    return replace(part, score=score, verdict="passed" if score == part.max else "failed")


def test_who_could_not_be_collected_is_in_no_figure(results: Results) -> None:
    assert "kofi" not in {submission.id for submission in graded(results)}


def test_bins_have_round_widths_and_reach_the_highest_score() -> None:
    bins = histogram([0.0, 4.9, 5.0, 34.0, 35.0], 35.0)

    assert bins == (
        Bin(0, 5, 2), Bin(5, 10, 1), Bin(10, 15, 0), Bin(15, 20, 0), Bin(20, 25, 0), Bin(25, 30, 0), Bin(30, 35, 2)
    )  # fmt: skip


def test_nobody_makes_no_bins() -> None:
    assert histogram([], 35.0) == ()


@given(st.lists(st.floats(0, 200), min_size=1), st.floats(0, 200))
def test_every_score_is_in_one_bin(scores: list[float], highest: float) -> None:
    bins = histogram(scores, highest)

    assert sum(each.count for each in bins) == len(scores)
    assert len(bins) <= 13


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (sample.step(), "1 all"),
        (sample.wrong_step(), "1 some"),
        (sample.crashed_decoder(hidden=False), "1 none"),
        (sample.void(sample.bleu()), "1 none"),
        (sample.missing_bleu(), "1 not run"),
        (sample.broken_decoder(), "1 not run"),
        (replace(sample.masks("x"), score=0.0, pending=3.0), "1 wait"),
        (sample.masks("x"), "1 all"),
        (replace(sample.step(), max=0.0, score=0.0), "1 all"),
        (replace(sample.step(), max=0.0, score=0.0, verdict="failed"), "1 none"),
        (replace(sample.masks("x"), max=0.0, score=0.0, pending=0.0), "1 wait"),
    ],
    ids=[
        "full",
        "partial",
        "crashed",
        "void",
        "skipped",
        "broken",
        "written",
        "decided share full",
        "no points, right",
        "no points, wrong",
        "no points, written",
    ],
)
def test_a_part_goes_into_one_of_five_kinds(part: PartResult, kind: str) -> None:
    assert part_figures(class_of([part]))[0].words == kind


def test_parts_come_in_the_order_of_the_handout(results: Results) -> None:
    assert [part.id for part in part_figures(results)] == ["1a", "1d", "1e", "1f", "1g", "1h"]


def test_the_share_counts_decided_points_only() -> None:
    figures = part_figures(class_of([sample.wrong_step()], [sample.step()], [sample.missing_bleu()]))

    assert (figures[0].percent, figures[1].percent) == ("80%", "–")


def test_a_part_that_follows_the_rest_separates() -> None:
    people = [[scored(sample.encoder(), score), scored(sample.step(), score)] for score in range(6)]

    assert part_figures(class_of(*people))[0].separates == "1.00"


def test_a_part_that_runs_against_the_rest_shows_it() -> None:
    people = [[scored(sample.encoder(), score), scored(sample.step(), 9 - score)] for score in range(6)]

    assert part_figures(class_of(*people))[0].separates == "-1.00"


@pytest.mark.parametrize("scores", [[0, 1, 2, 3], [5, 5, 5, 5, 5, 5]], ids=["too few", "all alike"])
def test_no_correlation_is_made_up(scores: list[float]) -> None:
    people = [[scored(sample.encoder(), score), scored(sample.step(), 3 * score)] for score in scores]

    assert part_figures(class_of(*people))[0].separates == "–"


def test_the_bar_in_words_names_only_what_is_there() -> None:
    part = PartFigures("1d", "Encoder", 8, 3, 0, 1, 0, 2, None, None)

    assert part.words == "3 all, 1 none, 2 wait"
