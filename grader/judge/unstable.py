"""Hand-ins that answer otherwise when they are run again: what counts as another answer, and what is graded then.

Two answers are the same if they end in the same way and their values agree within the tolerance: what code prints, the
text of an exception and addresses in texts may differ, since honest code tells times and addresses there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.judge.compare import agree
from grader.judge.tolerance import Tolerance
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.seen import Observation

ADDRESS = re.compile(r"0x[0-9a-f]+")
FOR_A_PERSON = "it answers otherwise when it is run again; a person grades it"
Cases = Mapping[str, Observation]


def alike(first: Observation, second: Observation, tolerance: Tolerance) -> bool:
    """Whether two runs of one case gave the same; a fault of ours says nothing, so it counts as the same."""
    if "broken" in (first.ended, second.ended):
        return True
    if (first.ended, first.limit, _type(first)) != (second.ended, second.limit, _type(second)):
        return False
    if first.tensors.keys() != second.tensors.keys() or _texts(first) != _texts(second):
        return False
    return all(agree(array, second.tensors[name], tolerance) for name, array in first.tensors.items())


def answers(rounds: Sequence[Cases], tolerance: Tolerance) -> int:
    """How many different answers a part gave, over all its cases."""
    found: list[Cases] = []
    for cases in rounds:
        if not any(_all_alike(cases, known, tolerance) for known in found):
            found.append(cases)
    return len(found)


def most_frequent(results: Sequence[PartResult]) -> int:
    """Which result came most often, by the verdicts of its checks; among equally frequent ones the best."""
    kinds = [tuple(check.verdict for check in result.checks) for result in results]
    often = Counter(kinds)
    return max(range(len(results)), key=lambda at: (often[kinds[at]], results[at].score, -at))


def told(different: int, runs: int) -> str:
    """`3 different answers in 5 runs`."""
    return f"{different} different answers in {runs} runs"


def for_a_person(result: PartResult) -> PartResult:
    """The part with no points given or lost: those of its checks wait for a person."""
    checks = tuple(map(_waiting, result.checks))
    return replace(
        result,
        score=0.0,
        pending=result.pending
        + sum(check.max for check in result.checks if check.verdict not in ("pending", "broken")),
        verdict="pending",
        reason=FOR_A_PERSON,
        mistakes=(),
        hint="",
        mistake_diff="",
        group="",
        only="",
        checks=checks,
    )


def _waiting(check: CheckResult) -> CheckResult:
    seen = f"{check.verdict} when it was run first: {check.reason}".rstrip(": ")
    return replace(
        check, verdict="pending", points=0.0, reason=FOR_A_PERSON, code="E-UNSTABLE", hint="", detail=seen, margin=None
    )


def _all_alike(first: Cases, second: Cases, tolerance: Tolerance) -> bool:
    return all(alike(seen, second[case], tolerance) for case, seen in first.items() if case in second)


def _type(seen: Observation) -> str:
    return seen.fault.type if seen.fault else ""


def _texts(seen: Observation) -> dict[str, str]:
    return {name: ADDRESS.sub("0x", text) for name, text in seen.texts.items()}
