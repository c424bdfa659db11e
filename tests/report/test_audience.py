"""Tests of grader/report/audience.py: what their code says about a hidden case reaches staff only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.nouns.judged import CaseResult, Picture
from grader.nouns.plain import Fault, Frame
from grader.report.audience import Audience, type_of
from tests.report.conftest import REVEALED, STAFF, STUDENT
from tests.report.sample_class import HIDDEN_MESSAGE, crashed_decoder, wrong_encoder

HIDDEN = CaseResult("ragged", "raised", 0.1, 1, fault=Fault("ValueError", "x is 7", (Frame("a.py", 3, "f"),)))


@pytest.mark.parametrize(
    ("audience", "public", "sees"),
    [(STUDENT, True, True), (STUDENT, False, False), (REVEALED, False, True), (STAFF, False, True)],
    ids=["student public", "student hidden", "revealed hidden", "staff hidden"],
)
def test_hidden_cases_are_for_staff_until_they_are_revealed(audience: Audience, public: bool, sees: bool) -> None:
    assert audience.sees(replace(HIDDEN, public=public)) is sees


@pytest.mark.parametrize(
    ("audience", "hides", "expected"),
    [(STUDENT, True, ""), (STUDENT, False, "e"), (REVEALED, True, "e"), (STAFF, True, "e")],
    ids=["student", "student all", "revealed", "staff"],
)
def test_the_references_side_of_a_picture_can_be_for_staff_alone(
    audience: Audience, hides: bool, expected: str
) -> None:
    picture = Picture("image", "", "decoder", "figures.0.0.0", True, "y", "e", hides_expected=hides)

    assert audience.side_of(picture) == replace(picture, expected=expected)


def test_an_import_error_can_be_seen_because_no_input_exists_yet() -> None:
    assert STUDENT.sees_fault(replace(HIDDEN, ended="import_error"))


def test_a_reason_that_repeats_a_hidden_exception_becomes_its_place() -> None:
    part = crashed_decoder(hidden=True)

    assert STUDENT.reason_of(part, part.cases) == "nmt_model.py:312: RuntimeError"


def test_a_reason_that_names_an_exception_of_their_own_becomes_its_place() -> None:
    fault = Fault("Input_7311", "", (Frame("a.py", 3, "f"),))
    part = replace(crashed_decoder(hidden=True), reason="a.py:3: Input_7311", cases=(replace(HIDDEN, fault=fault),))

    assert STUDENT.reason_of(part, part.cases) == "a.py:3: an exception"


def test_a_hidden_exception_outside_their_files_has_no_place() -> None:
    part = replace(
        crashed_decoder(hidden=True), reason="x is 7", cases=(replace(HIDDEN, fault=Fault("ValueError", "x is 7")),)
    )

    assert STUDENT.reason_of(part, part.cases) == "ValueError"


@pytest.mark.parametrize("audience", [STAFF, REVEALED])
def test_others_read_the_whole_reason(audience: Audience) -> None:
    part = crashed_decoder(hidden=True)

    assert HIDDEN_MESSAGE in audience.reason_of(part, part.cases)


def test_our_own_words_about_a_hidden_case_are_for_everybody() -> None:
    part = wrong_encoder("")

    assert STUDENT.reason_of(part, part.cases) == part.reason


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("RuntimeError", "RuntimeError"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("print", "an exception"),
        ("S3cret", "an exception"),
    ],
)
def test_only_types_of_python_are_named(name: str, said: str) -> None:
    assert type_of(Fault(name, "")) == said


def test_who_may_see_whom_is_no_secret() -> None:
    picture = Picture("influence", "", "window", "logits", True, "m", "a", hides_expected=True)

    assert Audience(staff=False).side_of(picture) == picture
