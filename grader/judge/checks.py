"""The checks by name, and the verdict of a check: it holds on every case it names, or it does not hold.

A check is a function that gives one verdict for each case and output it looks at. `findings` collects them, and
`conclude` picks the one that is told: ours first, then a proved leak, then the first that does not hold, then what a
person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.errors import GraderError
from grader.judge.bounds import above, below, finite
from grader.judge.causal import causal
from grader.judge.endings import broken, place_of, type_of
from grader.judge.evidence import Evidence
from grader.judge.figures import image, line
from grader.judge.marks import marks
from grader.judge.maths import answer
from grader.judge.numbers import number
from grader.judge.perplexity import perplexity
from grader.judge.rows import curve_rows
from grader.judge.trained import trained
from grader.judge.training import dropout, gradient, parameters
from grader.judge.translation import bleu, lines
from grader.judge.values import close, equal, same, shape
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Fault

Rule = Callable[[Check, Evidence], Iterator[Verdict]]

_RANK = {"broken": 0, "void": 1, "pending": 3}  # every other outcome is between the last two
ALSO = 3  # further outputs that are named after the first


def raises(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether their code raises an exception of the named type."""
    for case in check.cases:
        observation = evidence.got.get(case)
        fault = observation.fault if observation else None
        if observation is not None and observation.ended == "answered":
            reason = f"nothing was raised, expected {check.rule}"
            yield Verdict("failed", reason, "E-RAISES", case=case)
        elif observation is not None and observation.ended == "raised" and fault is not None:
            yield replace(_raised(str(check.rule), fault), case=case)
        else:
            yield evidence.ended(case, beside_reference=False) or broken("the ending cannot be read")


def _raised(expected: str, fault: Fault) -> Verdict:
    if fault.type.rpartition(".")[2] == expected.rpartition(".")[2]:
        return Verdict("passed", f"raises {expected}")
    reason = f"{place_of(fault)}raised {type_of(fault)}, expected {expected}"
    return Verdict("failed", reason, "E-RAISES", detail=f"{fault.type}: {fault.message}")


def all_of(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether every check under this one holds."""
    for subcheck in check.subchecks:
        for verdict in CHECKS[subcheck.kind](subcheck, evidence):
            yield replace(verdict, hint=verdict.hint or subcheck.hint)


CHECKS: Mapping[str, Rule] = {
    "shape": shape,
    "close": close,
    "equal": equal,
    "below": below,
    "above": above,
    "finite": finite,
    "same": same,
    "gradient": gradient,
    "parameters": parameters,
    "dropout": dropout,
    "raises": raises,
    "number": number,
    "lines": lines,
    "bleu": bleu,
    "image": image,
    "line": line,
    "marks": marks,
    "curve_rows": curve_rows,
    "trained": trained,
    "causal": causal,
    "perplexity": perplexity,
    "answer": answer,
    "all": all_of,
}


def findings(check: Check, evidence: Evidence) -> tuple[Verdict, ...]:
    """A verdict for each case and output the check looks at; a fault of ours is `broken`, never the student's."""
    try:
        found = tuple(CHECKS[check.kind](check, evidence))
    except GraderError as error:
        return (broken("the check does not fit the reference", code=error.messages[0].code, detail=str(error)),)
    except Exception as error:  # whatever a comparison of ours raises says nothing about the student
        detail = f"check {check.id}: {type(error).__name__}: {error}"
        return (broken("the comparison failed", code="E-COMPARE", detail=detail),)
    return found or (broken("the check looked at nothing", code="E-COMPARE", detail=f"check {check.id}"),)


def conclude(check: Check, found: Sequence[Verdict]) -> Verdict:
    """The verdict of a check from its findings: `broken` or `void` if any is, else the first that does not hold.

    Where all that do not hold are `pending`, so is the check; where none is left, it has passed.
    A passed one carries the margin nearest to the tolerance, and where that was.
    """
    wrong = [verdict for verdict in found if verdict.outcome != "passed"]
    if not wrong:
        return _passed(found)
    first = min(wrong, key=lambda verdict: _RANK.get(verdict.outcome, 2))
    hint = (first.hint or check.hint) if first.outcome in ("failed", "void") else ""
    return replace(first, reason=first.reason + _also(first, wrong), hint=hint)


def _passed(found: Sequence[Verdict]) -> Verdict:
    measured = [verdict for verdict in found if verdict.margin is not None]
    nearest = max(measured, key=lambda verdict: verdict.margin or 0.0, default=Verdict("passed"))
    told = ", ".join(dict.fromkeys(verdict.reason for verdict in found if verdict.reason))
    return replace(nearest, reason=told)


def _also(first: Verdict, wrong: Sequence[Verdict]) -> str:
    others = dict.fromkeys(
        verdict.output
        for verdict in wrong
        if verdict.outcome == first.outcome == "failed" and verdict.case == first.case and verdict.output
    )
    others.pop(first.output, None)
    listed = list(others)
    if not listed:
        return ""
    more = f" and {len(listed) - ALSO} more" if len(listed) > ALSO else ""
    return f"; also {', '.join(listed[:ALSO])}{more}"
