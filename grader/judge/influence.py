"""How far each place of an output moves when a place of the input is changed: who sees whom.

The same program gets the same input but for one change, in a process of its own, so whatever moves was moved by the
change. What does not move for a reason of arithmetic may still differ in its last bits: that is left out here, and how
far is too far is told in units of the typical size of the output, which a few huge values or a shift of all of them
(logits of tokens that are shut out) do not enlarge.

Axes: t places of the output, u changed places of the input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from grader.judge.axes import parse_axes, shape_fault, written
from grader.nouns.asked import Check, Part, Plot
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array, Json
from grader.nouns.seen import Observation
from grader.varied import Change, again, changes

if TYPE_CHECKING:
    from grader.judge.evidence import Evidence

LAST_BITS = 4  # of a value itself; adding in another order changes these


@dataclass(frozen=True)
class Watched:
    """One output of a varied case on its unchanged input. `along`: the axis whose places answer, None for all."""

    case: str
    output: str
    base: Array
    along: int | None
    changed: str
    vary: int  # how many places of that are changed, one by one
    last_bit: float  # of a value of size 1

    @property
    def places(self) -> int:
        """How many places of the output answer to changes."""
        return 1 if self.along is None else int(self.base.shape[self.along])

    @property
    def typical(self) -> float:
        """The typical size: the median distance from the median of all finite values."""
        values = self.base[np.isfinite(self.base)]
        return float(np.median(np.abs(values - np.median(values)))) if values.size else 0.0

    def moved(self, other: Array) -> Array:
        """How far every place has moved beyond its last bits; infinite where NaN or infinity came or went.

        Shapes: other as the base -> (t,)
        """
        same = (self.base == other) | (np.isnan(self.base) & np.isnan(other))
        finite = np.isfinite(self.base) & np.isfinite(other)
        with np.errstate(all="ignore"):
            distance = np.abs(other - self.base) - LAST_BITS * self.last_bit * np.abs(self.base)
        far = np.where(same, 0.0, np.where(finite, np.maximum(distance, 0.0), np.inf))
        if self.along is None:
            return np.array([far.max(initial=0.0)])
        rest = tuple(axis for axis in range(far.ndim) if axis != self.along)
        result: Array = far.max(axis=rest, initial=0.0)
        return result


@dataclass(frozen=True)
class Influence:
    """Who sees whom, and who may. `moving`: what the places of the output are called.

    Shapes: moves (t, u) float32, in units of the typical size (at least of 1), infinite where NaN came or went, NaN
        where a run gave nothing; allowed (t, u) float32, 1 where t may see u
    """

    moves_tu: Array
    allowed_tu: Array | None
    moving: str


def watched(check: Check, case: str, evidence: Evidence) -> Watched | Verdict:
    """The output that a check watches on the unchanged input, or the verdict that it cannot be watched."""
    output = str(check.rule["of"])
    got = evidence.array(case, output)
    if isinstance(got, Verdict):
        return got
    fault = _shape_fault(got, case, output, _axes(check.rule, evidence.part), evidence)
    if fault:
        return Verdict("failed", fault, "E-SHAPE", case=case, output=output)
    return _watched(check.rule, case, got, evidence.part)


def movements(on: Watched, evidence: Evidence) -> Iterator[tuple[Change, Array | Verdict]]:
    """Every change of the watched axis, and how far each place has moved by it, or why that cannot be told."""
    for change in changes(on.case, {on.changed: on.vary}):
        yield change, movement(on, change.run, evidence)


def movement(on: Watched, run: str, evidence: Evidence) -> Array | Verdict:
    """How far each place has moved in one run, (t,), or why that cannot be told."""
    ended = evidence.ended(run, beside_reference=False)
    if ended is not None:
        return ended
    other = evidence.array(run, on.output)
    if isinstance(other, Verdict):
        return other
    if other.shape != on.base.shape:
        what = "on the same input again" if run == again(on.case) else f"when a {on.changed} is changed"
        reason = f"{on.output}: the shape is {written(on.base.shape)}, and {written(other.shape)} {what}"
        return Verdict("failed", reason, "E-SHAPE")
    return on.moved(_wide(other))


def may_see(rule: str, place: int, changed: int) -> bool:
    """Whether a place is among those that a changed one may, or must, move; places are counted from 0."""
    return {"past": changed <= place, "before": changed < place, "same": changed == place, "all": True}.get(rule, False)


def who_sees_whom(part: Part, plot: Plot, got: Mapping[str, Observation]) -> Influence | None:
    """What a plot of influence shows, by the part's check of the same output and change; None if nothing answered."""
    checks = (each for check in part.checks for each in (check, *check.subchecks))
    rules = [check.rule for check in checks if check.kind == "causal"]
    fitting = [rule for rule in rules if (rule["of"], rule["changed"]) == (plot.output, plot.changed)]
    rule = next((rule for rule in fitting if "allowed" in rule), fitting[0] if fitting else None)
    base = _output(got, plot.case, plot.output)
    if rule is None or base is None or not base.size or len(parse_axes(_axes(rule, part))) not in (0, base.ndim):
        return None
    on = _watched(rule, plot.case, base, part)
    columns = [_column(on, got, change) for change in changes(on.case, {on.changed: on.vary}) if change.is_single]
    with np.errstate(over="ignore"):
        moves_tu = np.stack(columns, axis=1).astype(np.float32)
    moving = "" if on.along is None or rule.get("allowed") == "none" else on.changed
    return Influence(moves_tu, _allowed(rule["allowed"], on) if "allowed" in rule else None, moving)


