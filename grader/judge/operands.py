"""Operands of `same`: an output of one case, or a slice of it, written `alone.enc_hiddens[0:1]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import EllipsisType

from grader.errors import HarnessError, Message

OPERAND = re.compile(r"(?P<case>[^.\[\]]+)\.(?P<output>[^\[\]]+?)(?:\[(?P<slices>[^\[\]]+)\])?")
INTEGER = re.compile(r"[+-]?\d+")

Index = int | slice | EllipsisType | None


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of `same`. `text` is the slice as the rubric writes it; no slices mean the whole output."""

    case: str
    output: str
    slices: tuple[Index, ...] = ()
    text: str = ""


def parse_operand(text: str) -> Operand:
    """The operand that a rubric writes as `case.output` or `case.output[slices]`.

    Raises: HarnessError if it has another form.
    """
    match = OPERAND.fullmatch(text.strip())
    if match is None:
        raise HarnessError(_message(text, "is no operand"))
    written = match["slices"] or ""
    slices = tuple(_index(part.strip(), text) for part in written.split(",")) if written else ()
    return Operand(match["case"].strip(), match["output"].strip(), slices, written)


def _index(part: str, text: str) -> Index:
    if part == "...":
        return Ellipsis
    ends = part.split(":")
    if len(ends) > 3 or not all(end.strip() == "" or INTEGER.fullmatch(end.strip()) for end in ends):
        raise HarnessError(_message(text, f"has the slice '{part}', which is none"))
    if len(ends) == 1:
        return int(part)
    return slice(*(int(end) if end.strip() else None for end in ends))


def _message(text: str, fact: str) -> Message:
    return Message(
        place=f"operand '{text}'",
        fact=fact,
        code="E-OPERAND",
        allowed="case.output or case.output[slices]: alone.h0, ragged.enc_hiddens[0:1]",
        help="mend the operand in the rubric",
    )
