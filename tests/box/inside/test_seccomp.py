"""The filter as a program: run here by a small interpreter, and against libseccomp's numbers."""

from __future__ import annotations

import errno
import os
import resource
import socket
import struct
from collections.abc import Callable

import pytest

from grader.box.inside import namespaces
from grader.box.inside.calls import ABSENT, ARGUED, FORBIDDEN, IDLE, OWNERS
from grader.box.inside.seccomp import ALLOW, ARCHITECTURES, KILL, LAST_CALL, here, install, program, refuse
from tests.box.inside.forked import in_child, refusal

EPERM, ENOSYS, FAMILY = refuse(errno.EPERM), refuse(errno.ENOSYS), refuse(errno.EAFNOSUPPORT)
MACHINES = list(ARCHITECTURES)
EVERY = {**FORBIDDEN, **ABSENT, **IDLE, **OWNERS, **ARGUED}


def answer(code: bytes, number: int, *arguments: int, machine: str = "x86_64") -> int:
    """What a filter answers to a call: the five instructions that ours has, interpreted."""
    data = struct.pack("<IIQ6Q", number, ARCHITECTURES[machine][0], 0, *(*arguments, *[0] * 6)[:6])
    lines = list(struct.iter_unpack("HBBI", code))
    at = accumulator = 0
    while True:
        kind, yes, no, value = lines[at]
        at += 1
        if kind == 0x06:
            return value
        if kind == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif kind == 0x54:
            accumulator &= value
        else:
            jump = {0x15: accumulator == value, 0x25: accumulator > value, 0x45: bool(accumulator & value)}
            at += yes if jump[kind] else no


def number(name: str, machine: str = "x86_64") -> int:
    found = EVERY[name][ARCHITECTURES[machine][1]]
    assert found is not None
    return found


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("close", [True, False])
def test_every_forbidden_call_is_refused_and_an_ordinary_one_is_not(machine: str, close: bool) -> None:
    code, column = program(machine, close=close), ARCHITECTURES[machine][1]
    forbidden = {row[column] for row in FORBIDDEN.values()} - {None}
    absent = {row[column] for row in ABSENT.values()} - {None}

    assert {answer(code, call, machine=machine) for call in forbidden if call is not None} == {EPERM}
    assert {answer(code, call, machine=machine) for call in absent if call is not None} == {ENOSYS}
    assert answer(code, {"x86_64": 1, "aarch64": 64}[machine], machine=machine) == ALLOW  # write


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("close", "expected"), [(True, refuse(0)), (False, ALLOW)], ids=["shared", "own"])
def test_rights_and_times_of_files_stay_as_they_are_where_the_uid_is_shared(
    machine: str, close: bool, expected: int
) -> None:
    code, column = program(machine, close=close), ARCHITECTURES[machine][1]
    idle = {row[column] for row in IDLE.values()} - {None}

    owners = {row[column] for row in OWNERS.values()} - {None}

    assert {answer(code, call, machine=machine) for call in idle if call is not None} == {expected}
    assert {answer(code, call, machine=machine) for call in owners if call is not None} == {EPERM if close else ALLOW}


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_ends_the_process(machine: str) -> None:
    other = next(each for each in MACHINES if each != machine)

    assert answer(program(machine, close=False), 1, machine=other) == KILL


