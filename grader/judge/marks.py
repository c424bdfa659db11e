"""Check of what was marked on a curve: circles, arrows, notes, points, rules or texts at steps above a limit.

A mark stands for the step at its x, read off the curve it is drawn over, so it does not matter how steps are counted.
Of circles and boxes the middle counts, of arrows and notes the place pointed at. Marks that were drawn together are
believed together: rules at every epoch, or points at all steps, hit some explosion by chance, and are no marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from grader.figures import Artist, Figure, artists_of
from grader.judge.evidence import Evidence, Verdicts, matching
from grader.judge.tolerance import Tolerance
from grader.judge.traces import CURVES, points_of, traced
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

NEAR: Final = Tolerance(rtol=1e-3, atol=1e-3)  # of the curve that is marked; whether it is right is another check
WIDEST: Final = 0.75  # of the steps, of a box around an explosion in its middle
WIDE: Final = 0.05  # of the steps, of a box that only holds one
QUIET: Final = 0.25  # of the steps far from any explosion, which marks may stand at
EVENLY: Final = 4  # marks at equal distances are a grid
WEAK: Final = ("text",)  # words stand beside what they speak of, and count only where nothing else does
MOST: Final = 50_000  # marks that are looked at, of those drawn together
TOLD: Final = 5
SLACK: Final = 1e-6  # of positions that went through a transform and back


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for; `at` are the explosions, `quiet` the number of steps far from any of them."""

    at: Array
    steps: int
    within: float
    quiet: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What is marked in one figure: the explosions, steps where other marks stand, and the curve under them."""

    marked: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()
    everywhere: int = 0
    curve: str = ""
    has_scale: bool = True
    margin: float = 0.0


def marks(check: Check, evidence: Evidence) -> Verdicts:
    """Whether marks stand at enough of the steps at which the student's own series is above a limit."""
    rule = check.rule
    for case in matching(check, evidence, beside_reference=False):
        if isinstance(case, Verdict):
            yield case
            continue
        series = evidence.got[case].tensors.get(rule["series"])
        figures = evidence.figures(case, rule["figures"])
        if series is None or series.ndim != 1 or series.dtype.kind not in "fiu":
            yield _pending(case, f"no series '{rule['series']}' was handed in, so a person looks at the marks")
        elif not (series > rule["above"]).any():
            yield _pending(case, f"the series never rises above {rule['above']:g}, so a person looks at the marks")
        elif isinstance(figures, Verdict):
            yield figures
        else:
            found = best_marks(figures, rule["figures"], series, rule["above"], rule["within"], rule["at_least"])
            yield replace(found, case=case)


def _pending(case: str, reason: str) -> Verdict:
    return Verdict("pending", reason, "E-SERIES", case=case)


def best_marks(
    figures: tuple[Figure, ...], output: str, series: Array, above: float, within: float, at_least: int
) -> Verdict:
    """The verdict on the figure in which most explosions are marked.

    Shapes: series (t,). Units: `within` in steps.
    """
    asked = _asked(series, above, within)
    found = _found(figures, output, series, asked)
    best = max(found, key=lambda each: (len(each.marked), bool(each.curve)), default=_Found())
    needed = min(at_least, len(asked.at))
    if len(best.marked) >= needed:
        told = f"{len(best.marked)} marked: {_listed(best.marked)}"
        return Verdict("passed", told, margin=min(best.margin, 1.0), output=best.curve or output)
    return Verdict("failed", _missing(found, best, needed, asked), "E-MARKS", output=output)


def marked_steps(
    figures: tuple[Figure, ...], output: str, series: Array, above: float, within: float
) -> tuple[int, ...]:
    """The steps above the limit that are marked, in the figure in which most of them are.

    Shapes: series (t,). Units: `within` in steps.
    """
    found = _found(figures, output, series, _asked(series, above, within))
    return max((each.marked for each in found), key=len, default=())


def _asked(series: Array, above: float, within: float) -> _Asked:
    at = np.flatnonzero(series > above)
    near = np.zeros(len(series), bool)
    for shift in range(-int(within), int(within) + 1):
        near[np.clip(at + shift, 0, len(series) - 1)] = True
    return _Asked(at, len(series), within, int(np.count_nonzero(~near)))


def _found(figures: tuple[Figure, ...], output: str, series: Array, asked: _Asked) -> list[_Found]:
    with np.errstate(all="ignore"):  # whatever numbers there are
        return [
            _of_figure(list(artists_of(figure, place, output)), figure, series, asked)
            for place, figure in enumerate(figures)
        ]


