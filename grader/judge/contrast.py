"""What sets the cases that fail apart from those that pass, in the rubric's words: "only with a batch of one".

Only what was asked in both is said: a gradient that is asked for in train mode alone says nothing about train mode,
and an output that agrees with itself may be wrong all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TypeAlias

from grader.judge.cells import WRONG
from grader.judge.checks import findings
from grader.judge.evidence import Evidence
from grader.nouns.judged import Verdict
from grader.varied import case_of

BEGIN = ("in ", "with ", "without ", "at ", "on ", "for ", "where ", "when ", "if ", "after ", "before ")
VALUES = ("close", "equal")  # an output that is right by one of these is right
Finding: TypeAlias = tuple[str, Verdict]  # the kind of the check, and what it found


def only(evidence: Evidence) -> str:
    """What all cases that fail have in common and none that passes, or the other way round; empty if there is nothing.

    It names no case, so that it may be told of hidden ones.
    """
    means = {case.name: case.means for case in evidence.part.cases}
    if len(means) < 2 or not any(means.values()):
        return ""
    found = _found(evidence)
    wrong = [finding for finding in found if finding[1].outcome in WRONG]
    failing = {case_of(verdict.case) for _, verdict in wrong}
    passing = {case_of(verdict.case) for kind, verdict in found if _is_beside(kind, verdict, wrong)} - failing
    theirs, others = ({means.get(case, "") for case in cases} for cases in (failing, passing))
    if not theirs or not others or theirs & others:
        return ""
    if len(theirs) == 1 and "" not in theirs:
        return f"only {worded(*theirs)}"
    return f"everywhere but {worded(*others)}" if len(others) == 1 and "" not in others else ""


def _found(evidence: Evidence) -> Sequence[Finding]:
    rules = chain.from_iterable(check.subchecks or (check,) for check in evidence.part.checks)
    return [(rule.kind, verdict) for rule in rules for verdict in findings(rule, evidence)]


def _is_beside(kind: str, verdict: Verdict, wrong: Sequence[Finding]) -> bool:
    """Whether what passes was asked the same as something that is wrong."""
    if verdict.outcome != "passed" or not verdict.case:
        return False
    return any(
        other.outcome == "crashed"
        or (other.output == verdict.output and (kind in VALUES or (kind == asked and kind != "same")))
        for asked, other in wrong
    )


def worded(means: str) -> str:
    """What a case means, behind a verb: "with a batch of one", "in train mode"."""
    if means.startswith(BEGIN):
        return means
    return f"in {means}" if means.endswith(" mode") else f"with {means}"
