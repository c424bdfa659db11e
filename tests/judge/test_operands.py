"""Operands of `same`."""

from __future__ import annotations

import pytest

from grader.errors import HarnessError
from grader.judge.operands import Index, Operand, parse_operand


def test_an_operand_names_case_and_output() -> None:
    assert parse_operand("alone.h0") == Operand("alone", "h0")


def test_an_output_may_hold_dots() -> None:
    assert parse_operand("rate.encoder.weight_ih_l0") == Operand("rate", "encoder.weight_ih_l0")


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
    assert parse_operand(f"ragged.enc_hiddens[{text}]").slices == slices


@pytest.mark.parametrize("text", ["h0", "", ".h0", "alone.", "alone.h0[]", "alone.h0[0"])
def test_another_form_is_our_fault(text: str) -> None:
    with pytest.raises(HarnessError, match="is no operand") as error:
        parse_operand(text)

    assert "allowed: case.output or case.output[slices]" in str(error.value)


@pytest.mark.parametrize("part", ["a", "0:1:2:3", "1.5", "i:"])
def test_a_slice_of_another_form_is_our_fault(part: str) -> None:
    with pytest.raises(HarnessError, match=f"has the slice '{part}', which is none"):
        parse_operand(f"alone.h0[{part}]")
