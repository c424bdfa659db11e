"""A series with a limit in words: how many steps are above it, which is the largest, and which of them are marked.

Axes: n steps, j of them marked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from grader.nouns.plain import Array
from grader.report import wording
from grader.report.model import NumberTable

FEW = 4  # so many steps above the limit are all named
MAX_ROWS, STRETCHES = 24, 20
MAX_DOTS = 100  # so many steps above the limit are dots; more have ticks alone


@dataclass(frozen=True, slots=True)
class Clipping:
    """A series of steps, counted from 0, and which are marked. Shapes: y (n,), marked (j,)."""

    y_n: Array
    marked_j: Array
    clip: float | None
    unit: str  # what a step is: update

    @property
    def above(self) -> Array:
        """The steps above the limit."""
        return np.flatnonzero(self.y_n > (np.inf if self.clip is None else self.clip))

    @property
    def marked(self) -> list[int]:
        """Those of them that are marked."""
        known = self.marked_j[(self.marked_j >= 0) & (self.marked_j < len(self.y_n))]
        return sorted(set(known.astype(np.int64).tolist()))


def unit_of(label: str) -> str:
    """What the label of an axis counts, if it is a word that has a plural."""
    return label.lower() if re.fullmatch(r"[A-Za-z]{2,20}", label) and not label.endswith("s") else "step"


def finding(clipping: Clipping) -> str:
    """The one line that a reader wants: `2 updates above the limit 1: 311 and 1702, both marked`."""
    above, marked = clipping.above, clipping.marked
    if clipping.clip is None:
        return _size(clipping)
    limit = f"above the limit {wording.number(clipping.clip)}"
    if not len(above):
        return f"{_size(clipping)}, none {limit}"
    if len(above) > FEW:
        return f"{_count(len(above), clipping.unit)} {limit}, {_marked(clipping)}"
    named = wording.listed([str(step) for step in above.tolist()])
    whole = {1: "marked", 2: "both marked"}.get(len(above), "all marked")
    told = whole if len(marked) == len(above) else _marked(clipping)
    return f"{_count(len(above), clipping.unit)} {limit}: {named}, {told}"


def in_full(clipping: Clipping) -> str:
    """The series for whoever does not see it: `2,000 updates, 14 above the limit 1, largest 46.2 at update 311`."""
    said = [_size(clipping)]
    if clipping.clip is not None:
        number = f"{len(clipping.above):,}" if len(clipping.above) else "none"
        said.append(f"{number} above the limit {wording.number(clipping.clip)}")
    finite = np.where(np.isfinite(clipping.y_n), clipping.y_n, -np.inf)
    largest = int(finite.argmax())
    if np.isfinite(finite[largest]):
        said.append(f"largest {wording.number(float(finite[largest]))} at {clipping.unit} {largest}")
    lost = int((~np.isfinite(clipping.y_n)).sum())
    said += [f"{lost:,} not finite"] if lost else []
    return ", ".join(said) + (f"; {_marked(clipping)}" if clipping.clip is not None else "")


def tables(clipping: Clipping) -> tuple[NumberTable, ...]:
    """The steps above the limit, and the least and the greatest value of each stretch."""
    stretches = _stretches(clipping)
    return (_above_table(clipping), stretches) if len(clipping.above) else (stretches,)


def _above_table(clipping: Clipping) -> NumberTable:
    above, marked = clipping.above, set(clipping.marked)
    first = above[np.lexsort((-clipping.y_n[above], ~np.isin(above, clipping.marked)))]
    shown = sorted(first[:MAX_ROWS].tolist())
    more = f" (of {len(above):,} those marked and the largest)" if len(above) > len(shown) else ""
    rows = tuple(
        (str(step), wording.number(float(clipping.y_n[step])), "yes" if step in marked else "no") for step in shown
    )
    return NumberTable(f"Above the limit{more}", (clipping.unit, "value", "marked"), rows)


def _stretches(clipping: Clipping) -> NumberTable:
    rows = []
    for steps in np.array_split(np.arange(len(clipping.y_n)), min(STRETCHES, len(clipping.y_n))):
        values = clipping.y_n[steps]
        finite = values[np.isfinite(values)]
        ends = [str(steps[0]), str(steps[-1])]
        low, high = (wording.number(float(one)) for one in (finite.min(), finite.max())) if finite.size else ("–", "–")
        rows.append((" to ".join(dict.fromkeys(ends)), low, high))
    return NumberTable("Least and greatest value", (f"{clipping.unit}s", "least", "greatest"), tuple(rows))


def _size(clipping: Clipping) -> str:
    return _count(len(clipping.y_n), clipping.unit)


def _marked(clipping: Clipping) -> str:
    named = [str(step) for step in clipping.marked]
    return f"marked: {wording.some(named, 8)}" if named else "none marked"


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit if number == 1 else unit + 's'}"
