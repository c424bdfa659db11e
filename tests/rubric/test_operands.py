"""Operands of `same`: the rubric takes the ones that the judge can read, and no others."""

from __future__ import annotations

import pytest

from grader.errors import HarnessError
from grader.judge import operands as judged
from grader.rubric.operands import Operand, parse_operand

GOOD = {
    "alone.h0": Operand("alone", "h0"),
    "ragged.enc_hiddens[0:1]": Operand("ragged", "enc_hiddens"),
    "a.b[..., -1]": Operand("a", "b"),
    "a.b[::2, 0]": Operand("a", "b"),
    "a.encoder.weight": Operand("a", "encoder.weight"),
    "a-1.b[1:]": Operand("a-1", "b"),
}
BAD = ["alone", ".h0", "a.", "a.b[", "a.b[]", "a.b[x]", "a.b[1:2:3:4]", "a.b[1,]", "a b.c", "a.b[0]c", ""]


@pytest.mark.parametrize("text", GOOD)
def test_an_operand_names_a_case_and_an_output(text: str) -> None:
    assert parse_operand(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_other_texts_are_no_operands(text: str) -> None:
    assert parse_operand(text) is None


@pytest.mark.parametrize("text", GOOD)
def test_the_judge_reads_the_same_case_and_output(text: str) -> None:
    operand = judged.parse_operand(text)

    assert Operand(operand.case, operand.output) == GOOD[text]


@pytest.mark.parametrize("text", ["alone", "a.b[x]", "a.b[1:2:3:4]", "a.b[]"])
def test_the_judge_refuses_what_the_rubric_refuses(text: str) -> None:
    with pytest.raises(HarnessError):
        judged.parse_operand(text)
