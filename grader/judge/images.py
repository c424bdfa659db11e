"""Whether an array that was drawn as an image holds the values of an expected matrix, and how they differ if not.

What is drawn may be a part of the matrix: some rows and columns one after another from its diagonal, or without rows
that may be missing. It may also be turned, flipped or normalised where the rubric says so. Of two answers one is told
from the other by a few hundred cells first, since a matrix can have thousands of places where a block may begin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final, TypeAlias

import numpy as np

from grader.judge.tolerance import Tolerance
from grader.nouns.plain import Array

SAMPLES: Final = 256  # cells that are looked at before all of them are
PLACES: Final = 4  # blocks that are compared in full, of those in which all samples agree
LEAST_SCALED: Final = 8  # rows of a block whose own minimum and maximum may have scaled it
MISSING: Final = 4  # rows that may be missing, of which each set is tried
AT_ONCE: Final = 1 << 15  # cells that are compared in full at once
ALIKE: Final = 0.8  # correlation from which two matrices are said to show the same, or the opposite
Pose: TypeAlias = Callable[[Array], Array]

POSES: Final[dict[str, tuple[tuple[str, Pose], ...]]] = {
    "transposed": (("transposed", np.transpose),),
    "flipped": (
        ("flipped upside down", lambda drawn: drawn[::-1]),
        ("flipped left to right", lambda drawn: drawn[:, ::-1]),
        ("turned by 180 degrees", lambda drawn: drawn[::-1, ::-1]),
    ),
}
OTHERS: Final[tuple[tuple[str, Pose], ...]] = (
    ("negated", lambda drawn: -drawn),
    ("one minus the expected values", lambda drawn: 1 - drawn),
    ("the absolute values", np.abs),
    ("the squares", np.square),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the check asks for. `is_complete`: every position but those in `without`, and no NaN."""

    expected: Array  # (n, m) float64
    tolerance: Tolerance
    may_be: frozenset[str] = frozenset()
    without: tuple[int, ...] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Likeness:
    """How an image compares. `share`: of its finite cells, those that are right, to find the nearest of several."""

    is_right: bool
    share: float
    reason: str = ""
    margin: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Fit:
    """One image laid on one block of what is expected."""

    values: Array  # of the image; where a cell is not finite, of the block
    block: Array
    tolerance: Tolerance
    share: float
    margin: float
    at: tuple[int, int]

    def distance(self) -> Array:
        """How far each cell is from what is expected."""
        return np.asarray(np.abs(self.values - self.block))

    def wrong(self) -> Array:
        """bool, where a finite cell is not right."""
        return ~(self.distance() <= _allowed(self.block, self.tolerance))


def likeness(drawn: Array, wanted: Wanted) -> Likeness:
    """Whether an image is what is wanted, or what is wrong with it.

    Shapes: drawn (h, w), or (h, w, 3 or 4) of colours, which hold values only if all three are equal.
    """
    with np.errstate(all="ignore"):  # whatever numbers there are
        return _likeness(drawn, wanted)


def _likeness(drawn: Array, wanted: Wanted) -> Likeness:
    values = _values(drawn)
    if values is None:
        return Likeness(False, 0.0, "it is a picture of colours, not an array of values")
    finite = np.isfinite(values)
    rows, columns = values.shape
    if min(rows, columns) < 2:
        return Likeness(False, 0.0, f"it is {rows} x {columns}")
    if finite.sum() < 4:
        return Likeness(False, 0.0, "it holds no finite cells" if not finite.any() else "hardly a cell is finite")
    best: _Fit | None = None
    partly: Likeness | None = None
    for skipped in _left_out(wanted):
        over = len(wanted.expected) - len(skipped) - rows
        if skipped and (over < 0 or (over > 0 and partly)):  # cannot be better than what was found
            continue
        expected = _without(wanted.expected, skipped)
        for name, fit in _fits(values, finite, expected, wanted):
            if fit.share == 1.0:
                found = _complete(values, finite, fit, expected, wanted, name, skipped)
                if found.is_right:
                    return found
                partly = found if partly is None or found.share > partly.share else partly
            best = fit if best is None or fit.share > best.share else best
    return partly or _wrong(values, finite, best, wanted)