def _column(on: Watched, got: Mapping[str, Observation], change: Change) -> Array:
    other = _output(got, change.run, on.output)
    if other is None or other.shape != on.base.shape:
        return np.full(on.places, np.nan)
    return on.moved(_wide(other)) / max(1.0, on.typical)


def _allowed(rule: str, on: Watched) -> Array:
    rows = [[may_see(rule, place, changed) for changed in range(on.vary)] for place in range(on.places)]
    return np.array(rows, dtype=np.float32)


def _output(got: Mapping[str, Observation], run: str, output: str) -> Array | None:
    array = got[run].tensors.get(output) if run in got else None
    return array if array is not None and array.dtype.kind in "fciub" else None


def _watched(rule: Json, case: str, base: Array, part: Part) -> Watched:
    return Watched(
        case=case,
        output=str(rule["of"]),
        base=_wide(base),
        along=_along(_axes(rule, part), rule.get("along")),
        changed=str(rule["changed"]),
        vary=next(each.vary[rule["changed"]] for each in part.cases if each.name == case),
        last_bit=float(np.finfo(base.dtype).eps) if base.dtype.kind in "fc" else 0.0,
    )


def _axes(rule: Json, part: Part) -> str:
    return str(rule.get("axes") or part.axes.get(rule["of"], ""))


def _along(axes: str, letter: str | None) -> int | None:
    letters = [term.letter for term in parse_axes(axes)]
    return letters.index(letter) if letter in letters else None


def _shape_fault(got: Array, case: str, output: str, axes: str, evidence: Evidence) -> str:
    """Why the axes are not those that were asked for: then no place could be told from another."""
    reference = evidence.expected.get(case)
    like = reference.tensors.get(output) if reference is not None and reference.ended == "answered" else None
    if like is not None and like.shape != got.shape:
        return shape_fault(output, got.shape, like.shape, axes)
    if not got.size:
        return f"{output}: holds no values"
    terms = parse_axes(axes)
    if terms and len(terms) != got.ndim:
        return f"{output}: got {written(got.shape)}, expected the axes {axes}"
    return ""


def _wide(array: Array) -> Array:
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN like any other
        return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
