"""Which arrays of a part are worth drawing, and under which names they are kept beside results.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.nouns import Array, CheckResult, Observation, Part, PartResult, Picture

MAX_VALUES = 1_000_000  # per array; larger ones are left out of the pages


def with_pictures(
    part: Part, result: PartResult, expected: Mapping[str, Observation], got: Mapping[str, Observation]
) -> tuple[PartResult, dict[str, Array], dict[str, Array]]:
    """The result with its pictures, and the arrays they show: the student's and the reference's, by name."""
    pictures = _plots(part) + _failures(part, result)
    yours: dict[str, Array] = {}
    theirs: dict[str, Array] = {}
    kept = []
    for picture in pictures:
        has_yours = _take(picture.yours, picture, got, yours)
        has_theirs = _take(picture.expected, picture, expected, theirs)
        if has_yours or (has_theirs and picture.kind != "matrices"):
            kept.append(picture)
    return replace(result, pictures=tuple(kept)), yours, theirs


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


def _take(name: str, picture: Picture, source: Mapping[str, Observation], into: dict[str, Array]) -> bool:
    observation = source.get(picture.case)
    array = observation.tensors.get(picture.output) if observation else None
    if array is None or array.size == 0 or array.size > MAX_VALUES:
        return False
    into[name] = array
    return True


def _name(part: str, case: str, output: str) -> str:
    return f"{part}/{case}/{output}"
