"""Which runs a rubric asks for: one per part and case, each with a seed of its own."""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32

from grader.nouns.asked import Part, Rubric
from grader.nouns.seen import Run


def runs_of(rubric: Rubric, parts: Collection[str] = ()) -> tuple[Run, ...]:
    """All runs of the parts that have a probe; of all parts if none is named."""
    return tuple(
        run for part in rubric.parts if part.probe and (not parts or part.id in parts) for run in _of(part, rubric)
    )


def _of(part: Part, rubric: Rubric) -> list[Run]:
    return [
        Run(
            part=part.id,
            case=case.name,
            probe=part.probe,
            args=case.args,
            seed=case_seed(rubric.seed, part.id, case.name),
            limits=part.limits,
            apart=case.apart,
            fills=part.fills,
        )
        for case in part.cases
    ]


def case_seed(seed: int, part: str, case: str) -> int:
    """The seed of one case: the same for reference and student, another for every part, case and course seed."""
    return crc32(f"{seed}/{part}/{case}".encode())
