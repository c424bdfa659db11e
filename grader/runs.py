"""Which runs a rubric asks for: one per part and case, each with a seed of its own, and one per change of one.

The run of a change is told what to change by the argument `change: {axis, first, end}`, and is a job of its own:
nothing that one run leaves can reach another. How such runs are named: `grader/varied.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32

from grader.nouns.asked import Case, Part, Rubric
from grader.nouns.plain import Json
from grader.nouns.seen import Run
from grader.varied import again, changes


def runs_of(rubric: Rubric, parts: Collection[str] = ()) -> tuple[Run, ...]:
    """All runs of the parts that have a probe; of all parts if none is named."""
    return tuple(
        run for part in rubric.parts if part.probe and (not parts or part.id in parts) for run in _of(part, rubric)
    )


def _of(part: Part, rubric: Rubric) -> list[Run]:
    return [
        Run(
            part=part.id,
            case=name,
            probe=part.probe,
            args={**case.args, **further},
            seed=public_seed(rubric.assignment, part.id, case.name)
            if case.public
            else case_seed(rubric.seed, part.id, case.name),
            limits=part.limits,
            apart=case.apart or bool(case.vary),
            fills=part.fills,
        )
        for case in part.cases
        for name, further in _named(case).items()
    ]


def _named(case: Case) -> dict[str, dict[str, Json]]:
    """The runs of a case by name, each with what its probe is given beside the arguments of the case."""
    if not case.vary:
        return {case.name: {}}
    told: dict[str, dict[str, Json]] = {
        each.run: {"change": {"axis": each.axis, "first": each.first, "end": each.end}}
        for each in changes(case.name, case.vary)
    }
    return {case.name: {}, again(case.name): {}, **told}


def public_seed(assignment: str, part: str, case: str) -> int:
    """The seed of a public case, which students have: it tells nothing of the secret one."""
    return crc32(f"public/{assignment}/{part}/{case}".encode())


def case_seed(seed: int, part: str, case: str) -> int:
    """The seed of one case: the same for reference and student, another for every part, case and course seed."""
    return crc32(f"{seed}/{part}/{case}".encode())
