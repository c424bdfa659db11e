"""`grade check --watch`: looks at the folder, and checks again what a saved file can affect.

Times and sizes are asked for every fifth of a second: that works on every system and on network drives, and costs
little, since folders that hold no homework are left out. A file that is saved half way is a state like any other.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from grader.home.files import ENVIRONMENT
from grader.intake.rules import reason_to_leave_out
from grader.kit_line import CHECKS
from grader.nouns.checked import Checked

EVERY_S: Final = 0.2
SETTLED_S: Final = 0.05  # an editor that writes a file in several steps is done by then
MOST_FILES: Final = 5_000
PASSING: Final = ("~", ".tmp", ".swp", ".pyc", ".part", ".lock")
Stamp: TypeAlias = tuple[int, int]  # time of change in ns, size in bytes


class Rechecks(Protocol):
    """Checks parts of a folder, and knows which parts a file can affect."""

    def check(self, parts: tuple[str, ...] = ()) -> Checked:
        """All parts, those named looked at anew; none named: all looked at anew."""

    def parts_of(self, path: Path) -> tuple[str, ...] | None:
        """The parts that this file can affect; None: any of them."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: what was changed since the last one, and what was found."""

    changed: tuple[str, ...]
    checked: Checked
    turned: tuple[str, ...] = ()  # "1d: failed -> passed"


def watch(
    folder: Path,
    checker: Rechecks,
    show: Callable[[Round], None],
    *,
    parts: tuple[str, ...] = (),
    asleep: Callable[[float], None] = time.sleep,
) -> None:
    """Checks, and checks again after every change, until it is interrupted.

    `parts`: those that are asked for; the others are left alone. `asleep` waits between two looks.
    """
    seen = stamps(folder)
    checked = checker.check(parts)
    show(Round((), checked))
    asked = parts or tuple(part.result.id for part in checked.parts)
    while True:
        asleep(EVERY_S)
        now = stamps(folder)
        if now == seen:
            continue
        now = _settled(folder, now, asleep)
        changed, seen = changes(seen, now), now
        affected = affected_parts(folder, changed, checker, asked)
        if affected:
            before, checked = checked, checker.check(affected)
            show(Round(changed, checked, turned(before, checked)))


def affected_parts(
    folder: Path, changed: tuple[str, ...], checker: Rechecks, asked: tuple[str, ...]
) -> tuple[str, ...]:
    """The parts to check again, of those that are asked for; empty if no change can affect any."""
    affected = set[str]()
    for path in changed:
        parts = checker.parts_of(folder / path)
        affected |= set(asked if parts is None else parts)
    return tuple(part for part in asked if part in affected)


def turned(before: Checked, now: Checked) -> tuple[str, ...]:
    """The parts that stand otherwise than before: `1d: failed -> passed`."""
    states = {part.result.id: part.state for part in before.parts}
    moved = [part for part in now.parts if states.get(part.result.id, part.state) != part.state]
    return tuple(f"{part.result.id}: {states[part.result.id]} -> {part.state}" for part in moved)


def stamps(folder: Path) -> dict[str, Stamp]:
    """Path below the folder -> when it was changed and how large it is, for all that may be homework."""
    return dict(_stamps(folder))


def changes(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> tuple[str, ...]:
    """The paths that are new, gone or different."""
    return tuple(sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path)))


def _settled(folder: Path, now: dict[str, Stamp], asleep: Callable[[float], None]) -> dict[str, Stamp]:
    """The stamps once they stay the same for a moment."""
    while True:
        asleep(SETTLED_S)
        later = stamps(folder)
        if later == now:
            return now
        now = later


def _stamps(folder: Path) -> Iterator[tuple[str, Stamp]]:
    waiting, count = [""], 0
    while waiting and count < MOST_FILES:
        here = waiting.pop()
        entries = _entries(folder / here)
        if here and any(entry.name == ENVIRONMENT for entry in entries):
            continue
        for entry in entries:
            path = f"{here}{entry.name}"
            with suppress(OSError):  # gone while it was looked at
                if entry.is_dir(follow_symlinks=False):
                    waiting += [] if path == CHECKS else [f"{path}/"]
                elif entry.is_file():
                    found = Path(entry.path).stat()  # what a folder knows of a file may be old on Windows
                    count += 1
                    yield path, (found.st_mtime_ns, found.st_size)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What may be homework, or hold it; not what is hidden, or what an editor writes beside a file for a moment."""
    with suppress(OSError), os.scandir(folder) as entries:
        return [entry for entry in entries if not _is_passing(entry.name) and not reason_to_leave_out(entry.name)]
    return []


def _is_passing(name: str) -> bool:
    return name.startswith((".", "~", "#")) or name.endswith(PASSING)
