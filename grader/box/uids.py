"""Uids for slots when grade runs as root: numbers that nobody has, one per slot."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

FIRST: Final = 60_800
LAST: Final = 65_000


def free_uids(count: int, first: int = FIRST) -> list[int]:
    """So many uids without a passwd entry, outside every subordinate range, and with no running process.

    Raises: ValueError if there are not so many.
    """
    found = list(islice(_free(first), count))
    if len(found) < count:
        raise ValueError(f"only {len(found)} of {count} unused uids between {first} and {LAST}")
    return found


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
