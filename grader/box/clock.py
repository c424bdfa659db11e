"""The wall clock of one case: it stands still while the case waits for a processor that others hold.

On an overloaded night a right hand-in may get a tenth of a core. The kernel counts, for every thread, how long it ran
and how long it was ready to run but waited (/proc/PID/task/TID/schedstat). A case is owed one core: so what its most
delayed thread has waited is lent to it, as far as all its threads together had less than one core; what they take from
each other is their own affair. What a thread had that is gone is not told by the kernel (its parent may have asked that
nobody learns it), so it is taken to have run ever since it was last seen. At most four times the limit is lent, and who
sleeps or computes is lent nothing. Waiting for a disk or for swapped memory is not counted there; /proc/pressure tells
that it was so.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from grader.box.watch import tree

MOST_LENT: Final = 4.0  # in units of the limit
_LOOK_AFTER: Final = 0.25  # of the limit: most cases end long before, and are not looked at
_NS: Final = 1e-9
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PRESSURE: Final = (Path("/proc/pressure/io"), Path("/proc/pressure/memory"))
Times = dict[int, tuple[int, int]]  # thread -> ns it ran, ns it waited; minus a process: its dead children


class Clock:
    """Runs from its making; `pid` is the root of the job's processes."""

    def __init__(self, pid: int, allowed_s: float) -> None:
        self._pid, self._allowed_s = pid, allowed_s
        self._started = self._looked = time.monotonic()
        self._before = self._last = times(pid)
        self._had_s = 0.0
        self._stalled_before = stalled_s()
        self.lent_s = 0.0

    def used_s(self) -> float:
        """Seconds that count."""
        return max(0.0, time.monotonic() - self._started - self.lent_s)

    def left_s(self) -> float:
        """Seconds until the limit, as far as known now."""
        return self._allowed_s - self.used_s()

    def look(self) -> None:
        """Lends what the job has waited since the start; costs little, and nothing early on."""
        at = time.monotonic()
        elapsed_s = at - self._started
        if elapsed_s < _LOOK_AFTER * self._allowed_s:
            return
        now = times(self._pid)
        self._had_s += self._had_since(now, at - self._looked)
        self._last, self._looked = now, at
        waited_s = _NS * max((waited - self._of(thread)[1] for thread, (_, waited) in now.items()), default=0)
        owed_s = min(waited_s, max(0.0, elapsed_s - self._had_s), MOST_LENT * self._allowed_s)
        self.lent_s = max(self.lent_s, owed_s)

    def _had_since(self, now: Times, since_s: float) -> float:
        """How long the job ran since the last look, rather too much than too little."""
        last = self._last
        gone = [ran for name, (ran, _) in last.items() if name > 0 and name not in now]
        there = sum(ran - last.get(name, (0, 0))[0] for name, (ran, _) in now.items() if name > 0)
        told = sum(ran - last.get(name, (0, 0))[0] for name, (ran, _) in now.items() if name < 0) - sum(gone)
        return _NS * there + max(_NS * told, len(gone) * since_s)

    def was_stalled(self, cpu_s: float) -> bool:
        """Whether the machine itself waited for disk or memory much of the time, and the case computed little."""
        elapsed_s = time.monotonic() - self._started
        return cpu_s < 0.5 * elapsed_s and stalled_s() - self._stalled_before > 0.25 * elapsed_s

    def _of(self, thread: int) -> tuple[int, int]:
        return self._before.get(thread, (0, 0))


def times(pid: int) -> Times:
    """How long every thread of a process and of all below it ran and waited; nothing where the kernel does not tell."""
    found: Times = {}
    for process in tree(pid):
        with suppress(OSError, ValueError, IndexError):
            for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208
                ran, waited = Path(f"/proc/{process}/task/{thread}/schedstat").read_text().split()[:2]
                found[int(thread)] = (int(ran), int(waited))
            found[-process] = (_of_dead_children(process), 0)
    return found


def _of_dead_children(process: int) -> int:
    """How long those of its children ran that are gone, so that what a chain of forks takes from itself is counted."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int((int(words[13]) + int(words[14])) / _TICKS / _NS)


def stalled_s() -> float:
    """For how long, since it was started, some work on this machine has waited for disk or memory; 0 if untold."""
    return sum(map(_stalled_s, _PRESSURE))


def _stalled_s(path: Path) -> float:
    with suppress(OSError, ValueError, IndexError):
        return int(path.read_text().split("total=")[1].split()[0]) / 1e6
    return 0.0
