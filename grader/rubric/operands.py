"""Operands of `same` as a rubric writes them: `case.output` or `case.output[slices]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

OPERAND = re.compile(r"(?P<case>[^.\[\]\s]+)\.(?P<output>[^\[\]\s]+)(\[(?P<slices>[^\[\]]+)\])?")
SLICE = re.compile(r"\.\.\.|[+-]?\d+|[+-]?\d*(:[+-]?\d*){1,2}")


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of `same`, by the case it is from."""

    case: str
    output: str


def parse_operand(text: str) -> Operand | None:
    """The operand of a text, or None if it has another form."""
    match = OPERAND.fullmatch(text)
    if match is None:
        return None
    slices = match["slices"].split(",") if match["slices"] else []
    if not all(SLICE.fullmatch(each.strip()) for each in slices):
        return None
    return Operand(match["case"], match["output"])
