"""A map of numbers in words: its size, what stands on and off the diagonal, and what is no number.

Axes: r rows, c columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from grader.nouns.plain import Array
from grader.report import matrices, wording
from grader.report.model import NumberTable

OFFSETS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
MEASURES: Mapping[str, Callable[[Array], float]] = {"middle": np.median, "least": np.min, "greatest": np.max}


def said_of(cells_rc: Array) -> str:
    """The map in one line: `1,026 x 1,026, 1 on the diagonal, 0.239 at offset 1000`.

    Shapes: (r, c).
    """
    rows, columns = cells_rc.shape
    offsets = _offsets(cells_rc)
    said = [f"{rows:,} x {columns:,}"]
    if offsets and (matrices.is_finite(cells_rc) or np.isfinite(cells_rc).any()):
        near, far = (_measured(cells_rc.diagonal(offset), np.median) for offset in (0, offsets[-1]))
        said += [f"{near} on the diagonal", f"{far} at offset {offsets[-1]}"]
    else:
        said.append(matrices.spread(cells_rc[np.isfinite(cells_rc)]))
    return ", ".join([*said, *_lost(cells_rc)])


def table_of(maps: Mapping[str, Array]) -> NumberTable:
    """The maps as figures: along each distance from the diagonal if they are square, else of the whole.

    The middle is the median; where the least and the greatest equal it, only the distance counts.
    Shapes: each (r, c).
    """
    offsets = min((_offsets(cells_rc) for cells_rc in maps.values()), key=len)
    if offsets:
        return NumberTable(
            "Values by distance from the diagonal",
            ("distance", *(f"{label}, {measure}" for label in maps for measure in MEASURES)),
            tuple(
                (f"{offset:,}", *_measures([cells_rc.diagonal(offset) for cells_rc in maps.values()]))
                for offset in offsets
            ),
        )
    sizes = tuple(" x ".join(f"{size:,}" for size in cells_rc.shape) for cells_rc in maps.values())
    lost = tuple(f"{int((~np.isfinite(cells_rc)).sum()):,}" for cells_rc in maps.values())
    rows = [(name, *(_measured(cells_rc, one) for cells_rc in maps.values())) for name, one in MEASURES.items()]
    return NumberTable("The values in figures", ("measure", *maps), (("size", *sizes), *rows, ("not finite", *lost)))


def _offsets(cells_rc: Array) -> tuple[int, ...]:
    rows, columns = cells_rc.shape
    return tuple(offset for offset in OFFSETS if offset < rows) if rows == columns > 1 else ()


def _measures(diagonals: list[Array]) -> list[str]:
    return [_measured(values, measure) for values in diagonals for measure in MEASURES.values()]


def _measured(values: Array, measure: Callable[[Array], float]) -> str:
    finite = values[np.isfinite(values)]
    return wording.number(float(measure(finite))) if finite.size else "–"


def _lost(cells_rc: Array) -> list[str]:
    """The cells that hold no number, and the rows and columns that hold nothing else."""
    is_lost = np.zeros((1, 1), bool) if matrices.is_finite(cells_rc) else ~np.isfinite(cells_rc)
    if is_lost.all() or not is_lost.any():
        return []
    rows, columns = np.flatnonzero(is_lost.all(axis=1)), np.flatnonzero(is_lost.all(axis=0))
    whole = [_numbered(word, places) for word, places in (("row", rows), ("column", columns)) if len(places)]
    return [f"{is_lost.sum():,} not finite" + (f" ({wording.listed(whole)})" if whole else "")]


def _numbered(word: str, places: Array) -> str:
    return f"{word}{'s' if len(places) > 1 else ''} {wording.some([str(place) for place in places.tolist()], 4)}"