def _missing(found: Sequence[_Found], best: _Found, needed: int, asked: _Asked) -> str:
    if not found or not any(each.has_scale for each in found):
        return "no curve is drawn over the steps" if found else "nothing was drawn"
    most = max(found, key=lambda each: each.everywhere)
    if best.marked:
        many = "explosion is" if len(best.marked) == 1 else "explosions are"
        told = f"{len(best.marked)} {many} marked, {needed} are asked for"
    else:
        told = f"no mark stands within {asked.within:g} steps of an explosion"
    if best.elsewhere:
        return f"{told}; others stand at {_listed(best.elsewhere)}"
    if most.everywhere:
        return f"{told}; marks at {most.everywhere} of {asked.steps} steps, explosions or not, point at nothing"
    return told if best.marked else "nothing is marked"


def _listed(steps: Sequence[int]) -> str:
    more = f" and {len(steps) - TOLD} more" if len(steps) > TOLD else ""
    return f"step{'s' if len(steps) > 1 else ''} {', '.join(map(str, steps[:TOLD]))}{more}"


# --- one figure -----------------------------------------------------------------------------------------------------


def _of_figure(named: Sequence[tuple[str, Artist]], figure: Figure, series: Array, asked: _Asked) -> _Found:
    curve, scale = _curve(named, series)
    if scale is None:
        return _Found(has_scale=False)
    others = [artist for axes in figure.axes for artist in axes.artists if not _is_curve(artist, series)]
    strong: list[float] = []
    weak: list[float] = []
    elsewhere: list[float] = []
    everywhere = 0
    for artist in others:
        if len(artist.values) > MOST:
            everywhere = max(everywhere, len(artist.values))
            continue
        boxes = _boxes(artist, scale)
        hits, misses = _judged(boxes, asked)
        if _is_mark(boxes, hits, misses, asked):
            (weak if artist.kind in WEAK else strong).extend(hits)
            elsewhere += misses
        elif artist.kind not in WEAK and len(misses) > EVENLY:
            everywhere = max(everywhere, len(boxes))
        elif artist.kind not in WEAK:
            elsewhere += misses
    places = _apart(strong, weak, asked.within)
    off = sorted({round(step) for step in elsewhere if 0 <= step < asked.steps})
    pairs = _matched(places, asked)
    margin = max((abs(place - step) / asked.within for place, step in pairs if asked.within), default=0.0)
    return _Found(tuple(step for _, step in pairs), tuple(off), everywhere, curve, margin=margin)


def _is_curve(artist: Artist, series: Array) -> bool:
    return artist.kind in CURVES and traced(points_of(artist), series, NEAR, logged=True).is_right


def _curve(named: Sequence[tuple[str, Artist]], series: Array) -> tuple[str, tuple[Array, Array] | None]:
    """The curve of the series, and for the x of its points the steps.

    Without a curve that has a point for each step, steps are counted from 0 if a curve goes over half of them at least;
    else nothing says for which step an x stands.
    """
    counted = np.arange(len(series), dtype=np.float64)
    nearest: tuple[float, str, tuple[Array, Array] | None] = (0.0, "", None)
    for name, artist in named:
        if artist.kind not in CURVES or not len(artist.values):
            continue
        if nearest[2] is None and len(series) / 2 <= np.ptp(artist.values[:, 0]) <= 1.1 * len(series):
            nearest = (0.0, name, (counted, counted))
        found = traced(points_of(artist), series, NEAR, logged=True)
        rises = found.x is not None and len(found.x) > 1 and bool((np.diff(found.x) > 0).all())
        if rises and found.share > nearest[0] and found.x is not None and found.steps is not None:
            nearest = (found.share, name, (found.x, found.steps.astype(np.float64)))
    return nearest[1], nearest[2]


def _boxes(artist: Artist, scale: tuple[Array, Array]) -> Array:
    """Left, middle and right of every mark in steps, and where its other end stands; NaN where it has none.

    Shapes: (n, 4).
    """
    values, kind = artist.values, artist.kind
    if kind in ("patch", "rule", "bars"):
        left, middle, right = values[:, 0], (values[:, 0] + values[:, 2]) / 2, values[:, 2]
        if kind == "rule":  # to the side it is a limit, no mark
            flat = (values[:, 1] == values[:, 3]) & (left != right)
            left, middle, right = (np.where(flat, np.nan, each) for each in (left, middle, right))
        ends = [left, middle, right, np.full(len(values), np.nan)]
    elif kind in ("points", "text"):
        ends = [values[:, 0], values[:, 0], values[:, 0], np.full(len(values), np.nan)]
    elif kind == "note":
        ends = [values[:, 0], values[:, 0], values[:, 0], values[:, 2]]
    else:
        return _of_line(values, kind, scale)
    whole = np.isfinite(values).all(axis=1) if kind in ("points", "text") else np.isfinite(ends[1])
    return np.column_stack([_to_steps(end, scale) for end in ends])[whole]


