"""Tests of grader/home/terminal.py: what a student reads, line by line."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from grader.home.card import SIGNS, card
from grader.home.terminal import MOST_LINES, card_lines, lines
from grader.home.wrapping import cells
from grader.nouns.plain import Fault, Frame
from grader.nouns.seen import Observation
from tests.home.examples import BMM, SMALLEST, a_check, a_part, encoder, example_results

EXAMPLES = example_results()
CRASHED = replace(EXAMPLES["crash"], title="Step")
EVENING = a_check(
    a_part(replace(EXAMPLES["passed"], title="Encoder"), id_="1d"),
    a_part(CRASHED, id_="1f", asked="e_t (4, 7) = (b, s)"),
    a_part(replace(EXAMPLES["known"], title="Decoder"), id_="1e", state="waiting", waits_for="1f"),
    a_part(replace(EXAMPLES["passed"], title="BLEU"), id_="1h", state="missing", note="outputs/x.txt is not there yet"),
    first="1f",
    notes=("left out: old.pyc: compiled Python",),
)


def test_the_whole_is_rows_notes_and_the_card_of_the_part_to_mend_first() -> None:
    assert list(lines(EVENING)) == [
        "a4 · public checks · 3.1 s",
        "for 14 of 35 points; other inputs decide after hand-in",
        "  ✓ passed          1d  Encoder  enc_hiddens (4, 7, 6), h0 and c0 (4, 3)",
        "  ✗ crashed         1f  Step     nmt_model.py:312: RuntimeError",
        "  … waiting for 1f  1e  Decoder",
        "  – missing         1h  BLEU     outputs/x.txt is not there yet",
        "  note: left out: old.pyc: compiled Python",
        "",
        "1f Step: crashed in case ragged",
        "  nmt_model.py:312: e_t = torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(1))",
        "    RuntimeError: Expected size for first two dimensions of batch2 tensor to be:",
        "      [4, 3] but got: [4, 1].",
        "  expected: e_t (4, 7) = (b, s)",
        "  help: print the shapes on the line before it",
        "  more: grade explain E-RAISED",
    ]


def test_sixty_columns_wrap_and_cut_nothing_in_two() -> None:
    assert list(lines(EVENING, 60))[2:] == [
        "  ✓ passed          1d  Encoder",
        "                        enc_hiddens (4, 7, 6), h0 and c0",
        "                        (4, 3)",
        "  ✗ crashed         1f  Step",
        "                        nmt_model.py:312: RuntimeError",
        "  … waiting for 1f  1e  Decoder",
        "  – missing         1h  BLEU",
        "                        outputs/x.txt is not there yet",
        "  note: left out: old.pyc: compiled Python",
        "",
        "1f Step: crashed in case ragged",
        "  nmt_model.py:312: e_t = torch.bmm(enc_hiddens_proj,",
        "      dec_hidden.unsqueeze(1))",
        "    RuntimeError: Expected size for first two dimensions of",
        "      batch2 tensor to be: [4, 3] but got: [4, 1].",
        "  expected: e_t (4, 7) = (b, s)",
        "  help: print the shapes on the line before it",
        "  more: grade explain E-RAISED",
    ]


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("kind", list(EXAMPLES))
def test_every_example_fits_its_width_and_twelve_lines(kind: str, width: int) -> None:
    made = list(card_lines(card(a_part(replace(EXAMPLES[kind], smallest=SMALLEST), place="nmt_model.py:118")), width))

    assert max(map(cells, made)) <= width
    assert len(made) <= MOST_LINES


def test_a_failure_names_the_place_of_the_answer_before_the_fact() -> None:
    told = list(card_lines(card(a_part(EXAMPLES["off everywhere"], place="nmt_model.py:118")), 80))

    assert told[1] == "  nmt_model.py:118: enc_hiddens: 168 of 168 values differ, worst 1.29 at"


def test_a_hand_in_that_raises_a_novel_keeps_the_help() -> None:
    novel = Fault("ValueError", "once upon a time " * 90, BMM.frames)
    told = encoder(ragged=Observation("raised", fault=novel), alone=Observation("raised", fault=novel))

    made = list(card_lines(card(a_part(replace(told, smallest=SMALLEST, hint="A hint. " * 20))), 60))

    assert len(made) <= MOST_LINES
    assert made[-1] == "  more: grade explain E-RAISED"
    assert any(line.endswith(" ...") for line in made)


def test_words_stand_without_signs() -> None:
    told = list(lines(EVENING, signs=False))

    assert told[0] == "a4, public checks, 3.1 s"
    assert told[3].startswith("  crashed         1f  Step")
    assert not set("".join(told)) & {*SIGNS.values(), "·"} - {"!"}
    assert "".join(told).isascii()


def test_colours_change_nothing_but_colours() -> None:
    coloured = list(lines(EVENING, colours=True))

    assert coloured[2].startswith("\x1b[32m")
    assert coloured[3].startswith("\x1b[31m")
    assert coloured[4] == "  … waiting for 1f  1e  Decoder"
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in coloured] == list(lines(EVENING))


def test_no_colour_reaches_a_terminal_that_wants_none() -> None:
    assert "\x1b" not in "".join(lines(EVENING))


def test_what_their_code_says_sends_nothing_to_the_terminal() -> None:
    loud = Fault("ValueError", "\x1b]0;owned\x07\x1b[2J\r", (Frame("a\x1b.py", 1, "f", ((1, "\x1b[31m = 1"),)),))
    told = encoder(ragged=Observation("raised", fault=loud), alone=Observation("raised", fault=loud))

    made = "".join(lines(a_check(a_part(told), first="1d", notes=("left out: \x1b[1m.py",))))

    assert not [character for character in made if ord(character) < 32]


def test_wide_titles_are_counted_by_their_cells() -> None:
    told = a_check(
        a_part(replace(EXAMPLES["passed"], title="注意力权重"), id_="1d"),
        a_part(replace(EXAMPLES["crash"], title="Step"), id_="1f"),
    )

    rows = [line for line in lines(told) if " 1d " in line or " 1f " in line]

    assert len({cells(line[: line.index(found)]) for line, found in zip(rows, ("enc_", "nmt_"), strict=True)}) == 1


def test_a_long_title_leaves_the_finding_its_own_line() -> None:
    title = "The translations of the test set, and what BLEU says of them"
    told = list(lines(a_check(a_part(replace(EXAMPLES["passed"], title=title))), 60))

    assert told[2:5] == [
        "  ✓ passed  1d  The translations of the test set, and what",
        "                BLEU says of them",
        "                enc_hiddens (4, 7, 6), h0 and c0 (4, 3)",
    ]


def test_a_path_with_blanks_is_on_one_line() -> None:
    place = "a folder of homework/old/nmt_model.py"
    fault = replace(BMM, frames=(replace(BMM.frames[0], file=place),))
    told = a_check(a_part(encoder(ragged=Observation("raised", fault=fault))), first="1d")

    assert sum(f"{place}:312" in line for line in lines(told, 60)) == 2


def test_parts_that_are_asked_for_and_do_not_pass_have_their_cards_instead() -> None:
    heads = [line for line in lines(EVENING, asked=("1d", "1e")) if line[:2] in ("1d", "1e", "1f")]

    assert heads == ["1e Decoder: waiting for 1f; failed in case ragged"]


def test_parts_that_are_put_together_use_the_whole_line() -> None:
    gone = [
        a_part(replace(EXAMPLES["passed"], checks=()), id_=id_, state="missing", note="answers.md is not there yet")
        for id_ in ("1a", "1b", "1c")
    ]

    assert list(lines(a_check(a_part(EXAMPLES["passed"]), *gone), 60))[4:] == [
        "  – missing  1a, 1b, 1c: answers.md is not there yet",
        "all that can be checked here passes; still missing: 1a, 1b,",
        "    1c; next: grade pack",
    ]


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (("passed",), "all that can be checked here passes; next: grade pack"),
        (("passed", "untouched"), "what is written passes; next to write: 1b Encoder"),
        (("untouched", "untouched"), "nothing to mend; next to write: 1a Encoder"),
    ],
    ids=["done", "half", "begun"],
)
def test_where_nothing_is_wrong_the_next_step_is_told(kinds: tuple[str, ...], told: str) -> None:
    parts = [a_part(EXAMPLES[kind], id_=id_) for kind, id_ in zip(kinds, ("1a", "1b"), strict=False)]

    assert list(lines(a_check(*parts)))[-1] == told


def test_a_homework_without_parts_is_told_all_the_same() -> None:
    assert len(list(lines(a_check()))) == 3


def test_what_is_still_missing_is_told_before_the_hand_in() -> None:
    parts = [a_part(EXAMPLES["passed"]), a_part(EXAMPLES["passed"], id_="1g", state="missing", note="not there yet")]

    assert (
        list(lines(a_check(*parts)))[-1] == "all that can be checked here passes; still missing: 1g; next: grade pack"
    )


def test_a_card_has_no_empty_line() -> None:
    nothing = replace(EXAMPLES["passed"], reason="", checks=())

    assert list(card_lines(card(a_part(nothing)), 80)) == ["1d Encoder: passed"]
