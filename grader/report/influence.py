"""Who sees whom: how far each place of an output moves when one place of the input is changed, beside what may be.

The numbers are relative to the typical size of the output, and at least to 1: a place that may not see another may
move by no more than `BOUND`. Places are counted from 1, as people read them.

Axes: r places that move, c places that are changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import grids, wording
from grader.report.arrays import ArrayFile
from grader.report.grids import ALARM, SHADES, UNKNOWN, Grid
from grader.report.model import NumberTable, Panel, PictureView

BOUND = 1e-5
DECADES = 8  # the scale reaches from 1e-8, the first shade, to 1
MAX_SIDE = 64
MAX_TABLE = 16
TOLD = 3  # pairs that are named
FINE, COARSE = 0.00995, 100  # two digits are enough between
SHUT = "url(#shut)"
CALLS = {"previous": "previous call"}
NO_ALLOWED = "What may be seen is not known, so nothing stands beside it."
HEADS = "{} that is changed", "{} that moves"


@dataclass(frozen=True, slots=True)
class Seen:
    """Who sees whom, and who may. Shapes: moves (r, c) float, inf where a NaN came or went; allowed (r, c) bool."""

    moves_rc: Array
    allowed_rc: Array | None
    moving: str
    changed: str

    @property
    def leaks_rc(self) -> Array:
        """Where a place moves with one that it may not see. Shapes: -> (r, c) bool."""
        if self.allowed_rc is None:
            return np.zeros(self.moves_rc.shape, dtype=bool)
        return ~self.allowed_rc & (self.moves_rc > BOUND)

    def pair(self, row: int, column: int) -> str:
        """A pair in words: `position 5 sees 6`, `position 2 sees column 3`, `the answer sees the previous call`."""
        rows, columns = self.moves_rc.shape
        who = f"{self.moving} {row + 1}" if rows > 1 else "the answer"
        if columns == 1:
            return f"{who} sees the {self.changed}"
        return f"{who} sees {column + 1}" if self.moving == self.changed else f"{who} sees {self.changed} {column + 1}"


def view(picture: Picture, yours: ArrayFile, expected: ArrayFile) -> PictureView | None:
    """The matrix beside the allowed one; nothing if it is not there or too large to be read."""
    seen = seen_in(picture, yours, expected)
    if seen is None:
        return None
    leaks_rc = seen.leaks_rc
    panels = [_panel("yours", finding(seen), seen, _shades(seen.moves_rc), leaks_rc)]
    if seen.allowed_rc is not None:
        number = seen.allowed_rc.size
        said = f"{int(seen.allowed_rc.sum()):,} of {number:,} pair{'s' * (number > 1)} may be seen"
        panels.append(_panel("allowed", said, seen, np.where(seen.allowed_rc, 5, 0), leaks_rc & False))
    notes = () if seen.allowed_rc is not None else (NO_ALLOWED,)
    return PictureView(picture.title, picture.case, tuple(panels), (_meaning(seen), *notes), (table_of(seen),))


def finding(seen: Seen) -> str:
    """What the matrix shows, in one line."""
    if seen.allowed_rc is None:
        return f"moves by at most {amount(_most(seen.moves_rc))}"
    pairs = np.argwhere(seen.leaks_rc)
    if not len(pairs):
        most = _most(seen.moves_rc[~seen.allowed_rc])
        return "nothing that may not be seen is seen" + (f" (moves by at most {amount(most)})" if most > 0 else "")
    strongest = sorted(pairs.tolist(), key=lambda at: (-seen.moves_rc[at[0], at[1]], at))
    told = [f"{seen.pair(*at)} ({amount(seen.moves_rc[at[0], at[1]])})" for at in strongest[:TOLD]]
    more = len(pairs) - len(told)
    found = wording.listed([*told, f"{more:,} more"] if more else told)
    return f"{wording.counted(len(pairs), 'leak')}: {found}"


def amount(value: float) -> str:
    """How far a place moves, in few signs: `0.62`, `3e-7`, `0`; `NaN` where a NaN came or went, `?` where none ran."""
    if math.isnan(value):
        return "?"
    if math.isinf(value):
        return "NaN"
    if value == 0:
        return "0"
    short = f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return short if value < FINE or value >= COARSE else f"{value:.2g}"


def table_of(seen: Seen) -> NumberTable:
    """All numbers if they are few, else for each place the most that it sees of what it may, and of what it may not."""
    rows, columns = seen.moves_rc.shape
    if max(rows, columns) <= MAX_TABLE:
        return NumberTable(
            f"How far a {seen.moving} moves (down) when a {seen.changed} is changed (across)",
            (seen.moving, *map(str, range(1, columns + 1))),
            tuple((str(place), *map(amount, row)) for place, row in enumerate(seen.moves_rc.tolist(), start=1)),
        )
    allowed_rc = np.ones((rows, columns), dtype=bool) if seen.allowed_rc is None else seen.allowed_rc
    return NumberTable(
        f"The most that a {seen.moving} moves",
        (seen.moving, "by what it may see", "by what it may not see"),
        tuple(
            (str(place + 1), amount(_most(moves_c[may_c])), amount(_most(moves_c[~may_c])))
            for place, (moves_c, may_c) in enumerate(zip(seen.moves_rc, allowed_rc, strict=True))
        ),
    )


def seen_in(picture: Picture, yours: ArrayFile, expected: ArrayFile) -> Seen | None:
    """What the arrays of a picture say; nothing if they are not there or too large to be read."""
    moves = _matrix(yours, picture.yours)
    if moves is None:
        return None
    found = (_matrix(file, picture.expected) for file in (yours, expected))
    allowed = next((each for each in found if each is not None and each.shape == moves.shape), None)
    changed = CALLS.get(picture.x, picture.x) or "place"
    return Seen(moves, None if allowed is None else allowed > 0, picture.y or "place", changed)


def _matrix(file: ArrayFile, name: str) -> Array | None:
    array = file.read(name)
    if array is None or array.ndim > 2 or max(array.shape, default=1) > MAX_SIDE:
        return None
    return array.reshape(-1, 1) if array.ndim < 2 else array


def _most(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else 0.0


def _shades(moves_rc: Array) -> Array:
    """Whole numbers from 0 (does not move) over 1 (up to 1e-7) to 8 (0.1 and more); -1: not known. Shapes: (r, c)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        decades_rc = np.floor(np.log10(moves_rc)) + DECADES + 1
    shades_rc = np.where(moves_rc > 0, np.clip(np.nan_to_num(decades_rc, posinf=DECADES), 1, DECADES), 0)
    return np.where(np.isnan(moves_rc), -1, shades_rc).astype(np.int64)


