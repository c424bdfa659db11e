"""Canaries: jobs of our own between those of hand-ins, which must say the same every time.

One runs when a zygote starts and one after every job, whose observations are given out only when it was heard: some
26 ms of CPU buy that nothing which a slot gave after it was disturbed reaches a result or the store.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from grader.box import endings
from grader.box import job as jobs_room
from grader.box.slot import Zygote
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation, Run

PROBE: Final = "canary job"  # as in inside/canary.py
FILES: Final[Mapping[str, bytes]] = {"canary.txt": b"tweet\n"}
_DIFFERS: Final = "the canary says another thing than at first"
RUN: Final = Run("canary", "canary", PROBE, {}, 1, Limits(wall_s=30.0, cpu_s=30.0))


class Songs:
    """What the canaries of one pool say: the first one tells what is right for all its slots."""

    def __init__(self, *, silent: bool = False) -> None:
        self._silent = silent  # where nothing is promised, and in tests that look at what a missing layer lets through
        self._lock = threading.Lock()
        self._right: Mapping[str, str] | None = None

    def fault(self, zygote: Zygote, units: frozenset[str]) -> str:
        """What the canary of this zygote says otherwise than the first one; empty if nothing.

        Raises: CancelledError if the pool is being closed.
        """
        if self._silent:
            return ""
        found = jobs_room.perform(_Perch(zygote, units), FILES, (RUN,), _untold)
        song = told(found[RUN.part, RUN.case])
        with self._lock:
            if self._right is None and song["ended"] == "answered":
                self._right = song
            right = self._right or {"ended": "answered"}
        return "; ".join(
            f"{name} is {song.get(name, 'absent')!r}, was {right.get(name, 'absent')!r}"
            for name in {**right, **song}
            if song.get(name) != right.get(name)
        )


class Slot(Protocol):
    """What the watch over a job needs of its slot."""

    def canary_fault(self) -> str:
        """What the canary says otherwise than at first; empty if nothing."""

    def is_worn(self) -> bool:
        """Whether the zygote has served so many jobs that it is replaced."""

    def restart(self) -> None:
        """Ends the zygote, so that the next one is new."""


def watched(slot: Slot, runs: Sequence[Run], perform: Callable[[], jobs_room.Found]) -> jobs_room.Found:
    """What a job gives, once the canary after it was heard; a job that disturbed its slot is run again, once.

    Raises: HarnessError if the box does not start; CancelledError.
    """
    found = perform()
    first = slot.canary_fault()
    if first:
        slot.restart()
        found = perform()
        second = slot.canary_fault()
        if second:
            slot.restart()
            log = f"before the job was run again: {first}\nafter it: {second}\n{_DIFFERS}"
            broken = endings.broken("the slot was disturbed twice", log)
            found = {(run.part, run.case): broken for run in runs}
    if slot.is_worn():
        slot.restart()
    return found


def told(seen: Observation) -> dict[str, str]:
    """An answer in words: how it ended, every text, and a hash of the bytes of every array."""
    sums = {name: hashlib.sha256(array.tobytes()).hexdigest()[:16] for name, array in seen.tensors.items()}
    ended = f"{seen.ended} {seen.reason}".strip()
    return {"ended": ended, **seen.texts, **sums}


class _Perch:
    """A slot for one job in a zygote that is there already; one that dies is not replaced."""

    watchdog = True

    def __init__(self, zygote: Zygote, units: frozenset[str]) -> None:
        self._zygote = zygote
        self.units = units

    def zygote(self) -> Zygote:
        """The one that is there."""
        return self._zygote

    def restart(self) -> None:
        """Leaves it as it is: whoever asked for the canary decides."""


def _untold(part: str, case: str, phase: str) -> None:
    pass
