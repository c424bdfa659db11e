"""Tests of grader/report/model.py: the few things that a view tells of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.report.model import CaseRow, Explanation, FaultBox, Panel, PartCard, PictureView, Repeat
from tests.report import sample_class as sample

Card = Callable[..., PartCard]
BOX = FaultBox("RuntimeError: shapes", "nmt_model.py:210 in decode")
BARE = Panel("yours", "", "", "yours.png", 8, 8, "cells")
CASE = CaseRow("ragged", "", "answered", "0.1 s", "1 MiB", "", "", "", "")


@pytest.fixture
def wrong(card: Card) -> PartCard:
    """The card of a part with a wrong answer, with nothing that is only for staff."""
    return replace(card(sample.wrong_encoder("")), explanation=Explanation(hint="Mind the halves."), cases=())


# --- lead ---


def test_a_reason_stands_above_the_checks(wrong: PartCard) -> None:
    assert replace(wrong, reason="enc_hiddens is off").lead == "enc_hiddens is off"


@pytest.mark.parametrize(
    ("outcome", "fault", "lead"),
    [("crashed", BOX, ""), ("crashed", None, "it fell"), ("failed", BOX, "it fell"), ("stopped", None, "it fell")],
    ids=["their code says it", "no line of theirs", "wrong beside an error", "stopped"],
)
def test_a_reason_is_left_out_only_where_a_box_with_their_code_says_it(
    wrong: PartCard, outcome: str, fault: FaultBox | None, lead: str
) -> None:
    assert replace(wrong, reason="it fell", outcome=outcome, fault=fault).lead == lead


# --- notes for staff ---


def test_a_hint_is_no_note_for_staff(wrong: PartCard) -> None:
    assert not wrong.has_staff_notes


@pytest.mark.parametrize("field", ["mistakes", "diff", "group"])
def test_whatever_explains_an_answer_is_a_note_for_staff(wrong: PartCard, field: str) -> None:
    assert replace(wrong, explanation=replace(wrong.explanation, **{field: "something"})).has_staff_notes


def test_remarks_are_a_note_for_staff(wrong: PartCard) -> None:
    assert replace(wrong, explanation=Explanation(remarks=("look: torch.softmax",))).has_staff_notes


def test_cases_are_a_note_for_staff(wrong: PartCard) -> None:
    assert replace(wrong, cases=(CASE,)).has_staff_notes


# --- the line in the table ---


@pytest.mark.parametrize(
    ("reason", "waiting", "same_as", "summary"),
    [
        ("it fell", "a person reads it", Repeat("1d Encoder", "part-1d"), "the same error as in 1d Encoder"),
        ("it fell", "a person reads it", None, "it fell"),
        ("", "a person reads it", None, "a person reads it"),
        ("", "", None, ""),
    ],
    ids=["said before", "a reason", "only waiting", "nothing to say"],
)
def test_a_part_is_summed_up_by_the_first_thing_there_is_to_say(
    wrong: PartCard, reason: str, waiting: str, same_as: Repeat | None, summary: str
) -> None:
    assert replace(wrong, reason=reason, waiting=waiting, same_as=same_as).summary == summary


# --- pictures ---


@pytest.mark.parametrize(
    ("panels", "numbers"),
    [((), False), ((BARE,), False), ((BARE, replace(BARE, rows=(("1", "2"),))), True)],
    ids=["no panel", "too many numbers", "one small panel"],
)
def test_a_picture_has_numbers_if_any_panel_has(panels: tuple[Panel, ...], numbers: bool) -> None:
    assert PictureView("weights", "ragged", panels).has_numbers is numbers
