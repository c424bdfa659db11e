"""Checks of what was drawn: an image that holds a matrix, a line that holds a series.

Judged is the data that matplotlib was given, wherever it was drawn: never a pixel, a name, a colour or a title. One
right image or line is enough; the others of a hand-in are nobody's business. `output` of a verdict is the name of the
tensor that was judged, `figures.0.1.2`, and of a failure the one that came nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from grader.errors import HarnessError, Message
from grader.figures import Figure, all_artists
from grader.judge.evidence import Evidence, Verdicts, matching
from grader.judge.images import Likeness, Wanted, likeness
from grader.judge.tolerance import Tolerance
from grader.judge.traces import CURVES, points_of, traced
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array


def image(check: Check, evidence: Evidence) -> Verdicts:
    """Whether some image that was drawn holds the values of the reference's matrix."""
    rule = check.rule

    def _judge(figures: tuple[Figure, ...], case: str) -> Verdict:
        wanted = Wanted(
            expected=_reference(evidence, case, rule["to"], 2),
            tolerance=evidence.tolerance(check.options),
            may_be=frozenset(rule.get("may_be", ())),
            without=tuple(rule.get("without", ())),
            is_complete=rule.get("cells", "all") == "all",
        )
        return best_image(figures, rule["figures"], wanted)

    return _each_case(check, evidence, _judge)


def best_image(figures: tuple[Figure, ...], output: str, wanted: Wanted) -> Verdict:
    """The verdict on the image that comes nearest to what is wanted."""
    images = [(name, artist) for name, artist in all_artists(figures, output) if artist.kind == "image"]
    if not images:
        return Verdict("failed", _instead(figures, "image"), "E-FIGURE", output=output)
    found: list[tuple[Likeness, str]] = []
    for name, artist in images:
        found.append((likeness(artist.values, wanted), name))
        if found[-1][0].is_right:
            break
    best, name = max(found, key=lambda pair: (pair[0].is_right, pair[0].share))
    if best.is_right:
        return Verdict("passed", f"image {best.reason}", margin=best.margin, output=name)
    several = f", the nearest of {len(images)} images" if len(images) > 1 else ""
    return Verdict("failed", f"image{several}: {best.reason}", "E-FIGURE", margin=best.margin, output=name)


def line(check: Check, evidence: Evidence) -> Verdicts:
    """Whether some line, its markers, a scatter or bars hold the reference's series, one point for each step."""
    rule = check.rule

    def _judge(figures: tuple[Figure, ...], case: str) -> Verdict:
        series = _reference(evidence, case, rule["to"], 1)
        logged = "logged" in rule.get("may_be", ())
        return best_line(figures, rule["figures"], series, evidence.tolerance(check.options), logged=logged)

    return _each_case(check, evidence, _judge)


def best_line(
    figures: tuple[Figure, ...], output: str, series: Array, tolerance: Tolerance, *, logged: bool
) -> Verdict:
    """The verdict on the line that comes nearest to a series."""
    curves = [(name, artist) for name, artist in all_artists(figures, output) if artist.kind in CURVES]
    if not curves:
        return Verdict("failed", _instead(figures, "line"), "E-FIGURE", output=output)
    found = [(traced(points_of(artist), series, tolerance, logged=logged), name) for name, artist in curves]
    best, name = max(found, key=lambda pair: (pair[0].is_right, pair[0].share))
    if best.is_right:
        return Verdict("passed", f"one point for each of {len(series)} steps", margin=best.margin, output=name)
    several = f", the nearest of {len(curves)}" if len(curves) > 1 else ""
    return Verdict("failed", f"line{several}: {best.reason}", "E-FIGURE", margin=best.margin, output=name)


# --- both -----------------------------------------------------------------------------------------------------------


def _each_case(check: Check, evidence: Evidence, judge: Callable[[tuple[Figure, ...], str], Verdict]) -> Verdicts:
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
            continue
        figures = evidence.figures(case, check.rule["figures"])
        yield replace(figures if isinstance(figures, Verdict) else judge(figures, case), case=case)


def _reference(evidence: Evidence, case: str, output: str, axes: int) -> Array:
    expected = evidence.reference(case, output)
    fits = expected.ndim == axes and expected.size and expected.dtype.kind in "fiu"
    if not fits or (axes == 2 and not np.isfinite(expected).all()):
        what = "matrix of finite numbers" if axes == 2 else "series of numbers"
        raise HarnessError(
            Message(
                place=f"part {evidence.part.id}, case {case}",
                fact=f"the reference's '{output}' is no {what}",
                code="E-REFERENCE",
                help="let the probe give it so, or mend the check",
            )
        )
    return expected.astype(np.float64)


DRAWN: Final = {
    "image": "an image",
    "line": "a line",
    "points": "points",
    "bars": "bars",
    "patch": "patches",
    "note": "notes",
    "text": "texts",
    "rule": "rules",
}


def _instead(figures: Sequence[Figure], wanted: str) -> str:
    """What was drawn, where the wanted kind was not."""
    kinds = dict.fromkeys(artist.kind for figure in figures for axes in figure.axes for artist in axes.artists)
    if not kinds:
        return "nothing was drawn" if not figures else "the figures are empty"
    return f"{' and '.join(DRAWN[kind] for kind in list(kinds)[:2])}, but no {wanted}"
