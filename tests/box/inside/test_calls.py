"""Numbers of system calls: those of the kernel's headers, and refused when they are really made."""

from __future__ import annotations

import ctypes
import errno
import functools
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.box.inside import namespaces, seccomp
from grader.box.inside.calls import ABSENT, ARGUED, FORBIDDEN, IDLE, OWNERS
from tests.box.inside.forked import in_child

EVERY = {**FORBIDDEN, **ABSENT, **IDLE, **OWNERS, **ARGUED}
HEADERS = {
    0: ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    1: ("/usr/include/asm-generic/unistd.h",),
}
MACHINES = ["x86-64", "arm64"]
OF_TODAY = {"bpf", "ptrace", "mount", "unshare", "keyctl", "io_uring_setup", "process_vm_readv", "userfaultfd"}


@functools.cache
def header(column: int) -> Mapping[str, int]:
    """Name -> number, as this machine's headers of the kernel have it; none if it has no headers."""
    text = next((Path(path).read_text() for path in HEADERS[column] if Path(path).exists()), "")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text)
    return {name: int(number) for name, number in found}


@pytest.mark.parametrize("column", [0, 1], ids=MACHINES)
@pytest.mark.parametrize("name", EVERY)
def test_a_number_is_that_of_the_kernels_header(name: str, column: int) -> None:
    theirs = header(column)
    if not theirs:
        pytest.skip("this machine has no headers of the kernel")
    ours = EVERY[name][column]

    assert ours == theirs.get(name, ours)
    assert (ours is None) <= (name not in theirs)


@pytest.mark.parametrize("column", [0, 1], ids=MACHINES)
def test_no_number_stands_twice(column: int) -> None:
    numbers = [row[column] for row in EVERY.values() if row[column] is not None]

    assert len(set(numbers)) == len(numbers)


def test_no_call_is_in_two_tables() -> None:
    assert len(EVERY) == len(FORBIDDEN) + len(ABSENT) + len(IDLE) + len(OWNERS) + len(ARGUED)


@pytest.mark.parametrize("column", [0, 1], ids=MACHINES)
def test_every_number_is_one_that_the_filter_gets_to(column: int) -> None:
    assert max(row[column] or 0 for row in EVERY.values()) <= seccomp.LAST_CALL


def answers(names: Mapping[str, object]) -> dict[str, str]:
    """How the kernel answers these calls, made without an argument behind the filter."""
    libc = ctypes.CDLL(None, use_errno=True)
    column = seccomp.ARCHITECTURES[seccomp.platform.machine()][1]
    namespaces.drop_capabilities()  # so that none of them does anything, should the filter fail
    seccomp.install(seccomp.here(close=False))
    found = {}
    for name in names:
        number = EVERY[name][column]
        if number is not None:
            ctypes.set_errno(0)
            libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
            found[name] = errno.errorcode.get(ctypes.get_errno(), "allowed")
    return found


@pytest.mark.parametrize(("table", "answer"), [(FORBIDDEN, "EPERM"), (ABSENT, "ENOSYS")], ids=["EPERM", "ENOSYS"])
def test_the_kernel_refuses_every_call_of_a_table(table: Mapping[str, object], answer: str) -> None:
    found = in_child(lambda: answers(table))

    assert set(found.values()) == {answer}
    assert len(found) >= len(table) - 5  # some architectures never had them


def test_the_calls_that_every_escape_begins_with_are_forbidden() -> None:
    assert set(FORBIDDEN) >= OF_TODAY
