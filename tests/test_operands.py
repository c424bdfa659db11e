"""Operands of `same`, as the rubric takes them and the judge reads them."""

from __future__ import annotations

import pytest

from grader.operands import Index, Operand, parse_operand


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("alone.h0", Operand("alone", "h0")),
        (" alone.h0 ", Operand("alone", "h0")),
        ("a-1.b[1:]", Operand("a-1", "b", (slice(1, None),), "1:")),
        ("rate.encoder.weight_ih_l0", Operand("rate", "encoder.weight_ih_l0")),
    ],
)
def test_an_operand_names_case_and_output(text: str, operand: Operand) -> None:
    assert parse_operand(text) == operand


@pytest.mark.parametrize(
    ("text", "slices"),
    [
        ("0:1", (slice(0, 1),)),
        ("0", (0,)),
        ("-1, :", (-1, slice(None))),
        ("..., ::2", (Ellipsis, slice(None, None, 2))),
        (":, 1:", (slice(None), slice(1, None))),
    ],
)
def test_slices_read_as_in_numpy(text: str, slices: tuple[Index, ...]) -> None:
    operand = parse_operand(f"ragged.enc_hiddens[{text}]")

    assert operand is not None
    assert operand.slices == slices


BAD = ["alone", ".h0", "a.", "a.b[", "a.b[]", "a.b[x]", "a.b[1:2:3:4]", "a.b[1,]", "a.b[1.5]", "a b.c", "a.b[0]c", ""]


@pytest.mark.parametrize("text", BAD)
def test_other_texts_are_no_operands(text: str) -> None:
    assert parse_operand(text) is None
