"""Which arrays of a part are worth drawing, and under which names they are kept beside results.json."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader import redrawn
from grader.figures import Figure
from grader.nouns.asked import Part, Plot
from grader.nouns.judged import CheckResult, PartResult, Picture
from grader.nouns.plain import Array
from grader.nouns.seen import Observation
from grader.varied import case_of

MAX_VALUES = 4_000_000  # per array; larger ones are left out of the pages
WIDE_VALUES = 65_536  # an array of more values is kept as float32
HANDED_IN = "handed_in"  # the case of pictures that were handed in as files: outputs `picture`, `picture.1`
MAX_HANDED_IN = 4
WITHIN = 2.0  # steps between a mark and what it marks, where no check says it
PICTURE = re.compile(r"picture(\.\d+)?")
DRAWN_BY_PLOTS = frozenset({"causal", "perplexity"})  # checks whose output says nothing beside the reference's
ARTIST = re.compile(r".+\.\d+\.\d+\.\d+")  # figures.0.1.2: a piece of a figure, which only plots draw


def with_pictures(
    part: Part, result: PartResult, expected: Mapping[str, Observation], got: Mapping[str, Observation]
) -> tuple[PartResult, dict[str, Array]]:
    """The result with its pictures, and the student's arrays that they show, by name."""
    kept: list[Picture] = []
    yours: dict[str, Array] = {}
    for plot in part.plots:
        picture, arrays = _PLOTS[plot.kind](part, plot, result, got)
        if arrays or _is_there(picture.expected, part, expected):
            kept.append(picture)
            yours |= arrays
    for picture in _failures(part, result):
        mine = _array(got, picture.case, picture.output)
        if mine is not None:
            kept.append(picture)
            yours[picture.yours] = mine
    pixels = _handed_in(part, got)
    shown = _beside(part, kept, tuple(pixels)) if pixels else kept
    return replace(result, pictures=tuple(shown)), {**{name: _kept(each) for name, each in yours.items()}, **pixels}


def arrays_of(reference: Mapping[str, Mapping[str, Observation]]) -> dict[str, Array]:
    """Everything the reference gave (part -> case -> observation) that a picture may show, by name."""
    return {
        _name(part, case, output): _kept(array)
        for part, cases in reference.items()
        for case, observation in cases.items()
        if case == case_of(case)  # a run of a varied case is drawn by none
        for output, array in observation.tensors.items()
        if _fits(array)
    }


# --- plots that the rubric asks for ---------------------------------------------------------------------------------


def _of_output(
    part: Part, plot: Plot, result: PartResult, got: Mapping[str, Observation]
) -> tuple[Picture, dict[str, Array]]:
    picture, mine = _picture(part, plot), _array(got, plot.case, plot.output)
    return picture, {picture.yours: mine} if mine is not None else {}


def _of_image(
    part: Part, plot: Plot, result: PartResult, got: Mapping[str, Observation]
) -> tuple[Picture, dict[str, Array]]:
    """The image that was judged, else the largest of the figures, beside the reference's tensor."""
    expected = _name(part.id, plot.case, plot.beside) if plot.beside else ""
    picture = replace(_picture(part, plot), yours="", expected=expected)
    figures = redrawn.figures_in(got.get(plot.case), plot.output)
    found = redrawn.image_in(figures, _judged(result, plot.case), plot.output)
    if found is None or not _fits(found[1]):
        return picture, {}
    name = _name(part.id, plot.case, found[0])
    return replace(picture, output=found[0], yours=name), {name: found[1]}


def _of_series(
    part: Part, plot: Plot, result: PartResult, got: Mapping[str, Observation]
) -> tuple[Picture, dict[str, Array]]:
    """The series that the probe gave, the line that they drew of it, and what they marked on that line."""
    picture, series = replace(_picture(part, plot), yours="", expected=""), _array(got, plot.case, plot.output)
    figures = redrawn.figures_in(got.get(plot.case), plot.figures)
    line = redrawn.line_in(figures, _judged(result, plot.case), plot.figures)
    arrays: dict[str, Array] = {}
    if series is not None:
        picture = replace(picture, yours=_name(part.id, plot.case, plot.output))
        arrays[picture.yours] = series
    if line is not None and _fits(line.points_m2):
        picture = replace(picture, line=_name(part.id, plot.case, line.name))
        arrays[picture.line] = line.points_m2
        marks = redrawn.marks_on(line)
        if len(marks):
            picture = replace(picture, marks=_name(part.id, plot.case, f"{plot.figures}.marks"))
            arrays[picture.marks] = marks
        marked = _marked(part, plot, figures, np.ravel(series if series is not None else line.points_m2[:, 1]))
        if len(marked):
            picture = replace(picture, marked=_name(part.id, plot.case, f"{plot.figures}.marked"))
            arrays[picture.marked] = marked
    return picture, arrays


def _marked(part: Part, plot: Plot, figures: tuple[Figure, ...], series_n: Array) -> Array:
    """The steps above the limit that are marked, as the part's check of marks sees it.

    Shapes: series (n,) -> (j,).
    """
    if plot.clip is None or series_n.dtype.kind not in "fiu" or not (series_n > plot.clip).any():
        return np.zeros(0, dtype=np.int64)
    from grader.judge.marks import marked_steps

    checks = [each for check in part.checks for each in (check, *check.subchecks) if each.kind == "marks"]
    within = next((each.rule["within"] for each in checks if each.rule["series"] == plot.output), WITHIN)
    with np.errstate(all="ignore"):  # the figures are a claim, and may stand at the end of what floats hold
        return np.array(marked_steps(figures, plot.figures, series_n, plot.clip, within), dtype=np.int64)


