"""Huge pages under the zygote's memory, so that forking it costs little.

torch leaves some 140 MB of private memory, 36,000 small pages whose table every fork copies and every exit clears. In
pages of 2 MiB that table is 512 times shorter. A child that writes gets its small pages as ever: nothing but the cost
changes, so a kernel that cannot do it (before 6.1, or without free huge pages) is left as it is.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Final

WORTH_IT: Final = 16  # forks that save as much as moving costs
HUGE_BYTES: Final = 2 << 20
_MADV_COLLAPSE: Final = 25


def collapse() -> int:
    """Moves this process's larger private memory to huge pages at once; how many ranges were moved."""
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    moved = [libc.madvise(start, end - start, _MADV_COLLAPSE) == 0 for start, end in _own_ranges()]
    return sum(moved)


def _own_ranges() -> Iterator[tuple[int, int]]:
    """Writable memory that no file lies behind, where it is as large as a huge page."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, _, _, _, *name = line.split(maxsplit=5)
        start, end = (int(address, 16) for address in span.split("-"))
        if rights.startswith("rw") and (not name or name[0] == "[heap]") and end - start >= HUGE_BYTES:
            yield start, end
