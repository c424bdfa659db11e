"""In which way two arrays of one shape differ: a fact that a student can start from.

Only what the arrays prove is said: "every sign is reversed" means that the negated output is inside the tolerance. The
first fact that holds is told; none is a normal answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from grader.judge.axes import axis_name, parse_axes
from grader.judge.tolerance import Tolerance
from grader.nouns.plain import Array

LARGEST = 1_000_000  # values; larger arrays are only counted
LONGEST_AXIS = 64  # along longer axes no order is looked for
FEWEST = 4  # values; with fewer of them a factor or an order proves nothing
LISTED = 4  # positions that are listed one by one

Question = Callable[[Array, Array, str, Tolerance], str]


def in_which_way(
    expected: Array, got: Array, wrong: Array, axes: str, tolerance: Tolerance, lengths: Sequence[int] = ()
) -> str:
    """The first thing that is true of all values, or of all places that differ; empty if nothing is."""
    if got.size > LARGEST or got.ndim == 0:
        return ""
    if got.dtype.kind == "b":
        return "true and false are exchanged" if wrong.all() else confined(wrong, axes, lengths)
    if got.dtype.kind in "iu":  # unsigned numbers cannot be subtracted
        expected, got = expected.astype(np.float64), got.astype(np.float64)
    if np.isfinite(got).all() and np.isfinite(expected).all():
        with np.errstate(over="ignore", invalid="ignore"):  # of answers near the end of the floats
            fact = next((fact for ask in QUESTIONS if (fact := ask(expected, got, axes, tolerance))), "")
        if fact:
            return fact
    return confined(wrong, axes, lengths)


# --- all values -----------------------------------------------------------------------------------------------------


def _same_values(expected: Array, got: Array, tolerance: Tolerance) -> bool:
    return bool((np.abs(got - expected) <= tolerance.atol + tolerance.rtol * np.abs(expected)).all())


def _zeros(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    return "" if got.any() else "every value is 0"


def _constant(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    alike = got.size >= FEWEST and bool((got == got.flat[0]).all())
    return "every value is the same" if alike else ""


def _zeros_and_ones(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    masks = bool(((got == 0) | (got == 1)).all() and ((expected == 0) | (expected == 1)).all())
    return "zeros and ones are exchanged" if masks and bool((got != expected).all()) else ""


def _factor(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    size = float((np.abs(expected) ** 2).sum())
    if got.size < FEWEST or not size or not np.isfinite(size) or got.dtype.kind == "c":
        return ""
    factor = float((expected * got).sum()) / size
    if not _same_values(factor * expected, got, tolerance):
        return ""
    if abs(factor + 1) < 1e-3:
        return "every sign is reversed"
    return f"every value is {factor:.3g} times the expected one"


def _offset(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    if got.size < FEWEST or got.dtype.kind == "c":
        return ""
    offset = float((got - expected).mean())
    return f"every value is off by the same {offset:.3g}" if _same_values(expected + offset, got, tolerance) else ""


def _exchanged_axes(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    for first in range(got.ndim):
        for second in range(first + 1, got.ndim):
            square = got.shape[first] == got.shape[second]
            if square and _same_values(expected.swapaxes(first, second), got, tolerance):
                names = [axis_name(axis, got.ndim, axes) for axis in (first, second)]
                return f"equal to the expected one with {names[0]} and {names[1]} exchanged"
    return ""


def _other_order(expected: Array, got: Array, axes: str, tolerance: Tolerance) -> str:
    if got.size < FEWEST:
        return ""
    for axis in reversed(range(got.ndim)):
        ours, theirs = np.moveaxis(expected, axis, 0), np.moveaxis(got, axis, 0)
        order = _order(ours, theirs, tolerance)
        if order:
            return order.format(axis=axis_name(axis, got.ndim, axes))
    return ""


def _order(expected: Array, got: Array, tolerance: Tolerance) -> str:
    size = len(got)
    if size % 2 == 0 and size and _same_values(np.roll(expected, size // 2, axis=0), got, tolerance):
        return "equal to the expected one with the halves of {axis} swapped"
    if _same_values(expected[::-1], got, tolerance):
        return "equal to the expected one in reverse order along {axis}"
    if size > 2 and _same_values(expected[:-1], got[1:], tolerance):
        return "equal to the expected one, one place later along {axis}"
    if size > 2 and _same_values(expected[1:], got[:-1], tolerance):
        return "equal to the expected one, one place earlier along {axis}"
    if 2 < size <= LONGEST_AXIS and _is_permuted(expected, got, tolerance):
        return "equal to the expected one in another order along {axis}"
    return ""


def _is_permuted(expected: Array, got: Array, tolerance: Tolerance) -> bool:
    left = list(range(len(expected)))
    for row in got:
        found = next((at for at in left if _same_values(expected[at], row, tolerance)), None)
        if found is None:
            return False
        left.remove(found)
    return True


QUESTIONS: tuple[Question, ...] = (
    _zeros,
    _constant,
    _zeros_and_ones,
    _factor,
    _offset,
    _exchanged_axes,
    _other_order,
)


# --- some places ----------------------------------------------------------------------------------------------------


def confined(wrong: Array, axes: str, lengths: Sequence[int] = ()) -> str:
    """Where all places lie that are wrong: at padded ones, in a half, from one place on; empty if that says nothing."""
    padded = padded_places(wrong.shape, axes, lengths)
    if padded is not None and padded.any() and not padded.all():
        if not (wrong & ~padded).any():
            return "only at padded places"
        if not (wrong & padded).any() and wrong[~padded].all():
            return "everywhere but at padded places"
    if _is_in_padded_rows(wrong, axes, lengths):
        return "only in rows with padding"
    facts = sorted(_along_axes(wrong, axes))
    return facts[0][1] if facts else ""


def _is_in_padded_rows(wrong: Array, axes: str, lengths: Sequence[int]) -> bool:
    """Whether the rows in which something is wrong are just those that are shorter than the longest."""
    letters = [term.text for term in parse_axes(axes)]
    if len(letters) != wrong.ndim or "b" not in letters or wrong.shape[letters.index("b")] != len(lengths):
        return False
    row = letters.index("b")
    rows = wrong.any(axis=tuple(axis for axis in range(wrong.ndim) if axis != row))
    padded = np.asarray(lengths) < max(lengths)
    return bool(padded.any() and np.array_equal(rows, padded))


def padded_places(shape: Sequence[int], axes: str, lengths: Sequence[int]) -> Array | None:
    """True at places beyond the length of their row, if the shape has the axes b and s (or t) of these lengths."""
    letters = [term.text for term in parse_axes(axes)]
    across = next((letter for letter in ("s", "t", "l") if letter in letters), "")
    if not lengths or len(letters) != len(shape) or "b" not in letters or not across:
        return None
    row, position = letters.index("b"), letters.index(across)
    if shape[row] != len(lengths) or shape[position] < max(lengths):
        return None
    view = [1] * len(shape)
    view[row] = len(lengths)
    ends = np.asarray(lengths).reshape(view)
    view = [1] * len(shape)
    view[position] = shape[position]
    beyond: Array = np.arange(shape[position]).reshape(view) >= ends
    return np.broadcast_to(beyond, tuple(shape))


def _along_axes(wrong: Array, axes: str) -> Iterator[tuple[float, str]]:
    """The share of each axis that differs, and its words, where that is not the whole axis."""
    for axis in range(wrong.ndim):
        others = tuple(other for other in range(wrong.ndim) if other != axis)
        touched = np.flatnonzero(wrong.any(axis=others))
        size = wrong.shape[axis]
        if len(touched) < size:
            words = _positions([int(at) for at in touched], size, axis_name(axis, wrong.ndim, axes))
            if words:
                yield len(touched) / size, words


def _positions(touched: Sequence[int], size: int, axis: str) -> str:
    first, last = touched[0], touched[-1]
    whole = len(touched) == last - first + 1
    if whole and size % 2 == 0 and size > 2 and len(touched) == size // 2 and first in (0, size // 2):
        return f"only in the {'second' if first else 'first'} half of {axis}"
    if len(touched) == 1:
        return f"only at {axis} = {first}" + (" (the last)" if last == size - 1 else "")
    if whole and last == size - 1:
        return f"only from {axis} = {first} on"
    if len(touched) <= LISTED:
        return f"only at {axis} = {', '.join(map(str, touched))}"
    return f"only at {axis} = {first} to {last}" if whole else ""