def _of_influence(
    part: Part, plot: Plot, result: PartResult, got: Mapping[str, Observation]
) -> tuple[Picture, dict[str, Array]]:
    """Who sees whom, and who may, as the part's check of that output says it. Both are kept among the student's."""
    from grader.judge.influence import who_sees_whom

    picture = replace(_picture(part, plot), expected="")
    found = who_sees_whom(part, plot, got)
    if found is None:
        return picture, {}
    name = _name(part.id, plot.case, f"{plot.output}.{plot.changed}")
    arrays = {f"{name}.moves": found.moves_tu}
    if found.allowed_tu is not None:
        arrays[f"{name}.allowed"] = found.allowed_tu
    shown = replace(
        picture,
        yours=f"{name}.moves",
        expected=f"{name}.allowed" if found.allowed_tu is not None else "",
        x=plot.x or plot.changed,
        y=plot.y or found.moving,
        hides_expected=False,
    )
    return shown, arrays


_PLOTS = {
    "heatmap": _of_output,
    "curve": _of_output,
    "image": _of_image,
    "series": _of_series,
    "influence": _of_influence,
}


def _picture(part: Part, plot: Plot) -> Picture:
    name = _name(part.id, plot.case, plot.output)
    return Picture(
        kind=plot.kind,
        title=plot.title,
        case=plot.case,
        output=plot.output,
        public=plot.public or _is_public(part, plot.case),
        yours=name,
        expected=name,
        axes=part.axes.get(plot.output, ""),
        x=plot.x,
        y=plot.y,
        clip=plot.clip,
        hides_expected=plot.public and not _is_public(part, plot.case),
    )


def _judged(result: PartResult, case: str) -> tuple[str, ...]:
    """The pieces of figures that checks say they looked at."""
    return tuple(check.output for check in result.checks if check.case in (case, "") and check.output)


# --- what failed, and what was handed in as a picture ---------------------------------------------------------------


def _failures(part: Part, result: PartResult) -> list[Picture]:
    wrong: dict[tuple[str, str], CheckResult] = {}
    for check in result.checks:
        is_drawn = check.check in DRAWN_BY_PLOTS or ARTIST.fullmatch(check.output)  # by a plot, if at all
        if check.verdict == "failed" and check.output and check.case and not is_drawn:
            wrong.setdefault((check.case, check.output), check)
    return [
        Picture(
            kind="matrices",
            title=f"{output}, case {case}",
            case=case,
            output=output,
            public=_is_public(part, case),
            yours=_name(part.id, case, output),
            expected=_name(part.id, case, output),
            axes=part.axes.get(output, ""),
        )
        for case, output in wrong
    ]


def _handed_in(part: Part, got: Mapping[str, Observation]) -> dict[str, Array]:
    """The pixels of the pictures that belong to this part, by name, in the order of their numbers."""
    observation = got.get(HANDED_IN)
    if observation is None:
        return {}
    found = sorted(
        (name for name in observation.tensors if PICTURE.fullmatch(name)), key=lambda name: (len(name), name)
    )
    arrays = {_name(part.id, HANDED_IN, name): observation.tensors[name] for name in found[:MAX_HANDED_IN]}
    return {name: array for name, array in arrays.items() if redrawn.is_pixels(array)}


def _beside(part: Part, kept: Sequence[Picture], pixels: tuple[str, ...]) -> list[Picture]:
    """The pictures with what was handed in beside the first plot of a figure; by itself if students may not see that.

    A file of their own is never hidden from them.
    """
    for place, picture in enumerate(kept):
        if picture.kind in ("image", "series") and picture.public:
            return [*kept[:place], replace(picture, pixels=pixels), *kept[place + 1 :]]
    alone = Picture("pixels", "Handed in as a picture", HANDED_IN, "picture", True, "", "", pixels=pixels)
    return [*kept, alone]


def _array(source: Mapping[str, Observation], case: str, output: str) -> Array | None:
    observation = source.get(case)
    array = observation.tensors.get(output) if observation else None
    return array if array is not None and _fits(array) else None


def _is_there(name: str, part: Part, source: Mapping[str, Observation]) -> bool:
    case, _, output = name.removeprefix(f"{part.id}/").partition("/")
    return _array(source, case, output) is not None


def _is_public(part: Part, case: str) -> bool:
    return any(each.public for each in part.cases if each.name == case)


def _fits(array: Array) -> bool:
    return 0 < array.size <= MAX_VALUES


def _kept(array: Array) -> Array:
    """The array, in float32 if it is large and float32 can hold it."""
    if array.dtype != np.float64 or array.size <= WIDE_VALUES:
        return array
    with np.errstate(over="ignore"):
        narrow = array.astype(np.float32)
    return narrow if np.array_equal(np.isinf(narrow), np.isinf(array)) else array


def _name(part: str, case: str, output: str) -> str:
    return f"{part}/{case}/{output}"