@pytest.mark.parametrize("call", [LAST_CALL + 1, 500, 0x4000_0000, 0x4000_0001, 0xFFFF_FFFF])
def test_calls_that_nobody_has_read_about_and_x32_calls_do_not_exist(call: int) -> None:
    assert answer(program("x86_64", close=False), call) == ENOSYS


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (17,), ALLOW),
        ("clone", (0x3D_0F00,), ALLOW),
        ("clone", (0x1000_0000,), EPERM),
        ("clone", (0x0002_0000,), EPERM),
        ("clone", (0x0200_0011,), EPERM),
        ("ioctl", (0, 0x5412), EPERM),
        ("ioctl", (0, 0x541C), EPERM),
        ("ioctl", (0, 0x5401), ALLOW),
        ("fcntl", (0, 1024), EPERM),
        ("fcntl", (0, 1026), EPERM),
        ("fcntl", (0, 1030), ALLOW),
        ("socket", (1, 1), ALLOW),
        ("socket", (2, 1), FAMILY),
        ("socket", (16, 3), FAMILY),
        ("socketpair", (1, 2), ALLOW),
        ("socketpair", (2, 1), FAMILY),
        ("connect", (3,), ALLOW),
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (1, 7), EPERM),
        ("prlimit64", (0xFFFF_FFFF, 7), EPERM),
        ("sched_setaffinity", (0, 8), ALLOW),
        ("sched_setaffinity", (1, 8), EPERM),
        ("sched_setparam", (0, 8), ALLOW),
        ("sched_setparam", (1, 8), EPERM),
        ("sched_setscheduler", (0, 5), ALLOW),
        ("sched_setscheduler", (1, 5), EPERM),
        ("sched_setattr", (0, 0), ALLOW),
        ("sched_setattr", (1, 0), EPERM),
        ("setpriority", (0, 0, 19), ALLOW),
        ("setpriority", (0, 1, 19), EPERM),
        ("setpriority", (1, 0, 19), EPERM),
        ("setpriority", (2, 0, 19), EPERM),
    ],
)
def test_calls_that_are_judged_by_an_argument(name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert answer(program("x86_64", close=False), number(name), *arguments) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("socket", (1, 1), FAMILY),
        ("socket", (2, 1), FAMILY),
        ("connect", (3,), EPERM),
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (1, 0x8_0001), ALLOW),
        ("socketpair", (1, 2), FAMILY),
        ("socketpair", (2, 1), FAMILY),
    ],
)
def test_without_namespaces_no_socket_can_address_anybody(name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert answer(program("x86_64", close=True), number(name), *arguments) == expected


CHANGES: dict[str, Callable[[int], object]] = {
    "limits": lambda pid: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)),
    "priority": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 1),
    "processors": lambda pid: os.sched_setaffinity(pid, os.sched_getaffinity(0)),
    "scheduler": lambda pid: os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_process_may_change_itself_but_no_other_of_its_user(what: str) -> None:
    """Landlock and no_new_privs do not forbid this, and the next job has what its zygote has."""

    def change() -> list[str]:
        namespaces.prctl(namespaces.PR_SET_NO_NEW_PRIVS, 1)
        install(here(close=True))
        return [refusal(lambda: CHANGES[what](0)), refusal(lambda: CHANGES[what](os.getppid()))]

    assert in_child(lambda: in_child(change)) == ["allowed", "EPERM"]


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(KeyError, match="sparc"):
        program("sparc", close=False)


@pytest.mark.parametrize(
    "name", [name for name, row in {**FORBIDDEN, **ABSENT, **IDLE, **OWNERS, **ARGUED}.items() if row[0] is not None]
)
def test_numbers_agree_with_libseccomp(name: str) -> None:
    seccomp = pytest.importorskip("pyseccomp", reason="pyseccomp is not installed")
    theirs = seccomp.resolve_syscall(seccomp.Arch.X86_64, name)
    known = isinstance(theirs, int) and theirs >= 0

    assert not known or theirs == number(name)


@pytest.mark.parametrize("machine", MACHINES)
def test_buffers_of_sockets_do_not_grow_and_nobody_is_troubled(machine: str) -> None:
    code = program(machine, close=False)
    said = [answer(code, number("setsockopt", machine), 3, 1, option, machine=machine) for option in (7, 8, 32, 33)]

    assert said == [refuse(0)] * 4
    assert answer(code, number("setsockopt", machine), 3, 1, 2, machine=machine) == ALLOW  # SO_REUSEADDR
    assert answer(code, number("setsockopt", machine), 3, 6, 7, machine=machine) == ALLOW  # of TCP


def test_a_socket_keeps_the_buffer_it_has() -> None:
    def _grown() -> int:
        one, other = socket.socketpair()
        with one, other:
            before = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
            namespaces.prctl(namespaces.PR_SET_NO_NEW_PRIVS, 1)
            install(here(close=False))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 * before)
            return one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) - before

    assert in_child(_grown) == 0
