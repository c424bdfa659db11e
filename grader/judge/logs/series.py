"""What every log comes down to: lines, numbers as they were printed, series of them, and what was made of a text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from grader.nouns.judged import LogFinding
from grader.safetext import safe_line

QUOTED_COLUMNS: Final = 200
# Bounded everywhere, so that no line costs more than its length; digits are those of ASCII only.
NUMBER: Final = r"(-?[0-9]{1,40}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?|-?nan|-?inf)"
DECIMAL: Final = r"(-?[0-9]{1,40}(?:\.[0-9]{1,20})?|-?nan|-?inf)"  # as %.2f prints it
WHOLE: Final = r"([0-9]{1,12})"
_PARTS: Final = re.compile(r"-?[0-9]*(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log. `file` is safe text; `text` is as the student wrote it."""

    file: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands in a log; `half` is half a unit of its last decimal: what rounding may have taken."""

    value: float
    half: float
    decimals: int = 0

    @property
    def is_finite(self) -> bool:
        """Whether it is a number one can compute with."""
        return math.isfinite(self.value)


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one name over steps, in the order in which they stand in the log.

    Shapes: steps, values and places are equally long.
    """

    name: str  # "training loss"
    x: str  # what the steps count: "iteration", "epoch"
    steps: tuple[float, ...]
    values: tuple[float, ...]
    decimals: int  # with how many the values were printed
    places: tuple[Line, ...]

    @property
    def file(self) -> str:
        """Where it begins, as safe text."""
        return self.places[0].file if self.places else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one format makes of the texts of a hand-in. `lines`: how many of them it could read."""

    lines: int = 0
    series: tuple[Series, ...] = ()
    findings: tuple[LogFinding, ...] = ()
    facts: tuple[str, ...] = ()


def printed(text: str) -> Printed:
    """The number that `NUMBER` found; not finite if it is none, or beyond what a float holds."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return Printed(math.nan, 0.0)
    value, decimals = float(text), len(match[1] or "")
    return Printed(value, float(f"5e{int(match[2] or 0) - decimals - 1}"), decimals)


def series_of(name: str, x: str, points: Sequence[tuple[float, Printed, Line]]) -> tuple[Series, ...]:
    """The points (step, value, line) as one series for each file that they stand in."""
    by_file: dict[str, list[tuple[float, Printed, Line]]] = {}
    for point in points:
        by_file.setdefault(point[2].file, []).append(point)
    return tuple(
        Series(
            name,
            x,
            tuple(float(step) for step, _, _ in some),
            tuple(value.value for _, value, _ in some),
            max(value.decimals for _, value, _ in some),
            tuple(line for _, _, line in some),
        )
        for some in by_file.values()
    )


def finding(line: Line, rule: str, *, expected: str, found: str, bound: str = "") -> LogFinding:
    """What does not add up at a line, with the line quoted as safe text."""
    quoted = safe_line(line.text, columns=QUOTED_COLUMNS)
    return LogFinding(line.file, line.number, quoted, rule, expected, found, bound)


def figure(value: float, digits: int = 6) -> str:
    """A number to read: `8,341.2`, `0.000321`."""
    if not abs(value) < 1e15:
        return f"{value:.{digits}g}"
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 1:
        whole = len(str(int(abs(value))))
        return f"{value:,.{max(0, digits - whole)}f}".rstrip("0").rstrip(".") if whole < digits else f"{value:,.0f}"
    return f"{value:.{min(digits, 4)}g}"
