"""Tests of grader/report/training.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.nouns.judged import LogFinding, LogSeries, Results, SubmissionResult, TrainingLog
from grader.report.arrays import ArrayFile, array_file
from grader.report.model import TrainingCard
from grader.report.site import write_site
from grader.report.training import losses_of, training_card
from tests.report import sample_class as sample
from tests.report.conftest import STAFF, STUDENT, parsed

FINDING = LogFinding(
    "train<b>.log", 33, "epoch 5, iter 5200 <script>", "words by loss are words by time", "163 words", "174 words", "2"
)
SERIES = (
    LogSeries("training loss", "iteration", "train.log", "log/0/steps", "log/0/values"),
    LogSeries("validation perplexity", "iteration", "train.log", "log/1/steps", "log/1/values"),
)
LOG = TrainingLog(SERIES, (FINDING,), ("training not finished (stopped early): 800 iterations",))


def write_log(folder: Path, name: str, level: float) -> str:
    """An array file with a log that ends at about `level`."""
    steps = np.arange(10, 810, 10, dtype=np.float64)
    arrays = {
        "log/0/steps": steps,
        "log/0/values": level + 100 * np.exp(-steps / 300),
        "log/1/steps": np.array([200.0, 400.0, 800.0]),
        "log/1/values": np.array([61.5, 33.25, 21.0]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(arrays, folder / name)
    return name


@pytest.fixture
def a_class(results: Results, tmp_path: Path) -> Results:
    """The sample class, everybody with a log."""
    people = [
        replace(each, arrays=write_log(tmp_path / "arrays", f"{at}.safetensors", 50.0 + at), training=LOG)
        for at, each in enumerate(results.submissions)
    ]
    return replace(results, submissions=tuple(people))


def card_of(
    submission: SubmissionResult, folder: Path, results: Results | None = None, **kind: bool
) -> TrainingCard | None:
    """The card of a submission for staff, or for its student."""
    everybody = losses_of(results, folder / "arrays") if results is not None else ()
    audience = STAFF if kind.pop("staff", True) else STUDENT
    return training_card(submission, audience, array_file(folder / "arrays", submission.arrays), everybody, **kind)


def test_a_course_without_logs_has_no_card(results: Results, tmp_path: Path) -> None:
    assert card_of(results.submissions[0], tmp_path) is None


def test_staff_see_findings_facts_and_the_band(a_class: Results, tmp_path: Path) -> None:
    card = card_of(a_class.submissions[0], tmp_path, a_class)

    assert card is not None
    assert (card.heading, card.findings, card.facts) == ("1 line does not add up.", (FINDING,), LOG.facts)
    assert "costs no points" in card.note
    loss, perplexity = card.pictures
    assert loss.notes == ("The band holds the middle four fifths of 12 logs of the class, when this page was written.",)
    assert perplexity.notes == ()


def test_students_see_their_curves_and_nothing_else(a_class: Results, tmp_path: Path) -> None:
    card = card_of(a_class.submissions[0], tmp_path, a_class, staff=False)

    assert card is not None
    assert (card.heading, card.note, card.findings, card.facts, card.calm) == ("", "", (), (), "")
    assert [picture.title for picture in card.pictures] == ["Loss", "Perplexity"]
    assert card.pictures[0].notes == ()


def test_a_student_without_a_curve_has_no_card(results: Results, tmp_path: Path) -> None:
    submission = replace(results.submissions[0], training=TrainingLog(facts=("no log",)))

    assert card_of(submission, tmp_path, staff=False) is None
    staff = card_of(submission, tmp_path)
    assert staff is not None
    assert (staff.facts, staff.calm, staff.pictures) == (("no log",), "", ())


def test_a_log_that_adds_up_is_said_to(a_class: Results, tmp_path: Path) -> None:
    submission = replace(a_class.submissions[0], training=TrainingLog(SERIES))

    card = card_of(submission, tmp_path)

    assert card is not None
    assert (card.heading, card.calm) == ("", "Every line that could be checked adds up.")


def test_a_picture_says_in_words_and_numbers_what_it_shows(a_class: Results, tmp_path: Path) -> None:
    card = card_of(a_class.submissions[0], tmp_path)

    assert card is not None
    _, perplexity = card.pictures
    (panel,) = perplexity.panels
    assert (panel.label, panel.caption) == ("train.log", "validation perplexity, 3 values from 61.5 to 21")
    assert panel.alt == "Perplexity by iteration: validation perplexity, 3 values from 61.5 to 21"
    assert perplexity.tables[0].heads == ("iteration", "validation perplexity")
    assert perplexity.tables[0].rows == (("200", "61.5"), ("400", "33.2"), ("800", "21"))
    loss = card.pictures[0].tables[0]
    assert (loss.caption, len(loss.rows)) == ("training loss, 20 of 80 values", 20)


def test_pictures_are_left_out_where_a_page_would_grow_too_large(a_class: Results, tmp_path: Path) -> None:
    card = card_of(a_class.submissions[0], tmp_path, drawn=False)

    assert card is not None
    assert (card.pictures, len(card.findings)) == ((), 1)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"log/0/steps": np.ones(3), "log/0/values": np.ones(4)},
        {"log/0/steps": np.ones((2, 2)), "log/0/values": np.ones((2, 2))},
        {"log/0/steps": np.full(3, np.nan), "log/0/values": np.ones(3)},
        {"log/0/steps": np.array([1e308, -1e308]), "log/0/values": np.array([1e-308, 1e308])},
    ],
    ids=["missing", "lengths", "axes", "nan", "large"],
)
def test_arrays_that_are_no_curve_are_no_picture(
    arrays: dict[str, np.ndarray], results: Results, tmp_path: Path
) -> None:  # type: ignore[type-arg]
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, tmp_path / "x.safetensors")
    submission = replace(results.submissions[0], training=LOG)

    card = training_card(submission, STAFF, ArrayFile(tmp_path / "x.safetensors"), ())

    assert card is not None
    assert card.pictures == ()


def test_curves_over_other_steps_do_not_enter_the_band(a_class: Results, tmp_path: Path) -> None:
    other = replace(SERIES[0], x="epoch")
    people = list(a_class.submissions)
    people[3] = replace(people[3], training=TrainingLog((other,)))

    everybody = losses_of(replace(a_class, submissions=tuple(people)), tmp_path / "arrays")

    assert [(each.name, each.x, len(each.curves)) for each in everybody][:1] == [("training loss", "iteration", 11)]


def test_the_pages_hold_it_escaped_and_for_the_right_reader(a_class: Results, tmp_path: Path) -> None:
    write_site(tmp_path, a_class)
    name = a_class.submissions[0].id
    staff = (tmp_path / "staff" / f"{name}.html").read_text(encoding="utf-8")
    student = (tmp_path / f"{name}.html").read_text(encoding="utf-8")

    assert "train&lt;b&gt;.log, line 33" in staff
    assert "epoch 5, iter 5200 &lt;script&gt;" in staff
    assert "163 words" in staff
    assert "stopped early" in staff
    assert "Training log" in student
    assert not any(word in student for word in ("163 words", "stopped early", "add up", "of the class"))
    assert parsed(staff)[1] == parsed(student)[1] == []


def test_a_page_of_the_sample_class_stays_as_it_was(results: Results, tmp_path: Path) -> None:
    sample.write_sample_arrays(tmp_path)
    write_site(tmp_path, results, only=["anna"])

    assert "Training log" not in (tmp_path / "staff" / "anna.html").read_text(encoding="utf-8")