def _panel(label: str, said: str, seen: Seen, shades_rc: Array, is_marked_rc: Array) -> Panel:
    is_shut_rc = np.zeros(shades_rc.shape, dtype=bool) if seen.allowed_rc is None else ~seen.allowed_rc
    if label == "allowed":
        texts: tuple[tuple[str, ...], ...] = ()
        key = [(SHADES[5], "may be seen"), (SHUT, "may not")]
    else:
        texts = grids.written(seen.moves_rc, amount)
        key = [(SHADES[0], "0"), (SHADES[2], "1e-7"), (SHADES[4], "1e-5"), (SHADES[6], "1e-3"), (SHADES[8], "0.1")]
        key += [(SHUT, "may not be seen")] if is_shut_rc.any() else []
        key += [(ALARM, "leak")] if is_marked_rc.any() else []
        key += [(UNKNOWN, "not known")] if (shades_rc < 0).any() else []
    across, down = (head.format(word) for head, word in zip(HEADS, (seen.changed, seen.moving), strict=True))
    image = grids.draw(Grid(shades_rc, is_shut_rc, is_marked_rc, texts, down, across, key))
    rows, columns = shades_rc.shape
    alt = f"{label}, who sees whom, {rows} down and {columns} across: {said}"
    return Panel(label, said, alt, image.src, image.width, image.height, "grid")


def _meaning(seen: Seen) -> str:
    bound = f"{BOUND:.0e}".replace("e-0", "e-")
    if seen.moves_rc.shape[1] > 1:
        what = f"each column a changed {seen.changed} of the input; the darker a cell, the more the row moves with it"
    else:
        what = f"which moves the more with the {seen.changed} the darker its cell is"
    limit = f"What may not be seen may move it by no more than {bound} of its typical size."
    return f"Each row is a {seen.moving} of the output, {what}. {limit}"