def _values(drawn: Array) -> Array | None:
    if drawn.ndim == 3:
        if not (drawn[..., :1] == drawn[..., :3]).all():
            return None
        drawn = drawn[..., 0]
    return np.asarray(drawn.astype(np.float64))


def _left_out(wanted: Wanted) -> Iterator[tuple[int, ...]]:
    """No rows first, then each set of rows that may be missing."""
    missing = wanted.without[:MISSING]
    yield from chain.from_iterable(combinations(missing, count) for count in range(len(missing) + 1))


def _without(expected: Array, rows: tuple[int, ...]) -> Array:
    """What is expected without some rows; of a square also without these columns."""
    if not rows:
        return expected
    positions, columns = (np.arange(size) for size in expected.shape)
    kept = np.delete(positions, rows)
    left: Array = expected[np.ix_(kept, kept if len(positions) == len(columns) else columns)]
    return left


def _fits(values: Array, finite: Array, expected: Array, wanted: Wanted) -> Iterator[tuple[str, _Fit]]:
    poses: list[tuple[str, Pose]] = [("", np.asarray)]
    poses += [pose for name in POSES if name in wanted.may_be for pose in POSES[name]]
    for name, pose in poses:
        turned, known = pose(values), pose(finite)
        fit = _fit(turned, known, expected, wanted.tolerance, nearest=not name)
        if fit is not None:
            yield name, fit
        if "normalised" in wanted.may_be:
            scaled = _scaled(turned, known, expected, wanted.tolerance)
            yield from ((name, each) for each in scaled if each.share == 1.0)


def _scaled(values: Array, finite: Array, expected: Array, tolerance: Tolerance) -> Iterator[_Fit]:
    """The image beside (x + 1) / 2, and beside what is scaled so that its least value is 0 and its largest 1."""
    halved = _fit(values, finite, (expected + 1) / 2, tolerance)
    if halved is not None:
        yield halved
    known = np.where(finite, values, 0.5)
    low, high = int(known.argmin()), int(known.argmax())
    near = tolerance.atol + tolerance.rtol
    if abs(known.flat[low]) > near or abs(known.flat[high] - 1) > near:
        return
    if min(values.shape) < min(LEAST_SCALED, *expected.shape):
        return
    places = np.array(_places(values.shape, expected.shape), dtype=np.intp).reshape(-1, 2)
    rows, columns = np.unravel_index([low, high, *_sample(finite)], values.shape)
    there = expected[places[:, :1] + rows, places[:, 1:] + columns]
    spread = there[:, 1:2] - there[:, :1]
    right = np.abs((there - there[:, :1]) / spread - values[rows, columns]) <= near
    for place in np.flatnonzero(right.all(axis=1) & (spread[:, 0] > 0))[:PLACES]:
        top, left = places[place]
        block = expected[top : top + values.shape[0], left : left + values.shape[1]]
        yield _at(values, finite, (block - there[place, 0]) / spread[place], tolerance, (0, 0))


