"""Maps of a class beside each other: one row for all who gave the same map, in the order of their distance.

For attention the distance is the largest difference from the expected weights; for *who sees whom* it is how many
pairs leak. Those who gave the same are one row, so a class of hundreds is read in a few lines.

Axes: k heads (1 for who sees whom), r rows, c columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from grader.nouns.judged import Picture, Results
from grader.report import attention_maps, influence, strips, wording
from grader.report.arrays import EXPECTED, ArrayFile, array_file
from grader.report.attention_maps import UNTRAINED, Maps
from grader.report.class_model import Link, MapRow, MapTable
from grader.report.names import anchor, page_name

if TYPE_CHECKING:
    from grader.nouns.plain import Array

MOST_ROWS = 160  # of all tables together
FEWEST_ROWS = 8  # of one
MOST_NAMED = 60  # people of one row
DIGITS = 3  # two maps are the same if they agree so far


@dataclass(frozen=True, slots=True)
class _Given:
    """What one submission gave. `key`: equal for those who gave the same; `weights`: as drawn, from 0 to 1."""

    who: Link
    key: bytes
    distance: float
    said: str
    weights_krc: Array


def class_maps(results: Results, arrays: Path) -> tuple[MapTable, ...]:
    """A table for each plot of attention maps or of who sees whom, in the order of the handout."""
    found: dict[tuple[str, str, str], list[_Given]] = {}
    plots: dict[tuple[str, str, str], Picture] = {}
    expected = array_file(arrays, EXPECTED)
    for key, picture, link, file in _pictures(results, arrays):
        given = _given(picture, link, file, expected)
        if given is not None:
            plots.setdefault(key, picture)
            found.setdefault(key, []).append(given)
    most = max(FEWEST_ROWS, MOST_ROWS // max(1, len(found)))
    graded = sum(not each.error for each in results.submissions)
    return tuple(_table(plots[key], given, expected, graded, most) for key, given in found.items())


def _pictures(results: Results, arrays: Path) -> Iterator[tuple[tuple[str, str, str], Picture, Link, ArrayFile]]:
    for submission in results.submissions:
        file = array_file(arrays, submission.arrays)
        for part in submission.parts:
            for each in part.pictures:
                is_map = each.kind == "influence" or (each.kind == "heatmap" and not each.output.startswith(UNTRAINED))
                if is_map and each.yours:
                    href = f"staff/{quote(page_name(submission.id))}#{quote(anchor(part.id))}"
                    yield (part.id, each.case, each.yours), each, Link(submission.id, href), file


def _given(picture: Picture, who: Link, file: ArrayFile, expected: ArrayFile) -> _Given | None:
    """What is drawn of one submission; nothing if its array is no map."""
    try:
        if picture.kind == "influence":
            seen = influence.seen_in(picture, file, expected)
            return None if seen is None else _influence(seen, who)
        return _attention(Maps(file.read(picture.yours), expected.read(picture.expected)), who)
    except Exception:  # numbers at the end of what floats can hold: no array that anybody sends stops a report
        return None


def _influence(seen: influence.Seen, who: Link) -> _Given:
    leaks_rc = seen.leaks_rc
    count = int(leaks_rc.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        decades_rc = np.log10(np.minimum(np.nan_to_num(seen.moves_rc), 1.0)) / influence.DECADES + 1
    said = f"{wording.counted(count, 'leak')}" if count else "no leak"
    return _Given(who, leaks_rc.tobytes(), count, said, np.clip(decades_rc, 0, 1)[None])


def _attention(maps: Maps, who: Link) -> _Given | None:
    yours_krc = maps.yours_krc
    if yours_krc is None or not attention_maps.are_maps(yours_krc):
        return None
    if maps.is_same:
        return _Given(who, b"", 0.0, "as expected", yours_krc)
    gap_krc = maps.gap_krc
    key = repr(yours_krc.shape).encode() + (np.round(yours_krc, DIGITS) + 0.0).tobytes()
    if gap_krc is None:
        shape = f"another shape, {wording.shape(yours_krc.shape)}" if maps.expected_krc is not None else ""
        return _Given(who, key, float("inf"), shape, yours_krc)
    worst = float(np.abs(np.nan_to_num(gap_krc, nan=np.inf)).max())
    said = "not all of it finite" if np.isinf(worst) else f"off by up to {wording.number(worst)}"
    return _Given(who, key, worst, said, yours_krc)


def _table(picture: Picture, given: Iterable[_Given], expected: ArrayFile, graded: int, most: int) -> MapTable:
    groups: dict[bytes, list[_Given]] = {}
    for each in given:
        groups.setdefault(each.key, []).append(each)
    ordered = sorted(groups.values(), key=lambda group: (group[0].distance, -len(group), group[0].who.text))
    rows = tuple(_row(group) for group in ordered[:most])
    left_out = sum(map(len, ordered[most:]))
    absent = graded - sum(map(len, ordered))
    notes = []
    if left_out:
        notes.append(f"{left_out} more, farther away, are not shown.")
    if absent:
        notes.append(f"{absent} of {graded} gave none.")
    is_given = bool(rows) and ordered[0][0].distance == 0  # by somebody: then it need not be shown twice
    wanted = expected.read(picture.expected) if picture.kind == "heatmap" and not is_given else None
    reference = strips.small(wanted) if wanted is not None and attention_maps.are_maps(wanted) else None
    return MapTable(picture.title, reference, rows, tuple(notes))


def _row(group: list[_Given]) -> MapRow:
    people = sorted(group, key=lambda each: each.who.text)
    first = people[0]
    heads, rows, columns = first.weights_krc.shape
    what = f"{heads} heads of {rows} x {columns}" if heads > 1 else f"{rows} x {columns}"
    return MapRow(
        image=strips.small(first.weights_krc),
        alt=f"map of {first.who.text}, {what}: {first.said}",
        said=first.said,
        count=len(people),
        people=tuple(each.who for each in people[:MOST_NAMED]),
        more=max(0, len(people) - MOST_NAMED),
    )
