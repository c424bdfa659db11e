"""Which arrays of a part are worth drawing, and under which names they are kept beside results.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.nouns.asked import Part
from grader.nouns.judged import CheckResult, PartResult, Picture
from grader.nouns.plain import Array
from grader.nouns.seen import Observation

MAX_VALUES = 1_000_000  # per array; larger ones are left out of the pages


def with_pictures(
    part: Part, result: PartResult, expected: Mapping[str, Observation], got: Mapping[str, Observation]
) -> tuple[PartResult, dict[str, Array]]:
    """The result with its pictures, and the student's arrays that they show, by name."""
    kept, yours = [], {}
    for picture in _plots(part) + _failures(part, result):
        mine = _array(picture, got)
        if mine is not None:
            yours[picture.yours] = mine
        if mine is not None or (picture.kind != "matrices" and _array(picture, expected) is not None):
            kept.append(picture)
    return replace(result, pictures=tuple(kept)), yours


def arrays_of(reference: Mapping[str, Mapping[str, Observation]]) -> dict[str, Array]:
    """Everything the reference gave (part -> case -> observation) that a picture may show, by name."""
    return {
        _name(part, case, output): array
        for part, cases in reference.items()
        for case, observation in cases.items()
        for output, array in observation.tensors.items()
        if _fits(array)
    }


def _plots(part: Part) -> list[Picture]:
    public = {case.name for case in part.cases if case.public}
    return [
        Picture(
            kind=plot.kind,
            title=plot.title,
            case=plot.case,
            output=plot.output,
            public=plot.case in public,
            yours=_name(part.id, plot.case, plot.output),
            expected=_name(part.id, plot.case, plot.output),
            axes=part.axes.get(plot.output, ""),
            x=plot.x,
            y=plot.y,
        )
        for plot in part.plots
    ]


def _failures(part: Part, result: PartResult) -> list[Picture]:
    public = {case.name for case in part.cases if case.public}
    wrong: dict[tuple[str, str], CheckResult] = {}
    for check in result.checks:
        if check.verdict == "failed" and check.output and check.case:
            wrong.setdefault((check.case, check.output), check)
    return [
        Picture(
            kind="matrices",
            title=f"{output}, case {case}",
            case=case,
            output=output,
            public=case in public,
            yours=_name(part.id, case, output),
            expected=_name(part.id, case, output),
            axes=part.axes.get(output, ""),
        )
        for case, output in wrong
    ]


def _array(picture: Picture, source: Mapping[str, Observation]) -> Array | None:
    observation = source.get(picture.case)
    array = observation.tensors.get(picture.output) if observation else None
    return array if array is not None and _fits(array) else None


def _fits(array: Array) -> bool:
    return 0 < array.size <= MAX_VALUES


def _name(part: str, case: str, output: str) -> str:
    return f"{part}/{case}/{output}"