def _of_line(values: Array, kind: str, scale: tuple[Array, Array]) -> Array:
    """A line around something, drawn by hand; or one of which only pieces are left, at the steps that they show."""
    if kind != "line":
        return np.empty((0, 4))
    finite = np.isfinite(values).all(axis=1)
    rows = values[finite]
    if finite.all() and len(rows) >= 8 and np.allclose(rows[0], rows[-1]):
        sides = [rows[:, 0].min(), (rows[:, 0].min() + rows[:, 0].max()) / 2, rows[:, 0].max(), np.nan]
        return np.array([[float(_to_steps(np.array([side]), scale)[0]) for side in sides]])
    if len(rows) and len(rows) <= len(values) / 2:
        x = _to_steps(rows[:, 0], scale)
        return np.column_stack([x, x, x, np.full(len(x), np.nan)])
    return np.empty((0, 4))


def _to_steps(x: Array, scale: tuple[Array, Array]) -> Array:
    """Positions on the axis as steps; beyond the ends of the curve it goes on as it ended."""
    places, steps = scale
    inside = np.interp(x, places, steps)
    first = (steps[1] - steps[0]) / (places[1] - places[0]) if len(places) > 1 else 1.0
    last = (steps[-1] - steps[-2]) / (places[-1] - places[-2]) if len(places) > 1 else 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        before, after = steps[0] + (x - places[0]) * first, steps[-1] + (x - places[-1]) * last
        return np.where(x < places[0], before, np.where(x > places[-1], after, inside))


# --- hits and misses ------------------------------------------------------------------------------------------------


def _judged(boxes: Array, asked: _Asked) -> tuple[list[float], list[float]]:
    """The steps at which marks hit an explosion, and those of the marks that miss."""
    left, middle, right, other = boxes.T
    width = np.nan_to_num(np.abs(right - left))
    in_middle = (np.abs(_nearest(middle, asked) - middle) <= asked.within + SLACK) & (width <= WIDEST * asked.steps)
    at_end = ~in_middle & (np.abs(_nearest(other, asked) - other) <= asked.within + SLACK)
    held = _nearest(middle, asked)
    inside = ~in_middle & ~at_end & (np.minimum(left, right) <= held) & (held <= np.maximum(left, right))
    inside &= width <= max(4 * asked.within, WIDE * asked.steps)
    inside &= np.cumsum(np.where(inside, width, 0.0)) <= QUIET * asked.quiet
    hits = np.concatenate([middle[in_middle], other[at_end], held[inside]])
    misses = middle[~(in_middle | at_end | inside)]
    return hits.tolist(), misses[np.isfinite(misses)].tolist()


def _nearest(steps: Array, asked: _Asked) -> Array:
    """For every step the explosion nearest to it; NaN for NaN, and where there is none."""
    if not len(asked.at):
        return np.full(len(steps), np.nan)
    places = np.searchsorted(asked.at, steps)
    before, after = asked.at[np.maximum(places - 1, 0)], asked.at[np.minimum(places, len(asked.at) - 1)]
    nearest = np.where(np.abs(steps - before) <= np.abs(after - steps), before, after)
    return np.where(np.isfinite(steps), nearest, np.nan)


def _is_mark(boxes: Array, hits: Sequence[float], misses: Sequence[float], asked: _Asked) -> bool:
    """Whether marks that were drawn together point at explosions, and not at whatever there is."""
    if not hits or len(hits) < len(misses):
        return False
    if misses and len({round(step) for step in misses}) > QUIET * asked.quiet:
        return False
    steps = np.unique(boxes[:, 1])
    gaps = np.diff(steps)
    return not (misses and len(steps) >= EVENLY and np.ptp(gaps) <= 1e-6 * np.abs(gaps).max())


def _apart(strong: Sequence[float], weak: Sequence[float], within: float) -> list[float]:
    """The places marked, each once; words only where nothing else stands."""
    places = sorted({round(place): place for place in strong}.values())
    for place in sorted({round(place): place for place in weak}.values()):
        if all(abs(place - other) > within for other in places):
            places.append(place)
    return sorted(places)


def _matched(places: Sequence[float], asked: _Asked) -> list[tuple[float, int]]:
    """Places with the explosions they stand for, each for one that no other stands for."""
    pairs: list[tuple[float, int]] = []
    left: Iterator[int] = iter(asked.at.tolist())
    waiting = next(left, None)
    for place in places:
        while waiting is not None and waiting < place - asked.within - SLACK:
            waiting = next(left, None)
        if waiting is not None and waiting <= place + asked.within + SLACK:
            pairs.append((place, waiting))
            waiting = next(left, None)
    return pairs
