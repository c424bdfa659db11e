"""Tests of grader/home/card.py: every way to fail, as a row and as a card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.home.card import COLUMNS, SIGNS, Card, card, notes, row, rows
from grader.nouns.checked import PartChecked, State
from grader.nouns.plain import Fault, Frame
from grader.nouns.seen import Observation
from tests.home.examples import ALONE_STATE, BMM, SMALLEST, STEP_LINE, a_check, a_part, encoder, example_results

EXAMPLES = example_results()


def card_of(kind: str, **fields: object) -> Card:
    """The card of an example."""
    return card(a_part(EXAMPLES[kind], **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("passed", "enc_hiddens (4, 7, 6), h0 and c0 (4, 3)"),
        ("axes swapped", "enc_hiddens: got (7, 4, 6) = (s, b, 2h)"),
        ("axis lost", "h0: got (4, 2) = (b, 2)"),
        ("dtype", "mask: got float64"),
        ("off everywhere", "enc_hiddens: 168 of 168 values differ"),
        ("off at one place", "enc_hiddens: 1 of 168 values differs"),
        ("no gradient", "grad_target: no gradient arrives"),
        ("crash", "nmt_model.py:312: RuntimeError"),
        ("limit", "time: 10 s allowed, 10.2 s used"),
        ("untouched", ""),
        ("missing", ""),
    ],
)
def test_a_row_says_in_a_few_words_what_was_found(kind: str, found: str) -> None:
    assert row(a_part(EXAMPLES[kind])).found == found


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        ("axes swapped", "enc_hiddens: got (7, 4, 6) = (s, b, 2h)", "(4, 7, 6) = (b, s, 2h)"),
        ("axis lost", "h0: got (4, 2) = (b, 2)", "(4, 3) = (b, h)"),
        ("dtype", "mask: got float64", "int64"),
        (
            "off everywhere",
            "enc_hiddens: 168 of 168 values differ, worst 1.29 at [b=0, s=6, 2h=3]; "
            "every value is 0.5 times the expected one",
            "",
        ),
        ("unlike everywhere", "enc_hiddens: 168 of 168 values differ, worst 3.54 at [b=3, s=0, 2h=0]", ""),
        (
            "padded places",
            "enc_hiddens: 66 of 168 values differ, worst 10.9 at [b=2, s=6, 2h=0]; only at padded places",
            "",
        ),
        ("batch of one", "h0: got (3,) = (h,)", "(1, 3) = (b, h)"),
        (
            "train mode",
            "y: 168 of 168 values differ, worst 1.29 at [b=0, s=6, 2h=3]; every value is 0.5 times the expected one",
            "",
        ),
        ("no gradient", "grad_target: no gradient arrives", ""),
        (
            "not a number",
            "enc_hiddens: 66 of 168 values are NaN, first at [b=1, s=5, 2h=0]; only at padded places",
            "",
        ),
        ("crash", f"{BMM.type}: {BMM.message}", ""),
        ("limit", "time: 10 s allowed, 10.2 s used", ""),
        ("untouched", "the handout's stub is unchanged", ""),
        ("missing", "the class 'NMT' is missing", "NMT(embed_size, hidden_size, vocab)"),
    ],
)
def test_a_card_says_what_is_wrong_and_where_and_what_was_expected(kind: str, facts: str, expected: str) -> None:
    told = card_of(kind)

    assert (told.facts, told.expected) == ((facts,), expected)


@pytest.mark.parametrize(
    ("kind", "only"),
    [
        ("batch of one", "only with a batch of one"),
        ("train mode", "only in train mode"),
        ("padded places", "only with sentences of different lengths"),
        ("off everywhere", ""),
    ],
)
def test_what_sets_the_failing_cases_apart_is_told(kind: str, only: str) -> None:
    assert card_of(kind).only == only


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if kind != "passed"])
def test_every_failure_says_what_to_do_and_where_more_is_told(kind: str) -> None:
    told = card_of(kind)

    assert told.help or told.mistake
    assert told.about.startswith("E-")


def test_a_crash_shows_their_line_as_they_wrote_it() -> None:
    told = card_of("crash")

    assert (told.place, told.code, told.stands) == ("nmt_model.py:312", STEP_LINE, "crashed in case ragged")


def test_a_crash_says_what_the_case_is_to_give() -> None:
    assert card_of("crash", asked="e_t (4, 7) = (b, s)").expected == "e_t (4, 7) = (b, s)"


def test_a_failure_without_a_line_points_to_the_answer() -> None:
    assert card_of("off everywhere", place="nmt_model.py:118").place == "nmt_model.py:118"


def test_a_crash_outside_of_their_files_shows_no_line() -> None:
    elsewhere = Observation("raised", fault=Fault("ValueError", ""))

    told = card(a_part(encoder(ragged=elsewhere, alone=elsewhere)))

    assert (told.place, told.code, told.facts) == ("", "", ("ValueError",))


def test_the_line_of_the_case_that_is_told_is_shown() -> None:
    other = Fault("KeyError", "'x'", (Frame("nmt_model.py", 7, "step", ((7, "    d['x']"),)),))

    told = card(a_part(encoder(ragged=Observation("raised", fault=BMM), alone=Observation("raised", fault=other))))

    assert told.place == "nmt_model.py:312"


def test_a_known_mistake_is_told_and_general_advice_is_not() -> None:
    told = card_of("known")

    assert (told.mistake, told.help) == ("The forward state comes first.", "")
    assert ("", "consistent with a known mistake: The forward state comes first.") in told.labelled


def test_the_checks_that_pass_are_named() -> None:
    assert card_of("off everywhere").good == "shapes and state, 2 of 3 checks"
    assert card_of("untouched").good == ""


def test_the_smallest_case_is_told_with_its_neighbours() -> None:
    told = card(a_part(replace(EXAMPLES["off everywhere"], smallest=SMALLEST))).smallest

    assert told == "lengths [2, 1]: fails as soon as two sentences differ in length; lengths [1, 1] passes"


def test_a_smallest_case_without_a_rule_is_told_once() -> None:
    smallest = replace(SMALLEST, sentence="smallest input that fails: lengths [2, 1]", passes=())

    assert smallest.told == "smallest input that fails: lengths [2, 1]"


def test_other_outputs_that_fail_stay_beside_the_first() -> None:
    told = card(a_part(encoder(ragged={"h0": ALONE_STATE[0], "c0": ALONE_STATE[0]})))

    assert told.facts == ("h0: got (3,) = (h,); also c0",)
    assert told.expected == "(4, 3) = (b, h)"


@pytest.mark.parametrize(
    ("state", "fields", "word", "found"),
    [
        ("waiting", {"waits_for": "1f"}, "waiting for 1f", ""),
        ("missing", {"note": "answers.md is not there yet"}, "missing", "answers.md is not there yet"),
        ("found", {"note": "answers.md; read after hand-in"}, "found", "answers.md; read after hand-in"),
        ("later", {}, "later", "looked at after hand-in"),
    ],
)
def test_a_part_that_is_not_judged_says_why(state: State, fields: dict[str, str], word: str, found: str) -> None:
    told = row(a_part(EXAMPLES["off everywhere"], state=state, **fields))

    assert (told.word, told.found) == (word, found)


def test_neighbours_that_pass_are_told_together() -> None:
    smallest = replace(SMALLEST, passes=("lengths [1, 1]", "lengths [2, 2]"))

    assert smallest.told.endswith("differ in length; lengths [1, 1] and lengths [2, 2] pass")


def test_what_the_smallest_case_says_is_not_said_twice() -> None:
    smallest = replace(SMALLEST, sentence="fails only with a batch of one")

    told = card(a_part(replace(EXAMPLES["batch of one"], smallest=smallest)))

    assert "fails" not in dict(told.labelled)
    assert "fails only with a batch of one" in dict(told.labelled)["smallest case"]


def test_a_passed_part_has_a_card_that_says_what_it_gave() -> None:
    told = card_of("passed")

    assert told.facts == ("enc_hiddens (4, 7, 6), h0 and c0 (4, 3)",)
    assert (told.good, told.about) == ("", "")


def test_a_part_that_cannot_be_read_yet_does_not_say_that_it_is_right() -> None:
    check = replace(EXAMPLES["passed"].checks[0], verdict="pending", reason="t: no formula under '1a'")
    pending = replace(EXAMPLES["passed"], verdict="pending", checks=(check,))

    told = row(a_part(pending, state="pending"))

    assert (told.word, told.found) == ("pending", "t: no formula under '1a'")


def written(id_: str, note: str = "", state: State = "missing") -> PartChecked:
    """A part that people read."""
    told = note or f"answers.md has nothing under a heading '{id_}'"
    return a_part(replace(EXAMPLES["passed"], checks=()), id_=id_, state=state, note=told)


def test_written_parts_that_stand_alike_are_one_row_below_the_others() -> None:
    parts = (written("1a"), written("1b"), a_part(EXAMPLES["passed"]), written("1c"), written("1e", "x.log is missing"))

    told = rows(a_check(*parts))

    assert [(each.id, each.state) for each in told] == [("1d", "passed"), ("1e", "missing"), ("", "missing")]
    assert told[-1].found == "1a, 1b, 1c: answers.md has nothing under their headings"


def test_two_written_parts_have_their_own_rows() -> None:
    assert [each.id for each in rows(a_check(written("1a"), written("1b")))] == ["1a", "1b"]


def test_parts_that_are_judged_are_never_put_together() -> None:
    assert len(rows(a_check(*(a_part(EXAMPLES["untouched"], id_=id_) for id_ in "abcd")))) == 4


def test_many_outputs_are_counted_in_a_row() -> None:
    reason = ", ".join(f"x{number} (4, {number})" for number in range(2, 10))

    told = row(a_part(replace(EXAMPLES["passed"], reason=reason))).found

    assert told == "x2 (4, 2), x3 (4, 3), x4 (4, 4), x5 (4, 5), x6 (4, 6) and 3 more"


def test_every_state_has_a_sign() -> None:
    assert set(SIGNS) == set(State.__args__)


def test_what_their_code_says_is_one_safe_line() -> None:
    loud = Fault("ValueError", "one\ntwo\x1b[2J" + 900 * "x", (Frame("a.py", 1, "f", ((1, "\tdo(\u202e)"),)),))

    told = card(a_part(encoder(ragged=Observation("raised", fault=loud), alone=Observation("raised", fault=loud))))

    assert told.code == "do(\\u202e)"
    assert told.facts[0].startswith("ValueError: one␊two␛[2J")
    assert len(told.facts[0]) <= COLUMNS


def test_a_passed_part_without_shapes_names_its_outputs() -> None:
    assert row(a_part(replace(EXAMPLES["passed"], reason=""))).found == "enc_hiddens, h0 and c0 as expected"


def test_what_goes_wrong_while_files_are_imported_is_about_no_case() -> None:
    broken = Fault("SyntaxError", "'(' was never closed", (Frame("a.py", 9, "", ((9, "x = ("),)),))
    seen = Observation("import_error", fault=broken)

    told = card(a_part(encoder(ragged=seen, alone=seen), asked="e_t (4, 7) = (b, s)"))

    assert (told.stands, told.expected) == ("crashed while it was imported", "")
    assert (told.place, told.code) == ("a.py:9", "x = (")


@pytest.mark.parametrize(
    ("note", "is_told"),
    [
        ("file nmt_model: nmt_model.py", False),
        ("file utils: nmt_model.py", False),
        ("stand-in transformers", False),
        ("file nmt_model: old/nmt_model.py (of several: old/nmt_model.py, new/nmt_model.py)", True),
        ("file nmt_model: NMT from nmt_model.py, where it is called Nmt", True),
        ("left out: x.pyc: compiled Python", True),
    ],
)
def test_a_file_under_its_own_name_is_no_news(note: str, is_told: bool) -> None:
    assert list(notes(a_check(notes=(note,)))) == ([note] if is_told else [])
