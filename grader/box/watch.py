"""What grade sees of a running job: everything it says, under caps, and what all its processes use.

One epoll loop per slot. Memory is looked at every 50 ms, cheaply first: the sum of resident pages can only be larger
than the true share (PSS), so the costly reading is made only when that sum is over the limit.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

POLL_S: Final = 0.05
MESSAGE_BYTES: Final = 64 * 1024
_CHUNK: Final = 256 * 1024
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_SHARED: Final = "/dev/zero (deleted)"  # what /proc/PID/maps calls a shared mapping without a file


class CancelledError(Exception):
    """The pool is being closed; the job is dropped without an observation."""


@dataclass(slots=True)
class Stream:
    """What came through one pipe: at most `keep` bytes of it, and how many there were."""

    fd: int
    keep: int
    data: bytearray = field(default_factory=bytearray)
    total: int = 0
    ended: bool = False

    def read(self) -> bool:
        """Takes what is there now; False at the end of file."""
        with suppress(BlockingIOError):
            chunk = os.read(self.fd, _CHUNK)
            self.ended = not chunk
            self.total += len(chunk)
            self.data += chunk[: max(0, self.keep - len(self.data))]
        return not self.ended

    def drain(self) -> None:
        """Takes what is there without waiting, until one byte more than is kept has come."""
        before = -1
        while not self.ended and self.total != before and self.total <= self.keep:
            before = self.total
            self.read()


class Mailbox:
    """Messages of one SEQPACKET socket, strictly read: anything but a small JSON object ends it."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.messages: deque[dict[str, Any]] = deque()
        self.closed = False

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self.sock.fileno()

    def read(self) -> bool:
        """Takes one message; False if there will be no more."""
        try:
            packet = self.sock.recv(MESSAGE_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            packet = b""
        message = _message(packet)
        if message is None:
            self.closed = True
        else:
            self.messages.append(message)
        return not self.closed


def _message(packet: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(packet)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and isinstance(message.get("at"), str) else None


class Loop:
    """Waits for any of a slot's descriptors; `wake` is the pool's way to end it."""

    def __init__(self, wake: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, selectors.EVENT_READ, _cancel)

    def add(self, fd: int, read: Callable[[], bool]) -> None:
        """Calls `read` whenever this descriptor has something, until it says False."""
        self._selector.register(fd, selectors.EVENT_READ, read)

    def remove(self, fd: int) -> None:
        """Forgets this descriptor, if it is known; before it is closed."""
        with suppress(KeyError, ValueError):
            self._selector.unregister(fd)

    def step(self, timeout_s: float) -> None:
        """Reads what has come, waiting at most so long for the first.

        Raises: CancelledError if the pool is being closed.
        """
        for key, _ in self._selector.select(max(0.0, timeout_s)):
            read: Callable[[], bool] = key.data
            if not read():
                self.remove(key.fd)

    def close(self) -> None:
        """Forgets all sources; closes none of them."""
        self._selector.close()


def _cancel() -> bool:
    raise CancelledError


# --- the processes of a job -------------------------------------------------------------------------------------


def pid_of(pidfd: int) -> int:
    """The process behind a pidfd, as this machine numbers it; -1 if it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
            if line.startswith("Pid:"):
                return int(line.split()[1])
    return -1


def children(pid: int) -> list[int]:
    """The children of a process; none if it is gone."""
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            found += [int(word) for word in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    return found


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children(found[-1])
    return found


def tasks(pid: int) -> int:
    """How many threads a process and all below it have."""
    count = 0
    for each in tree(pid):
        with suppress(OSError):
            count += len(os.listdir(f"/proc/{each}/task"))  # noqa: PTH208
    return count


def _resident(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return 0


def _share(pid: int) -> int:
    """Its proportional share; all that is resident where we may not look closer: it made itself undumpable."""
    with suppress(PermissionError):
        return _proportional(pid)
    return _resident(pid)


def _proportional(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _shared_anywhere() -> int:
    """What all of this machine holds in memory that processes share; 0 if untold."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Shmem:")).split()[1]) * 1024
    return 0


def _mapped_together(pids: Iterable[int]) -> int:
    """The size of all mappings without a file that these processes share, each counted once."""
    ends: dict[str, int] = {}
    for pid in pids:
        with suppress(OSError, ValueError, IndexError):
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                if line.endswith(_SHARED):
                    where, _, offset, _, inode = line.split()[:5]
                    start, end = (int(each, 16) for each in where.split("-"))
                    ends[inode] = max(ends.get(inode, 0), int(offset, 16) + end - start)
    return sum(ends.values())


class Memory:
    """The memory of a job's processes together, looked at every 50 ms.

    Pages that are shared stay when a process lets go of them (MADV_DONTNEED), and are then counted as nobody's. So
    where this machine holds more of them than before, those that the job could reach count.
    """

    def __init__(self, pid: int, limit_bytes: int) -> None:
        self._pid, self._limit = pid, limit_bytes
        self._next = time.monotonic() + POLL_S
        self._shared_before = _shared_anywhere()
        self.peak = 0

    def wait_s(self) -> float:
        """How long until the next look."""
        return self._next - time.monotonic()

    def is_over(self) -> bool:
        """Whether the job holds more than its limit; looks only if it is time to."""
        if self.wait_s() > 0:
            return False
        self._next = time.monotonic() + POLL_S
        processes = tree(self._pid)
        if sum(map(_resident, processes)) <= self._limit:
            self.peak = max(self.peak, self._let_go(processes))
            return self.peak > self._limit
        self.peak = max(self.peak, sum(map(_share, processes[1:])))  # the first is ours, and holds nothing
        return self.peak > self._limit

    def _let_go(self, processes: Iterable[int]) -> int:
        grown = _shared_anywhere() - self._shared_before
        return min(grown, _mapped_together(processes)) if grown > self._limit else 0
