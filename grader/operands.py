"""Operands of `same`: an output of one case, or a slice of it, written `alone.enc_hiddens[0:1]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import EllipsisType

OPERAND = re.compile(r"(?P<case>[^.\[\]\s]+)\.(?P<output>[^\[\]\s]+)(?:\[(?P<slices>[^\[\]]+)\])?")
INTEGER = re.compile(r"[+-]?\d+")

Index = int | slice | EllipsisType


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of `same`. `text` is the slice as the rubric writes it; no slices mean the whole output."""

    case: str
    output: str
    slices: tuple[Index, ...] = ()
    text: str = ""


def parse_operand(text: str) -> Operand | None:
    """The operand that a rubric writes as `case.output` or `case.output[slices]`; None for any other form."""
    match = OPERAND.fullmatch(text.strip())
    if match is None:
        return None
    written = match["slices"] or ""
    slices = [_index(part.strip()) for part in written.split(",")] if written else []
    whole = tuple(index for index in slices if index is not None)
    return Operand(match["case"], match["output"], whole, written) if len(whole) == len(slices) else None


def _index(part: str) -> Index | None:
    if part == "...":
        return Ellipsis
    ends = [end.strip() for end in part.split(":")]
    if len(ends) > 3 or not all(end == "" or INTEGER.fullmatch(end) for end in ends):
        return None
    if len(ends) == 1:
        return int(part) if part else None
    return slice(*(int(end) if end else None for end in ends))
