"""Huge pages under the zygote's memory: what a process holds is unchanged, its forks get cheaper."""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path

from grader.box.inside.hugepages import HUGE_BYTES, collapse
from tests.box.inside.forked import in_child

PR_SET_THP_DISABLE = 41


def huge_kib() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages"))


def test_large_private_memory_moves_to_huge_pages_and_keeps_what_it_holds() -> None:
    def moved() -> list[bool]:
        room = mmap.mmap(-1, 8 * HUGE_BYTES, flags=mmap.MAP_PRIVATE)
        room.write(b"kept" * (2 * HUGE_BYTES))
        before = huge_kib()
        collapse()
        return [huge_kib() >= before + 7 * HUGE_BYTES // 1024, room[-4:] == b"kept"]

    assert in_child(moved) == [True, True]


def test_a_process_that_may_not_have_them_is_left_as_it_is() -> None:
    def left() -> list[int | bool]:
        ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)
        before = huge_kib()
        return [collapse(), huge_kib() > before]  # the kernel may split some at any time

    assert in_child(left) == [0, False]
