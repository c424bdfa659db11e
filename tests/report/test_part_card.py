"""Tests of grader/report/part_card.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.nouns.judged import CheckResult
from grader.nouns.plain import Fault, Outcome
from grader.report import part_card
from grader.report.audience import Audience
from grader.report.model import PartCard, Repeat
from grader.report.part_card import Space
from grader.rubric.schema import KINDS
from tests.report import sample_class as sample
from tests.report.conftest import REVEALED, STAFF, STUDENT

Card = Callable[..., PartCard]
WRONG_STEP = replace(sample.wrong_step(), pictures=())


@pytest.mark.parametrize(
    ("kind", "of", "words"),
    [
        ("shape", ("h0", "c0"), "shape of h0 and c0"),
        ("close", ("c0",), "values of c0"),
        ("equal", ("mask",), "exact values of mask"),
        ("below", ("loss",), "upper bound on loss"),
        ("above", ("bleu",), "lower bound on bleu"),
        ("finite", ("e_t",), "only finite values in e_t"),
        ("same", ("alone.x", "ragged.x[0:1]"), "agreement of alone.x and ragged.x[0:1]"),
        ("gradient", ("grad_cnn",), "gradient at grad_cnn"),
        ("parameters", (), "parameters"),
        ("dropout", (), "dropout"),
        ("raises", (), "the error raised"),
        ("number", ("c1",), "number c1"),
        ("lines", (), "number of lines"),
        ("bleu", (), "BLEU"),
        ("causal", ("logits",), "what moves logits"),
        ("perplexity", ("logits",), "perplexity of logits"),
        ("answer", ("dy_dw",), "formula for dy_dw"),
        ("curve_rows", (), "losses and perplexities by epoch"),
        ("trained", (), "training"),
        ("all", (), "several rules"),
        ("all", ("x",), "several rules on x"),
        ("all", tuple("abcdefgh"), "several rules on a, b, c, d and 4 more"),
        ("new_kind", ("x",), "new_kind x"),
    ],
)
def test_a_check_is_named_in_words(kind: str, of: tuple[str, ...], words: str) -> None:
    assert part_card.check_name(CheckResult("id", kind, of, "", "passed", 1, 1)) == words


def test_a_pending_part_says_who_reads_it_and_for_how_much() -> None:
    assert part_card.waiting(sample.masks("x")) == "A person will read this: 2 points pending."


def test_a_broken_part_says_that_it_costs_nothing() -> None:
    said = part_card.waiting(sample.broken_decoder())

    assert said == "Nobody loses points by this: 8 points stay open until the part has been run again."


@pytest.mark.parametrize("audience", [STUDENT, STAFF], ids=["student", "staff"])
def test_on_which_inputs_a_part_fails_is_told_to_all(card: Card, audience: Audience) -> None:
    assert card(WRONG_STEP, audience).where == (
        "Fails only with padding.",
        "Smallest case that fails: lengths [2, 1]: fails as soon as two sentences differ in length; "
        "lengths [1, 1] passes.",
    )


def test_where_nothing_is_known_of_the_inputs_nothing_is_said(card: Card) -> None:
    assert card(replace(WRONG_STEP, only="", smallest=None)).where == ()


def test_a_decided_part_waits_for_nobody() -> None:
    assert part_card.waiting(sample.step()) == ""


def test_a_part_without_points_promises_none() -> None:
    part = replace(sample.masks("x"), max=0.0, score=0.0, pending=0.0)

    assert part_card.waiting(part) == "A person may say something about this. It is worth no points."


def test_the_reason_of_a_passed_part_is_no_news(card: Card) -> None:
    assert card(replace(sample.step(), reason="h (4, 3), c (4, 3)")).reason == ""


def test_a_crash_is_told_by_its_public_case_where_there_is_one() -> None:
    hidden, public = sample.crashed_decoder(hidden=True), sample.crashed_decoder(hidden=False)
    part = replace(hidden, reason="nmt_model.py:312: RuntimeError", cases=(*hidden.cases, *public.cases))

    told = part_card.told_reason(part, STUDENT)

    assert told.startswith("RuntimeError: Expected size for first two")
    assert told.endswith("(nmt_model.py:312 in step, case ragged)")


def test_a_check_that_waits_for_a_person_says_why(card: Card) -> None:
    why = "no series 'gnorm' was handed in, so a person looks at the marks"
    marks = CheckResult("marks", "marks", ("gnorm",), "own", "pending", 0, 1, why, "E-SERIES")
    part = replace(sample.masks("x"), checks=(*sample.masks("x").checks, marks))

    assert card(part).reason == why


def test_the_reason_of_a_pending_part_is_not_said_twice(card: Card) -> None:
    part = replace(sample.masks("x"), reason="a person will read this: 2 points pending")

    assert card(part).reason == ""


def test_a_student_reads_the_hint_but_not_the_name_of_a_mistake(card: Card) -> None:
    seen = card(sample.wrong_encoder(sample.MISTAKE)).explanation

    assert seen.hint == sample.MISTAKE_HINT
    assert (seen.mistakes, seen.diff, seen.group, seen.remarks) == ("", "", "", ())


def test_a_hint_without_a_unique_mistake_is_not_shown(card: Card) -> None:
    part = replace(sample.wrong_encoder(""), hint="perhaps this")

    assert card(part).explanation.hint == ""


def test_staff_read_everything_about_a_mistake(card: Card) -> None:
    seen = card(sample.wrong_encoder(sample.MISTAKE), STAFF).explanation

    assert (seen.mistakes, seen.diff) == (sample.MISTAKE, sample.DIFF)
    assert seen.remarks


def test_a_check_shows_margin_tolerance_points_and_hint(card: Card) -> None:
    row = card(sample.wrong_encoder("")).checks[2]

    assert (row.margin, row.tolerance, row.points) == ("412 times the tolerance", sample.TOLERANCE, "0 of 3")
    assert row.bar is not None
    assert row.bar > 50
    assert row.hint == "Compare the two projections of the handout."


def test_a_check_without_points_counts_none(card: Card) -> None:
    part = replace(sample.step(), checks=(replace(sample.step().checks[0], points=0.0, max=0.0),))

    assert card(part).checks[0].points == ""


@pytest.mark.parametrize(
    ("part", "folded"),
    [(sample.step(), True), (sample.missing_bleu(), True), (sample.crashed_decoder(hidden=False), True),
     (WRONG_STEP, False), (sample.void(sample.bleu()), False), (sample.broken_decoder(), False)],
    ids=["passed", "skipped", "crashed", "failed", "void", "broken"],
)  # fmt: skip
def test_checks_are_open_only_where_they_say_something(card: Card, part: part_card.PartResult, folded: bool) -> None:
    assert card(part).is_folded is folded


def test_what_never_ran_costs_nothing(card: Card) -> None:
    assert card(replace(sample.masks("x"), seconds=0.0), STAFF).cost == ""


def test_a_check_without_margin_has_no_bar(card: Card) -> None:
    row = card(sample.encoder()).checks[0]

    assert (row.margin, row.bar, row.tolerance) == ("", None, "")


def test_a_check_does_not_repeat_what_the_card_says(card: Card) -> None:
    made = card(sample.wrong_encoder(""))

    assert made.reason
    assert made.checks[2].finding == ""


def test_a_check_says_what_only_it_found(card: Card) -> None:
    assert card(WRONG_STEP).checks[0].finding.startswith("e_t on case ragged: 11 of 28")


def test_detail_is_for_staff(card: Card) -> None:
    part = sample.wrong_encoder("")

    assert card(part).checks[2].detail == ""
    assert card(part, STAFF).checks[2].detail == sample.STAFF_DETAIL


def test_checks_are_counted_by_verdict(card: Card) -> None:
    assert card(sample.wrong_encoder("")).checks_line == "4 checks: 3 passed, 1 failed"


def test_pictures_of_hidden_cases_are_counted_but_not_shown(card: Card) -> None:
    made = card(sample.wrong_encoder(""))

    assert [picture.title for picture in made.pictures] == ["enc_hiddens, case ragged"]
    assert made.hidden_note == "1 picture of hidden cases is shown to staff only."


@pytest.mark.parametrize("audience", [STAFF, REVEALED])
def test_all_pictures_are_for_staff_and_after_the_deadline(card: Card, audience: part_card.Audience) -> None:
    made = card(sample.wrong_encoder(""), audience)

    assert len(made.pictures) == 2
    assert made.hidden_note == ""


def test_a_crash_shows_the_marked_line_and_the_way_to_it(card: Card) -> None:
    fault = card(sample.crashed_decoder(hidden=False)).fault

    assert fault is not None
    assert fault.title.startswith("RuntimeError: Expected size")
    assert fault.place == "nmt_model.py:312 in step, case ragged"
    assert [line.number for line in fault.lines if line.marked] == [312]
    assert fault.trail == ("nmt_model.py:210 in decode",)
    assert fault.note == ""


def test_a_crash_on_a_hidden_case_shows_their_own_code_without_its_message(card: Card) -> None:
    fault = card(sample.crashed_decoder(hidden=True)).fault

    assert fault is not None
    assert fault.title == "RuntimeError"
    assert fault.place == "nmt_model.py:312 in step, hidden case ragged"
    assert [line.number for line in fault.lines if line.marked] == [312]
    assert fault.note == "This happened on a hidden case, so its message is shown to staff only."


def test_a_public_crash_is_shown_before_a_hidden_one(card: Card) -> None:
    hidden, public = sample.crashed_decoder(hidden=True), sample.crashed_decoder(hidden=False)

    fault = card(replace(public, cases=(*hidden.cases, *public.cases))).fault

    assert fault is not None
    assert "Expected size" in fault.title


def test_an_import_error_names_no_case(card: Card) -> None:
    fault = card(sample.import_error()[1]).fault

    assert fault is not None
    assert fault.place == "nmt_model.py:3 in <module>, while it was imported"
    assert fault.title == "ModuleNotFoundError: No module named 'torchtext'"


def test_a_fault_outside_their_files_has_no_code(card: Card) -> None:
    part = sample.crashed_decoder(hidden=False)
    case = replace(part.cases[0], fault=Fault("MemoryError", "out of memory"))

    fault = card(replace(part, cases=(case,))).fault

    assert fault is not None
    assert (fault.place, fault.lines) == ("case ragged", ())


def test_a_crash_with_its_box_needs_no_lead(card: Card) -> None:
    assert card(sample.crashed_decoder(hidden=False)).lead == ""


def test_a_failure_leads_with_its_reason(card: Card) -> None:
    assert card(WRONG_STEP).lead == "e_t is 0 at padding, where -inf is expected"


def test_students_see_what_was_printed_on_public_cases_only(card: Card) -> None:
    made = card(sample.wrong_encoder(""))

    assert [(case.case, case.stdout) for case in made.cases] == [("ragged", sample.PUBLIC_STDOUT)]
    assert made.cases[0].seconds == ""


def test_staff_see_every_case_with_its_cost(card: Card) -> None:
    made = card(sample.wrong_encoder(""), STAFF)

    assert [(case.case, case.visibility) for case in made.cases] == [("ragged", "public"), ("train", "hidden")]
    assert made.cases[1].stdout == sample.HIDDEN_STDOUT
    assert (made.cases[1].seconds, made.cases[1].memory) == ("0.21 s", "300 MiB")
    assert made.cost == "0.42 s, 310 MiB at most"


def test_long_output_is_cut(card: Card) -> None:
    part = sample.crashed_decoder(hidden=False)
    case = replace(part.cases[0], stdout="x" * 500)

    made = card(replace(part, cases=(case,)), STUDENT, Space(picture_px=64, text_chars=100))

    assert made.cases[0].stdout.endswith("[cut here: 400 of 500 characters are not shown]")


def test_a_regrade_request_names_part_check_and_hashes(card: Card) -> None:
    text = card(sample.wrong_encoder(sample.MISTAKE)).regrade

    assert "Regrade request: a4, part 1d Encoder\n5 of 8 points, failed" in text
    assert "check h0c0 (values of h0 and c0): failed, 0 of 3 points" in text
    assert "submission ben, sha256 62656e" in text
    assert "rubric sha256 9f2c1d77" in text


@pytest.mark.parametrize(
    "part", [sample.step(), sample.masks("x"), sample.broken_decoder()], ids=["passed", "pending", "broken"]
)
def test_without_lost_points_there_is_nothing_to_ask(card: Card, part: part_card.PartResult) -> None:
    assert card(part).regrade == ""


def test_a_missing_answer_is_said(card: Card) -> None:
    assert (
        card(sample.masks(" ")).no_answer
        == "No answer was found as text. A reader looks into the files that were handed in."
    )


def test_an_answer_is_rendered_in_its_language(card: Card) -> None:
    made = card(sample.masks(sample.CHINESE))

    assert (made.language, made.no_answer) == ("zh", "")
    assert made.answer.startswith("<p>注意力")


def test_rubric_items_carry_their_points(card: Card) -> None:
    assert [item.points for item in card(sample.masks("x")).written] == ["1 point", "1 point"]


@pytest.mark.parametrize(
    ("verdict", "follows"),
    [("failed", "It was graded on what it did most often."), ("pending", "A person grades it, and until then")],
)
def test_an_unstable_part_says_so_to_everybody(card: Card, verdict: Outcome, follows: str) -> None:
    seen = card(replace(WRONG_STEP, unstable="3 different answers in 5 runs", verdict=verdict)).unstable

    assert seen.startswith("Run again with the same inputs and seeds, this part gave 3 different answers in 5 runs. ")
    assert follows in seen


def test_a_stable_part_says_nothing_of_it(card: Card) -> None:
    assert card(WRONG_STEP).unstable == ""


def test_the_story_of_a_fault_of_ours_is_named_to_staff_only(card: Card) -> None:
    broken = replace(WRONG_STEP, verdict="broken", log="log/broken-ben-1f.txt")

    assert card(broken, STAFF).log == "log/broken-ben-1f.txt"
    assert card(broken).log == ""


def test_students_see_their_own_side_of_a_plot_of_a_hidden_case(card: Callable[..., PartCard]) -> None:
    picture = replace(sample.wrong_step().pictures[1], hides_expected=True)
    part = replace(sample.wrong_step(), pictures=(picture,))

    (theirs,), (whole,) = card(part).pictures, card(part, STAFF).pictures

    assert [panel.label for panel in theirs.panels] == ["yours"]
    assert [panel.label for panel in whole.panels] == ["yours", "expected"]


def test_the_proof_of_a_leak_stands_before_the_checks(card: Card) -> None:
    made = card(sample.leaking_step())

    assert [view.title for view in made.evidence] == ["Who sees whom"]
    assert [view.title for view in made.pictures] == ["Heads, trained"]


def test_who_sees_whom_is_one_picture_among_others_where_nothing_leaks(card: Card) -> None:
    made = card(replace(sample.leaking_step(), verdict="passed"))

    assert made.evidence == ()
    assert [view.title for view in made.pictures] == ["Heads, trained", "Who sees whom"]


def test_what_is_void_by_another_part_leads_there(card: Card) -> None:
    made = card(sample.void(sample.bleu()))

    assert made.proof == Repeat("1f Step", "part-1f")
    assert card(sample.leaking_step()).proof is None


def test_only_a_void_part_is_voided_by_another() -> None:
    reason = "void: part 3b proved a leak (position 5 sees 6: its own label)"

    assert part_card.voided_by(replace(sample.bleu(), verdict="void", reason=reason)) == "3b"
    assert part_card.voided_by(replace(sample.bleu(), verdict="failed", reason=reason)) == ""


def test_every_kind_of_check_has_words() -> None:
    assert sorted(set(KINDS) - set(part_card.KINDS)) == []


def test_a_perplexity_stands_beside_its_bound(card: Card) -> None:
    told = "perplexity 21.3, must be below 29.7 (1.35 x the reference's 22.0)"
    check = replace(sample.bleu().checks[0], check="perplexity", of=("logits",), reason=told, margin=21.3 / 29.7)

    (row,) = card(replace(sample.bleu(), checks=(check,))).checks

    assert (row.name, row.finding) == ("perplexity of logits", told)
    assert row.bar is not None
    assert row.bar < 50
