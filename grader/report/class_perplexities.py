"""The perplexities of a class, a strip for each bound: where everybody stands, and where the bound is.

The numbers are read from what our own check says, `perplexity 21.3, must be below 29.7`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from statistics import median

from grader.nouns.judged import CheckResult, PartResult, Results
from grader.nouns.plain import Outcome
from grader.report import wording
from grader.report.class_model import PerplexityStrip

FOUND = re.compile(r"perplexity (\d[\d.e+]*\d|\d)(?=[,:; (]|$)")
BOUND = re.compile(r"must be below (\d[\d.e+]*\d|\d)")
LENGTH = 1000.0  # of a strip, in its own units
THOUSANDS = 1000  # from here on a number has no fraction
LEAST_SPAN = 1.2  # between the ends of a strip


@dataclass(frozen=True, slots=True)
class _Told:
    value: float
    bound: float | None
    outcome: Outcome


def class_perplexities(results: Results) -> tuple[PerplexityStrip, ...]:
    """A strip for each check of a perplexity that told any number."""
    found: dict[tuple[str, str], list[_Told]] = {}
    titles: dict[tuple[str, str], str] = {}
    for submission in results.submissions:
        for part in submission.parts:
            for check in part.checks:
                told = _told(check) if check.check == "perplexity" else None
                if told is not None:
                    found.setdefault((part.id, check.id), []).append(told)
                    titles[part.id, check.id] = _title(part, check)
    return tuple(_strip(titles[key], told) for key, told in found.items())


def _told(check: CheckResult) -> _Told | None:
    text = check.reason if FOUND.search(check.reason) else check.detail  # of what is void only staff read the number
    number, bound = FOUND.search(text), BOUND.search(text)
    if number is None:
        return None
    value = float(number[1])
    if not 0 < value < wording.BEYOND:
        return None
    return _Told(value, float(bound[1]) if bound else None, check.verdict)


def _title(part: PartResult, check: CheckResult) -> str:
    return f"{part.id} {part.title}, {check.id}"


def _strip(title: str, told: list[_Told]) -> PerplexityStrip:
    values = sorted(each.value for each in told)
    bounds = [each.bound for each in told if each.bound is not None]
    bound = median(bounds) if bounds else None
    low, high = min([*values, *bounds]), max([*values, *bounds])
    air = max(high / low, LEAST_SPAN) ** 0.05
    start, span = math.log(low / air), math.log(max(high, low * LEAST_SPAN) * air) - math.log(low / air)

    def _place(value: float) -> float:
        return round(LENGTH * (math.log(value) - start) / span, 1)

    spread = (("least", values[0]), ("middle", median(values)), ("greatest", values[-1]))
    said = ", ".join(f"{word} {_written(value)}" for word, value in spread)
    return PerplexityStrip(
        title=title,
        said=f"{wording.counted(len(told), 'submission')}: {said}"
        + (f"; must be below {_written(bound)}" if bound is not None else ""),
        bound=_place(bound) if bound is not None else None,
        marks=tuple(sorted((_place(each.value), each.outcome) for each in told)),
        low=_written(low),
        high=_written(high),
    )


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= THOUSANDS else wording.number(value)
