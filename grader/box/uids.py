"""Uids for slots when grade runs as root: numbers that nobody has, one per slot.

A uid is taken by an abstract socket named after it, so that two runs on one machine never share one: the kernel lets
go of the name when grade ends, however it ends.
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

FIRST: Final = 60_800
LAST: Final = 65_000


@dataclass(frozen=True, slots=True)
class Uid:
    """A uid that is ours until it is closed."""

    number: int
    name: socket.socket

    def close(self) -> None:
        """Lets others take it."""
        self.name.close()


def take_uids(count: int, first: int = FIRST) -> list[Uid]:
    """So many uids without a passwd entry, outside every subordinate range, with no running process.

    Raises: ValueError if there are not so many.
    """
    taken = list(islice(_taken(first), count))
    if len(taken) == count:
        return taken
    for uid in taken:
        uid.close()
    raise ValueError(f"only {len(taken)} of {count} unused uids between {first} and {LAST}")


def _taken(first: int) -> Iterator[Uid]:
    for number in _free(first):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0grade-box-uid-{number}")
        except OSError:
            name.close()  # another run's
        else:
            yield Uid(number, name)


def _free(first: int) -> Iterator[int]:
    taken = {entry.pw_uid for entry in pwd.getpwall()} | _running()
    ranges = subordinate_ranges(Path("/etc/subuid"))
    for uid in range(first, LAST):
        if uid not in taken and not any(uid in each for each in ranges):
            yield uid


def subordinate_ranges(file: Path) -> list[range]:
    """The ranges that a file such as /etc/subuid gives away; none if there is no such file."""
    with suppress(OSError):
        rows = [line.split(":") for line in file.read_text().splitlines()]
        return [range(int(row[1]), int(row[1]) + int(row[2])) for row in rows if len(row) == 3]
    return []


def _running() -> set[int]:
    uids: set[int] = set()
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit():
                with suppress(OSError):
                    uids.add(entry.stat().st_uid)
    return uids
