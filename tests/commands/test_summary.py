"""What is printed at the end of a run, and what would be printed once more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.commands.summary import not_graded, said_again, summary
from grader.nouns.judged import PartResult, Results, RubricMark, SubmissionResult

OUT = Path("out")
TITLE = "tiny · 2 submissions · rubric 5a0e4e · isolation strict · 2 workers"


def a_part(verdict: str = "passed", score: float = 4, **fields: object) -> PartResult:
    return PartResult("w", "Weights", score, 4.0, 0.0, verdict, "no answer", 0.1, 0, **fields)  # type: ignore[arg-type]


def a_result(name: str, *parts: PartResult, error: str = "") -> SubmissionResult:
    score = sum(part.score for part in parts)
    return SubmissionResult(name, "", score, 4.0, 0.0, 1.5, False, parts=parts, error=error, mark=name)


@pytest.fixture
def results() -> Results:
    return Results(
        assignment="tiny",
        title="Tiny",
        rubric=RubricMark("5a0e4e", "tiny.yaml"),
        isolation="strict",
        versions={},
        seed=1,
        max=4.0,
        reveal="none",
        submissions=(a_result("ada", a_part()), a_result("ben", a_part("failed", 1.0, mistakes=("no_mask",)))),
        part_titles={"w": "Weights"},
        seconds=41.2,
    )


def test_how_many_how_well_what_was_hard_and_where(results: Results) -> None:
    assert summary(results, OUT) == [
        f"{'  graded 2':<70} 0:41",
        "  scores    mean 2.5   median 2.5   of 4",
        "  hardest   w Weights, 62 % of its points     commonest  no_mask, 1 submission",
        "report out/index.html    students out/*.html    staff out/staff/    data out/results.json",
    ]


def test_whoever_is_not_graded_by_our_fault_is_named(results: Results) -> None:
    broken = replace(results, submissions=(a_result("ada", a_part("broken", 0)), a_result("ben", error="ben: cut")))

    assert not_graded(broken) == ["ada", "ben"]
    assert "  not graded 2: nobody lost points by it" in summary(broken, OUT)
    assert "    ada: part w: no answer" in summary(broken, OUT)
    assert "    ben: cut" in summary(broken, OUT)


def test_once_more_everything_is_unchanged_and_takes_no_time(results: Results) -> None:
    again = said_again(results, OUT, only=(), title=TITLE)

    assert again.summary[0] == f"{'  graded 2, of which 2 unchanged since the last run':<70} 0:00"
    assert again.summary[1:] == summary(results, OUT)[1:]


def test_once_more_progress_is_told_in_each_way(results: Results) -> None:
    again = said_again(results, OUT, only=(), title=TITLE)

    assert again.progress["plain"] == [TITLE, "1/2 ada 4/4 unchanged", "2/2 ben 1/4 unchanged", "pages ..."]
    assert again.progress["rich"] == [TITLE]


def test_once_more_only_the_chosen_ones_are_told_and_all_are_counted(results: Results) -> None:
    again = said_again(results, OUT, only=("ben",), title=TITLE)

    assert again.progress["plain"] == [TITLE, "1/1 ben 1/4 unchanged", "pages ..."]
    assert "of which 2 unchanged" in again.summary[0]


def test_an_unstable_part_stands_in_a_line_of_its_own(results: Results) -> None:
    shaky = replace(results, submissions=(a_result("ada", a_part(unstable="2 different answers in 5 runs")),))

    assert "  unstable  ada: part w: 2 different answers in 5 runs" in summary(shaky, OUT)


def test_a_fault_of_ours_names_the_file_with_its_story(results: Results) -> None:
    broken = replace(results, submissions=(a_result("ada", a_part("broken", 0.0, log="log/broken-ada-w.txt")),))

    assert "    ada: part w: no answer; see out/log/broken-ada-w.txt" in summary(broken, OUT)
