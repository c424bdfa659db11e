"""Two arrays side by side: do they agree, by how much not, where, and in what way.

Every trap of comparing is met here once. Shape and dtype come first, so that nothing is broadcast and nothing empty
passes; NaN never passes, not even where the reference has it, and infinities must stand in the same places; the
tolerance is applied in float64 and in positive form; integers and booleans must be equal. `margin` is the worst
distance in units of the tolerance: above 1 is outside; None where the two cannot be measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.judge.axes import place_in, shape_fault
from grader.judge.counting import how_many
from grader.judge.difference import confined, in_which_way
from grader.judge.tolerance import EXACT, Tolerance
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

LARGEST_MARGIN = 1e99  # beyond this only "far away" is said; infinity has no place in JSON
CLOSE_CALL = 10.0  # up to this margin the sentence tells it


@dataclass(frozen=True, slots=True)
class Manner:
    """How two arrays are to be compared, and the words for what differs.

    `read_as`: `bool` compares two masks of zeros and ones whatever their dtype. `sizes`: letters of other outputs.
    `lengths`: how many positions of every row are no padding, if that is known.
    """

    tolerance: Tolerance = EXACT
    axes: str = ""
    exact_dtype: bool = False
    read_as: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    lengths: Sequence[int] = ()


def compare(name: str, expected: Array, got: Array, manner: Manner) -> Verdict:
    """Whether an output is the expected one; the reason holds places and counts, never an expected value."""
    fault = _shape_fault(name, expected, got, manner)
    if fault:
        return Verdict("failed", fault, "E-SHAPE", output=name)
    if manner.read_as == "bool":
        fault = _mask_fault(name, got)
        if fault:
            return Verdict("failed", fault, "E-VALUE", output=name)
        expected, got = expected != 0, got != 0
    elif not _dtypes_fit(expected, got, exact=manner.exact_dtype):
        fact = f"{name}: got {got.dtype}, expected {expected.dtype}"
        return Verdict("failed", fact, "E-DTYPE", output=name)
    if _is_float(expected) or _is_float(got):
        return _floats(name, _widened(expected), _widened(got), manner)
    return _exactly(name, expected, got, manner)


def agree(expected: Array, got: Array, tolerance: Tolerance) -> bool:
    """Whether two arrays are the same answer, right or wrong: as `compare` asks, but NaN equals NaN."""
    if expected.shape != got.shape or not _dtypes_fit(expected, got, exact=False):
        return False
    if not (_is_float(expected) or _is_float(got)):
        return bool(np.array_equal(expected, got))
    wide_expected, wide_got = _widened(expected), _widened(got)
    if _misplaced(wide_expected, wide_got).any():
        return False
    return bool(_inside(*_distances(wide_expected, wide_got, tolerance)).all())


# --- shape and dtype ------------------------------------------------------------------------------------------------


def _shape_fault(name: str, expected: Array, got: Array, manner: Manner) -> str:
    if expected.shape == got.shape:
        return ""
    return shape_fault(name, got.shape, expected.shape, manner.axes, manner.sizes)


def _mask_fault(name: str, got: Array) -> str:
    other = ~((got == 0) | (got == 1))
    if not other.any():
        return ""
    first = f", first at {place_in(_first_index(other), '')}" if other.ndim else ""
    return f"{name}: {how_many(other)} neither 0 nor 1{first}"


def _dtypes_fit(expected: Array, got: Array, *, exact: bool) -> bool:
    if exact:
        return bool(expected.dtype == got.dtype)
    kinds = {_kind(expected), _kind(got)}
    single = expected.ndim == 0 and kinds == {"integer", "float"}  # a Python 0 for 0.0
    return len(kinds) == 1 or single


def _kind(array: Array) -> str:
    return {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}.get(
        array.dtype.kind, str(array.dtype)
    )


def _is_float(array: Array) -> bool:
    return array.dtype.kind in "fc"


def _widened(array: Array) -> Array:
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN like any other
        return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


# --- floats ---------------------------------------------------------------------------------------------------------


def _floats(name: str, expected: Array, got: Array, manner: Manner) -> Verdict:
    misplaced = _misplaced(expected, got) | np.isnan(got)
    if misplaced.any():
        return _non_finite(name, expected, got, misplaced, manner)
    distance, allowed = _distances(expected, got, manner.tolerance)
    inside = _inside(distance, allowed)
    margin = _margin(distance, allowed)
    if inside.all():
        return Verdict("passed", margin=margin, output=name)
    at = _worst(distance, inside)
    reason = f"{name}: {_difference(distance, inside, at, manner.axes)}"
    way = in_which_way(expected, got, ~inside, manner.axes, manner.tolerance, manner.lengths)
    near = f" ({margin:.2g} times the tolerance)" if margin is not None and margin <= CLOSE_CALL else ""
    return Verdict(
        "failed",
        reason + near + (f"; {way}" if way else ""),
        "E-VALUE",
        detail=_raw(expected, got, at) + f", difference {distance[at]:.6g}, tolerance {allowed[at]:.6g}",
        margin=margin,
        output=name,
    )


def _misplaced(expected: Array, got: Array) -> Array:
    """Where one side is NaN, inf or -inf and the other is not the same."""
    same = (expected == got) | (np.isnan(expected) & np.isnan(got))
    result: Array = ~(np.isfinite(expected) & np.isfinite(got)) & ~same
    return result


def _distances(expected: Array, got: Array, tolerance: Tolerance) -> tuple[Array, Array]:
    """Distance and allowance of every element in float64; equal non-finite values are at distance 0."""
    finite = np.isfinite(expected) & np.isfinite(got)
    base = np.where(finite, expected, 0)
    with np.errstate(over="ignore"):
        distance = np.abs(np.where(finite, got, 0) - base)
    return distance, tolerance.atol + tolerance.rtol * np.abs(base)


def _inside(distance: Array, allowed: Array) -> Array:
    inside: Array = distance <= allowed
    return inside


def _margin(distance: Array, allowed: Array) -> float | None:
    if not (distance > 0).any():
        return 0.0
    if (allowed[distance > 0] == 0).any():
        return None
    with np.errstate(over="ignore"):
        worst = float(np.max(distance[distance > 0] / allowed[distance > 0]))
    return min(worst, LARGEST_MARGIN)


def _worst(distance: Array, inside: Array) -> tuple[int, ...]:
    """The largest distance of those that are too large."""
    outside = np.where(inside, -1.0, distance)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(outside)), outside.shape))


def _difference(distance: Array, inside: Array, at: tuple[int, ...], axes: str) -> str:
    if distance.ndim == 0:
        return f"off by {distance[at]:.3g}"
    return f"{how_many(~inside, 'differ')}, worst {distance[at]:.3g} at {place_in(at, axes)}"


def _non_finite(name: str, expected: Array, got: Array, misplaced: Array, manner: Manner) -> Verdict:
    kinds = {
        "NaN": misplaced & np.isnan(got),
        "infinite": misplaced & np.isinf(got),
        "finite where infinity or NaN is expected": misplaced & np.isfinite(got),
    }
    what, where = next((what, where) for what, where in kinds.items() if where.any())
    at = _first_index(where)
    first = f", first at {place_in(at, manner.axes)}" if got.ndim else ""
    place = confined(where, manner.axes, manner.lengths) if where.sum() > 1 else ""
    reason = f"{name}: {how_many(where)} {what}{first}" + (f"; {place}" if place else "")
    return Verdict("failed", reason, "E-NONFINITE", detail=_raw(expected, got, at), output=name)


# --- integers and booleans ------------------------------------------------------------------------------------------


def _exactly(name: str, expected: Array, got: Array, manner: Manner) -> Verdict:
    wrong = np.asarray(expected != got)
    if not wrong.any():
        return Verdict("passed", margin=0.0, output=name)
    at = _first_index(wrong)
    if wrong.ndim == 0:
        reason = f"{name}: is not the expected value"
    else:
        reason = f"{name}: {how_many(wrong, 'differ')}, first at {place_in(at, manner.axes)}"
    way = in_which_way(expected, got, wrong, manner.axes, EXACT, manner.lengths)
    detail = _raw(expected, got, at)
    return Verdict("failed", reason + (f"; {way}" if way else ""), "E-VALUE", detail=detail, output=name)


# --- words ----------------------------------------------------------------------------------------------------------


def _first_index(where: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(where)), where.shape))


def _raw(expected: Array, got: Array, at: tuple[int, ...]) -> str:
    place = f"at [{', '.join(map(str, at))}]: " if at else ""
    return f"{place}got {got[at]!s}, expected {expected[at]!s}"
