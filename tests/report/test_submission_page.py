"""Tests of grader/report/submission_page.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.nouns.judged import PartResult, SubmissionResult
from grader.report.model import Repeat, SubmissionPage
from grader.report.submission_page import fix_first, score_line
from tests.report import sample_class as sample
from tests.report.conftest import STAFF, STUDENT

Person = Callable[[str], SubmissionResult]
Page = Callable[..., SubmissionPage]


def with_parts(*parts: PartResult) -> SubmissionResult:
    """A submission that consists of these parts."""
    score, most, pending = (sum(getattr(part, name) for part in parts) for name in ("score", "max", "pending"))
    return SubmissionResult("x", "00", score, most, pending, 1.0, False, parts)


def test_the_score_is_earned_pending_and_lost(person: Person) -> None:
    line = score_line(person("ben"))

    assert (line.score, line.out_of, line.pending, line.lost) == ("25", "34", "2 points", "7 points")
    assert line.earned_share + line.pending_share + line.lost_share == pytest.approx(100, abs=0.1)


def test_full_marks_have_nothing_pending_or_lost(person: Person) -> None:
    line = score_line(person("anna"))

    assert (line.pending, line.lost, line.lost_share) == ("", "", 0.0)


def test_points_taken_off_for_repairs_are_explained(person: Person) -> None:
    assert score_line(person("julia")).note == "1 point taken off for repairs, see “Files”"


def test_nothing_is_divided_by_no_points() -> None:
    assert score_line(with_parts()).earned_share == 0


@pytest.mark.parametrize(
    ("parts", "first"),
    [
        ((sample.wrong_step(), sample.crashed_decoder(hidden=False)), "1e Decoder"),
        ((sample.wrong_encoder(""), sample.stopped_step()), "1f Step"),
        ((sample.missing_bleu(), sample.wrong_encoder("")), "1d Encoder"),
        ((sample.wrong_encoder(""), sample.void(sample.bleu())), "1h BLEU"),
        ((sample.wrong_encoder(""), sample.wrong_step()), "1f Step"),
        ((sample.missing_bleu(), sample.masks("x")), "1h BLEU"),
    ],
    ids=[
        "crash before wrong",
        "limit before wrong",
        "wrong before missing",
        "leak before wrong",
        "most points",
        "missing",
    ],
)
def test_the_most_urgent_part_comes_first(parts: tuple[PartResult, ...], first: str) -> None:
    assert fix_first(with_parts(*parts), STUDENT).link == first


def test_the_advice_is_the_hint_of_a_known_mistake_and_what_it_is_worth() -> None:
    advice = fix_first(with_parts(sample.wrong_encoder(sample.MISTAKE)), STUDENT)

    assert (advice.heading, advice.text, advice.anchor) == ("Fix this first: 3 points", sample.MISTAKE_HINT, "part-1d")


def test_one_import_error_is_one_thing_to_fix(person: Person) -> None:
    advice = fix_first(person("erin"), STUDENT)

    assert advice.heading == "Fix this first: 26 points"
    assert advice.link == "1d Encoder"
    assert advice.text == (
        "ModuleNotFoundError: No module named 'torchtext' (nmt_model.py:3 in <module>, while it was imported). "
        "1e and 1f wait for the same thing."
    )


def test_the_same_crash_is_shown_once(page: Page, person: Person) -> None:
    encoder, decoder, step = page(person("erin")).parts[1:4]

    assert encoder.same_as is None
    assert (decoder.same_as, step.same_as) == (Repeat("1d Encoder", "part-1d"),) * 2
    assert decoder.summary == "the same error as in 1d Encoder"


def test_two_different_crashes_are_both_shown(page: Page) -> None:
    made = page(with_parts(sample.import_error()[1], sample.crashed_decoder(hidden=False)))

    assert [part.same_as for part in made.parts] == [None, None]


def test_the_advice_keeps_the_message_of_a_hidden_case_from_students() -> None:
    submission = with_parts(sample.crashed_decoder(hidden=True))

    assert fix_first(submission, STUDENT).text == "nmt_model.py:312: RuntimeError"
    assert sample.HIDDEN_MESSAGE in fix_first(submission, STAFF).text


def test_a_part_without_a_reason_is_explained_by_its_verdict() -> None:
    part = replace(sample.missing_bleu(), reason="")

    assert (
        fix_first(with_parts(part), STUDENT).text == "nothing was handed in for it, or the handout's stub is unchanged"
    )


@pytest.mark.parametrize(
    ("name", "heading", "text"),
    [
        ("anna", "Nothing to fix", "Full marks."),
        ("王小明", "Nothing to fix", "The automatic part is right. 2 points wait for a reader."),
        (
            "grace",
            "Nothing for you to fix",
            "Part 1e could not be graded because of a fault of ours. It costs no points.",
        ),
        (
            "kofi",
            "Not graded, and nobody lost points by it",
            "kofi/a4.zip: the archive ends after 4,096 of 51,220 bytes",
        ),
    ],
)
def test_who_has_nothing_to_fix_is_told_so(person: Person, name: str, heading: str, text: str) -> None:
    advice = fix_first(person(name), STUDENT)

    assert (advice.heading, advice.text, advice.anchor) == (heading, text, "")


def test_one_point_waits_alone(person: Person) -> None:
    advice = fix_first(replace(person("王小明"), pending=1.0), STUDENT)

    assert advice.text == "The automatic part is right. 1 point waits for a reader."


def test_parts_keep_the_order_of_the_handout(page: Page, person: Person) -> None:
    assert [part.id for part in page(person("ben")).parts] == ["1a", "1d", "1e", "1f", "1g", "1h"]


def test_the_footer_names_versions_and_hashes_but_no_seed(page: Page, person: Person) -> None:
    facts = dict(page(person("ben")).footer.facts)

    assert facts["submission"] == "ben, sha256 62656e5555555555"
    assert facts["rubric"] == "sha256 9f2c1d779f2c1d77"
    assert facts["versions"] == "grade 0.1.0, torch 2.13.0, python 3.11"
    assert set(facts) == {"submission", "rubric", "versions"}


def test_the_footer_for_staff_names_seed_and_time(page: Page, person: Person) -> None:
    facts = dict(page(person("ben"), STAFF).footer.facts)

    assert facts["seed"] == str(sample.SEED)
    assert facts["time"] == "5.4 s, seen before, not run again"


def test_the_footer_explains_the_words_on_the_page_only(page: Page, person: Person) -> None:
    words = [outcome for outcome, _ in page(person("farid")).footer.words]

    assert words == ["passed", "crashed", "stopped", "skipped", "pending"]


def test_only_staff_have_a_way_to_the_class(page: Page, person: Person) -> None:
    assert page(person("ben")).home == ""
    assert page(person("ben"), STAFF).home == "../index.html"


def test_a_leak_and_all_that_is_void_because_of_it_are_one_thing_to_fix(person: Person) -> None:
    advice = fix_first(person("hugo"), STUDENT)

    assert advice.heading == "Fix this first: 13 points"
    assert (advice.link, advice.text) == (
        "1f Step",
        "position 3 sees 4: the model reads the future. 1h is void because of it.",
    )


def test_the_cause_of_a_void_comes_before_what_it_voids_even_if_that_costs_more() -> None:
    voided = replace(sample.void(sample.encoder()), reason="void: part 1f proved a leak (position 3 sees 4)")

    assert fix_first(with_parts(voided, sample.leaking_step()), STUDENT).link == "1f Step"