def _sample(finite: Array) -> Array:
    """Some of the finite cells, evenly spread."""
    cells = np.flatnonzero(finite)
    return cells[:: max(1, len(cells) // SAMPLES)]


def _places(shape: tuple[int, ...], whole: tuple[int, ...]) -> list[tuple[int, int]]:
    """Where a block of this shape may begin: anywhere on the diagonal, or along an axis that it has in full."""
    rows, columns = whole[0] - shape[0], whole[1] - shape[1]
    if rows < 0 or columns < 0:
        return []
    if columns == 0 or rows == 0:
        return [(row, column) for row in range(rows + 1) for column in range(columns + 1)]
    return [(place, place) for place in range(min(rows, columns) + 1)]


def _fit(values: Array, finite: Array, expected: Array, tolerance: Tolerance, *, nearest: bool = False) -> _Fit | None:
    """The image on the block that fits best; None if it is larger than what is expected.

    Without `nearest` also None where a sample of its cells says that no block is equal.
    """
    places = np.array(_places(values.shape, expected.shape))
    if not len(places):
        return None
    likely = places
    if len(places) > 1 or not nearest:
        rows, columns = np.unravel_index(_sample(finite), values.shape)
        there = expected[places[:, :1] + rows, places[:, 1:] + columns]
        right = np.abs(there - values[rows, columns]) <= tolerance.atol + tolerance.rtol * np.abs(there)
        shares = right.mean(axis=1)
        if shares.max() < 1 and not nearest:
            return None
        likely = places[np.argsort(-shares, kind="stable")[: PLACES if shares.max() == 1 else 1]]
    fits = (_at(values, finite, expected, tolerance, (int(row), int(column))) for row, column in likely)
    best = None
    for fit in fits:
        if best is None or fit.share > best.share:
            best = fit
        if best.share == 1.0:
            break
    return best


def _at(values: Array, finite: Array, expected: Array, tolerance: Tolerance, at: tuple[int, int]) -> _Fit:
    """Compares a few rows at a time: what fits into the cache of a processor takes a third of the time."""
    block = expected[at[0] : at[0] + values.shape[0], at[1] : at[1] + values.shape[1]]
    known = values if finite.all() else np.where(finite, values, block)
    wrong, worst, margin = 0, -np.inf, 0.0
    step = max(1, AT_ONCE // values.shape[1])
    for row in range(0, len(known), step):
        there = block[row : row + step]
        distance, allowed = np.abs(known[row : row + step] - there), _allowed(there, tolerance)
        wrong += distance.size - int(np.count_nonzero(distance <= allowed))
        over = distance - allowed
        place = int(np.argmax(over))
        if not (over.flat[place] <= worst or np.isnan(worst)):
            worst = over.flat[place]
            margin = float(distance.flat[place] / allowed.flat[place]) if allowed.flat[place] else 0.0
    share = 1.0 - wrong / float(np.count_nonzero(finite))
    return _Fit(known, block, tolerance, share, min(margin, 1e99), at)


def _allowed(block: Array, tolerance: Tolerance) -> Array:
    return np.asarray(tolerance.atol + tolerance.rtol * np.abs(block))


# --- words ----------------------------------------------------------------------------------------------------------


def _complete(
    values: Array, finite: Array, fit: _Fit, expected: Array, wanted: Wanted, pose: str, skipped: tuple[int, ...]
) -> Likeness:
    """The verdict on an image in which every finite cell is right."""
    if _says_nothing(values.ravel() if finite.all() else values[finite], wanted):
        return Likeness(False, 0.5, "every cell of it is the same")
    told = f"{values.shape[0]} x {values.shape[1]}" + (f", {pose}" if pose else "")
    if not wanted.is_complete:
        return Likeness(True, 1.0, told, fit.margin)
    smaller = min(values.shape[axis] - expected.shape[axis] for axis in (0, 1))
    if smaller < 0:
        axis = 0 if values.shape[0] < expected.shape[0] else 1
        reason = f"only {values.shape[axis]} of {wanted.expected.shape[axis]} positions"
        return Likeness(False, 0.9, reason, fit.margin)
    if not finite.all():
        return Likeness(False, 0.95, _holes(finite), fit.margin)
    if skipped:
        told += f", without {_listed('row', skipped)}"
    return Likeness(True, 1.0, told, fit.margin)


def _says_nothing(cells: Array, wanted: Wanted) -> bool:
    """Whether the cells are all alike, though those expected are not."""
    if abs(cells[0] - cells[len(cells) // 2]) > wanted.tolerance.atol:
        return False
    return bool(np.ptp(cells) <= wanted.tolerance.atol and np.ptp(wanted.expected) > wanted.tolerance.atol)


def _holes(finite: Array) -> str:
    count = int(finite.size - np.count_nonzero(finite))
    rows, columns = np.flatnonzero(~finite.any(axis=1)), np.flatnonzero(~finite.any(axis=0))
    cross = np.ones_like(finite)
    cross[rows], cross[:, columns] = False, False
    told = f"{count} cells are NaN" if count > 1 else "1 cell is NaN"
    if not np.array_equal(cross, finite):
        row, column = np.argwhere(~finite)[0]
        return f"{told}, first at row {row}, column {column}"
    if np.array_equal(rows, columns):
        return f"{told}: {_listed('row and column', rows)}"
    return f"{told}: " + ", ".join(_listed(word, at) for word, at in (("row", rows), ("column", columns)) if len(at))


def _listed(word: str, numbers: Array | tuple[int, ...]) -> str:
    shown = ", ".join(str(int(number)) for number in numbers[:3]) + (" ..." if len(numbers) > 3 else "")
    return (
        f"{word} {shown}"
        if len(numbers) == 1
        else f"{word.replace('row', 'rows').replace('column', 'columns')} {shown}"
    )


def _wrong(values: Array, finite: Array, fit: _Fit | None, wanted: Wanted) -> Likeness:
    rows, columns = values.shape
    if fit is None:
        most = " x ".join(map(str, wanted.expected.shape))
        return Likeness(False, 0.0, f"it is {rows} x {columns}, and at most {most} can be right")
    way = _way(values, finite, fit, wanted)
    wrong, distance = fit.wrong(), fit.distance()
    told = f"{int(np.count_nonzero(wrong))} of {int(np.count_nonzero(finite))} cells differ"
    if wrong.shape == values.shape:
        row, column = np.unravel_index(int(np.argmax(np.where(wrong, distance, -1.0))), values.shape)
        told += f", worst {distance[row, column]:.3g} at row {row}, column {column}"
    return Likeness(False, min(fit.share, 0.89), told + (f"; {way}" if way else ""), fit.margin)


def _way(values: Array, finite: Array, fit: _Fit, wanted: Wanted) -> str:
    """What the image shows instead, where that can be seen."""
    forbidden = [pose for name in POSES if name not in wanted.may_be for pose in POSES[name]]
    for name, pose in forbidden:
        other = _fit(pose(values), pose(finite), wanted.expected, wanted.tolerance)
        if other is not None and other.share == 1.0:
            return f"it is {name}"
    for name, change in OTHERS:
        other = _fit(values, finite, change(wanted.expected), wanted.tolerance)
        if other is not None and other.share == 1.0:
            return f"it shows {name}" if name != "negated" else "it is negated"
    return _correlated(values, finite, fit, wanted)


def _correlated(values: Array, finite: Array, fit: _Fit, wanted: Wanted) -> str:
    block = wanted.expected[fit.at[0] : fit.at[0] + values.shape[0], fit.at[1] : fit.at[1] + values.shape[1]]
    if block.shape != values.shape:
        return ""
    ours, theirs = block[finite], values[finite]
    spread = float(np.std(ours)) * float(np.std(theirs))
    alike = float(np.mean((ours - ours.mean()) * (theirs - theirs.mean()))) / spread if spread > 0 else 0.0
    if not np.isfinite(alike) or abs(alike) < ALIKE:
        return ""
    if alike < 0:
        return "it falls where the expected one rises, as a distance does"
    scaled = () if "normalised" in wanted.may_be else _scaled(values, finite, wanted.expected, wanted.tolerance)
    if any(each.share == 1.0 for each in scaled):
        return "it is scaled to 0..1"
    ratio = float(np.dot(ours, theirs) / np.dot(ours, ours))
    near = wanted.tolerance.atol + wanted.tolerance.rtol * np.abs(ours)
    if ratio and (np.abs(theirs / ratio - ours) <= near).all():
        return f"it is the expected one times {ratio:.3g}"
    return ""
