"""The whole line, from a folder of hand-ins to results and pages, in real jails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.errors import UsageError
from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.pipeline import Order, grade
from grader.progress import Silent
from tests import tiny
from tests.hostile.documents import PICTURE, code, displayed, encoded, markdown, notebook

pytestmark = pytest.mark.usefixtures("pools_are_kept")


def order(root: Path, *names: str) -> Order:
    return Order(
        submissions=tiny.write_hand_ins(root, *names),
        rubric=tiny.write_course(root),
        out=root / "out",
        level=best_level(),
        workers=1,
    )


@pytest.fixture(scope="module")
def class_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def results(class_root: Path) -> Results:
    return grade(order(class_root, *tiny.HAND_INS), Silent())


def of(results: Results, name: str) -> SubmissionResult:
    return next(result for result in results.submissions if result.id == name)


def part(results: Results, name: str, part_id: str) -> PartResult:
    return next(part for part in of(results, name).parts if part.id == part_id)


def test_a_right_hand_in_has_every_point_of_the_machine_and_waits_for_the_rest(results: Results) -> None:
    right = of(results, "right")

    assert (right.score, right.pending, right.max) == (6.0, 1.0, 7.0)


@pytest.mark.parametrize(
    ("name", "part_id", "verdict", "score"),
    [
        ("right", "w", "passed", 4.0),
        ("right", "why", "pending", 0.0),
        ("unmasked", "w", "failed", 1.0),
        ("unmasked", "c", "passed", 2.0),
        ("raises", "w", "passed", 4.0),
        ("raises", "c", "crashed", 0.0),
        ("import", "w", "crashed", 0.0),
        ("import", "c", "crashed", 0.0),
        ("endless", "w", "passed", 4.0),
        ("endless", "c", "stopped", 0.0),
    ],
)
def test_verdict_of_a_part(results: Results, name: str, part_id: str, verdict: str, score: float) -> None:
    judged = part(results, name, part_id)

    assert (judged.verdict, judged.score) == (verdict, score)


def test_a_known_mistake_is_named_with_its_hint(results: Results) -> None:
    judged = part(results, "unmasked", "w")

    assert (judged.mistakes, judged.hint) == (("no_mask",), "Padding may not get any weight.")


def test_a_crash_names_their_line(results: Results) -> None:
    judged = part(results, "raises", "c")

    assert "attention.py:14: RuntimeError" in judged.reason


def test_results_and_a_page_for_everybody_are_written(results: Results, class_root: Path) -> None:
    out = class_root / "out"

    assert json.loads((out / "results.json").read_text())["assignment"] == "tiny"
    assert {path.stem for path in out.glob("*.html")} == {"index", *tiny.HAND_INS}
    assert {path.stem for path in (out / "staff").glob("*.html")} == set(tiny.HAND_INS)


def without_times(results: Results) -> list[object]:
    return [
        (
            result.id,
            result.score,
            [
                [replace(part, seconds=0.0, peak_bytes=0, cases=(), checks=()), *part.checks]
                for part in result.parts
                if part.verdict != "stopped"
            ],
        )
        for result in results.submissions
    ]


def test_a_second_run_runs_nothing_and_says_the_same(results: Results, class_root: Path) -> None:
    again = grade(order(class_root, *tiny.HAND_INS), Silent())

    assert [result.cached for result in again.submissions] == [True] * len(tiny.HAND_INS)
    assert without_times(again) == without_times(results)


def test_a_changed_point_value_is_scored_again_without_running_anything(results: Results, class_root: Path) -> None:
    asked = order(class_root, *tiny.HAND_INS)
    text = tiny.RUBRIC.replace(
        "id: shape, shape: {weights: b s}, points: 1", "id: shape, shape: {weights: b s}, points: 2"
    )
    text = (
        text.replace("points: 7", "points: 8")
        .replace("points: 4", "points: 5")
        .replace("no_mask: 1, over_batch: 1", "no_mask: 2, over_batch: 2")
    )
    tiny.write_course(class_root, rubric=text)

    again = grade(asked, Silent())

    assert all(result.cached for result in again.submissions)
    assert of(again, "right").score == 7.0


def test_only_the_chosen_submission_and_part_are_graded(tmp_path: Path) -> None:
    asked = replace(order(tmp_path, "right", "unmasked"), only=("unmasked",), parts=("c",))

    results = grade(asked, Silent())

    assert [(result.id, [part.id for part in result.parts], result.score) for result in results.submissions] == [
        ("unmasked", ["c"], 2.0)
    ]


def test_grading_one_submission_keeps_the_results_of_the_others(tmp_path: Path) -> None:
    asked = order(tmp_path, "right", "unmasked")
    grade(asked, Silent())

    results = grade(replace(asked, only=("unmasked",), fresh=True), Silent())

    assert [(result.id, result.score, result.cached) for result in results.submissions] == [
        ("right", 6.0, True),
        ("unmasked", 3.0, False),
    ]


def test_a_part_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        grade(replace(order(tmp_path, "right"), parts=("x",)), Silent())

    assert "there is no part 'x'  [E-PART]\n  allowed: w, c, why" in str(error.value)


def test_open_is_refused_for_a_class(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        grade(replace(order(tmp_path, "right", "unmasked"), level="open"), Silent())

    assert "--isolation open: 2 submissions would run without a jail  [E-OPEN]" in str(error.value)


def test_a_cut_archive_costs_nobody_a_point_and_the_rest_is_graded(tmp_path: Path) -> None:
    asked = order(tmp_path, "right")
    (asked.submissions / "cut.zip").write_bytes(b"PK\x03\x04" + bytes(40))

    results = grade(asked, Silent())

    cut = of(results, "cut")
    assert (cut.score, cut.pending) == (0.0, 7.0)
    assert "[E-ARCHIVE]" in cut.error
    assert of(results, "right").score == 6.0


# --- documents ---


def test_a_notebook_stands_on_the_page_and_is_made_again_only_if_it_is_gone(tmp_path: Path) -> None:
    asked = order(tmp_path, "right")
    book = notebook(markdown("# why\nPadding is $0$ words."), code("x", displayed("image/png", encoded(PICTURE))))
    (tmp_path / "submissions" / "right" / "hw.ipynb").write_bytes(book)

    first = grade(asked, Silent())
    again = grade(asked, Silent())

    (shown,) = first.submissions[0].documents
    page = (tmp_path / "out" / "right.html").read_text(encoding="utf-8")
    assert (shown.path, shown.reason, len(shown.pictures)) == ("hw.ipynb", "", 1)
    assert (first.submissions[0].score, first.submissions[0].pending) == (6.0, 1.0)
    assert 'sandbox="" srcdoc="<!DOCTYPE html>' in page
    assert "from hw.ipynb</span>" in page
    assert (again.submissions[0].cached, again.submissions[0].documents) == (True, (shown,))

    kept = tmp_path / "out" / "documents" / shown.pictures[0]
    kept.unlink()
    assert grade(asked, Silent()).submissions[0].documents == (shown,)
    assert kept.is_file()
