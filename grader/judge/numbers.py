"""The check `number`: values that a student writes as `name = number` in `answers.md`."""

from __future__ import annotations

from collections.abc import Iterator

from grader.errors import HarnessError, Message
from grader.judge.answers import parse_number
from grader.judge.evidence import Evidence
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Json

ATOL = 0.001  # three decimals are asked for; 4/9 and 0.444 are the same answer
CASE = "answers"


def number(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether each named number is the expected one; one that is not there as text waits for a person.

    A share may be written as such or in hundredths: 0.327, 32.7 % and 32.7.
    """
    observation = evidence.got.get(CASE)
    if observation is None or observation.ended == "broken":
        verdict = evidence.ended(CASE, beside_reference=False)
        assert verdict is not None
        yield verdict
        return
    atol = float(check.options.get("atol", ATOL))
    for name, rule in check.rule.items():
        expected = _expected(name, rule)
        array = observation.tensors.get(name.casefold())
        if array is None:
            yield _unread(name, observation.reason)
            continue
        yield _judged(name, expected, float(array), atol)


def _expected(name: str, rule: Json) -> float:
    value = parse_number(rule) if isinstance(rule, str) else float(rule)
    if value is None:
        raise HarnessError(
            Message(
                place=f"number '{name}'",
                fact=f"'{rule}' is no number",
                code="E-NUMBER",
                allowed="4/9, 0.444, 44.4 %",
                help="mend the number in the rubric",
            )
        )
    return value


def _unread(name: str, why: str) -> Verdict:
    fact = why or f"no line '{name} = ...' in answers.md"
    return Verdict("pending", f"{name}: {fact}; a person will look for it", "E-NUMBER", case=CASE)


def _judged(name: str, expected: float, got: float, atol: float) -> Verdict:
    readings = [got] + ([got / 100] if 0 <= expected <= 1 < got <= 100 else [])
    distance = min(abs(reading - expected) for reading in readings)
    detail = f"{name} = {got:g}, expected {expected:g}"
    margin = distance / atol if atol else None
    if distance <= atol:
        return Verdict("passed", detail=detail, margin=margin, case=CASE)
    reason = f"{name}: {got:g} is not the right number"
    return Verdict("failed", reason, "E-NUMBER", detail=detail, margin=margin, case=CASE)
