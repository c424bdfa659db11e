"""Parts that mean nothing once a check has proved a leak: their checks are void, whatever they said by themselves.

What is void was judged before, and that stays where staff can read it. Written items wait for their reader as ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.judge.score import part_points
from grader.nouns.asked import Rubric
from grader.nouns.judged import CheckResult, PartResult

CODE = "E-VOID"


def with_voids(rubric: Rubric, results: Sequence[PartResult]) -> tuple[PartResult, ...]:
    """The results of one submission, those parts void that a proved leak in another part voids."""
    reasons = _reasons(rubric, results)
    return tuple(_voided(result, reasons[result.id]) if result.id in reasons else result for result in results)


def is_voided(result: PartResult) -> bool:
    """Whether a leak in another part has voided this one."""
    return any(check.code == CODE for check in result.checks)


def _reasons(rubric: Rubric, results: Sequence[PartResult]) -> Mapping[str, str]:
    """Part -> why it is void; of several proofs the first is told."""
    asked = {(part.id, check.id): check.voids for part in rubric.parts for check in part.checks}
    reasons: dict[str, str] = {}
    for result in results:
        for check in result.checks:
            for part in asked.get((result.id, check.id), ()) if check.verdict == "void" and check.code != CODE else ():
                proof = check.reason.partition("; ")[0]
                if part != result.id:
                    reasons.setdefault(part, f"void: part {result.id} proved a leak ({proof})")
    return reasons


def _voided(result: PartResult, reason: str) -> PartResult:
    if not result.checks or is_voided(result):
        return result
    checks = tuple(_void(check, reason) for check in result.checks)
    points = part_points(checks, result.written)
    return replace(
        result, checks=checks, score=points.score, pending=points.pending, verdict="void", reason=reason, group=""
    )


def _void(check: CheckResult, reason: str) -> CheckResult:
    told = f"by itself it {_ended(check)}"
    detail = "; ".join(filter(None, (told, check.reason, check.detail)))
    return replace(
        check, verdict="void", points=0.0, reason=reason, code=CODE, hint="", detail=detail, margin=None, output=""
    )


def _ended(check: CheckResult) -> str:
    """`passed`, `failed`, or `is broken`, `is void`."""
    return check.verdict if check.verdict in ("passed", "failed", "crashed") else f"is {check.verdict}"
