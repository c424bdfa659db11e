"""The filter of system calls: a small assembler for classic BPF, and the program that a job gets.

In order: another architecture than ours ends the process; a number above the last one we have read about answers
ENOSYS (x32 calls are among them); the tables of calls.py; then the calls that are judged by an argument. All else is
allowed. Limits, priority and processors a job may change of itself only: without a pid namespace zygote and grade have
the same uid, and what a zygote has is what the next job gets. `close` is the program for a job without namespaces:
there no socket can be made or connected at all, but `socketpair` of the kind that cannot address anybody, since sockets
of the host would be in sight; and rights, owners, times and attributes of files, of the zygote's too, stay as they are.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator
from typing import Final

from grader.box.inside.calls import ABSENT, ARGUED, FORBIDDEN, IDLE, OWNERS, Numbers

LAST_CALL: Final = 462
ARCHITECTURES: Final = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1)}
ALLOW: Final = 0x7FFF_0000
KILL: Final = 0x8000_0000
_ERRNO: Final = 0x0005_0000
_LOAD, _AND, _EQUAL, _ABOVE, _ANY, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_NEW_NAMESPACE: Final = 0x7E02_0000  # CLONE_NEW* of clone(2), NEWCGROUP among them
_TERMINAL: Final = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_EARS: Final = (1024, 1026)  # F_SETLEASE, F_NOTIFY
_OF_A_PROCESS: Final = ("prlimit64", "sched_setaffinity", "sched_setparam", "sched_setscheduler", "sched_setattr")
_ITSELF, _PRIO_PROCESS = 0, 0
_SOL_SOCKET, _BUFFERS = 1, (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF and what root may: memory that no limit counts
_AF_UNIX, _SOCK_STREAM, _KIND = 1, 1, 0xF
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


def refuse(number: int) -> int:
    """The filter's answer that makes a call fail with this errno."""
    return _ERRNO | number


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _argument(position: int) -> bytes:
    return _op(_LOAD, _ARGUMENTS + 8 * position)


def _when_equal(value: int, answer: int) -> bytes:
    return _op(_EQUAL, value, 0, 1) + _op(_RETURN, answer)


def _unless_equal(value: int, answer: int) -> bytes:
    return _op(_EQUAL, value, 1, 0) + _op(_RETURN, answer)


def _for_call(number: int, body: bytes) -> bytes:
    """`body`, run for this call only; after it the filter allows."""
    body += _op(_RETURN, ALLOW)
    return _op(_EQUAL, number, 0, len(body) // 8) + body


def _by_argument(close: bool) -> Iterator[tuple[str, bytes]]:
    denied, family = refuse(errno.EPERM), refuse(errno.EAFNOSUPPORT)
    yield "clone", _argument(0) + _op(_ANY, _NEW_NAMESPACE, 0, 1) + _op(_RETURN, denied)
    yield "ioctl", _argument(1) + b"".join(_when_equal(value, denied) for value in _TERMINAL)
    yield "fcntl", _argument(1) + b"".join(_when_equal(value, denied) for value in _EARS)
    for call in _OF_A_PROCESS:
        yield call, _argument(0) + _unless_equal(_ITSELF, denied)
    kind, who = _argument(0) + _unless_equal(_PRIO_PROCESS, denied), _argument(1) + _unless_equal(_ITSELF, denied)
    yield "setpriority", kind + who
    larger = b"".join(_when_equal(value, refuse(0)) for value in _BUFFERS)  # with success: who asks goes on
    yield "setsockopt", _argument(1) + _unless_equal(_SOL_SOCKET, ALLOW) + _argument(2) + larger
    only_unix = _argument(0) + _unless_equal(_AF_UNIX, family)
    if not close:
        yield "socket", only_unix
        yield "socketpair", only_unix
        return
    yield "socket", _op(_RETURN, family)
    yield "socketpair", only_unix + _argument(1) + _op(_AND, _KIND) + _unless_equal(_SOCK_STREAM, family)
    yield "connect", _op(_RETURN, denied)


def program(machine: str, *, close: bool) -> bytes:
    """The filter for this kind of machine.

    Raises: KeyError for a machine whose numbers we have not written down.
    """
    architecture, column = ARCHITECTURES[machine]

    def _numbers(table: dict[str, Numbers]) -> list[int]:
        return [number for row in table.values() if (number := row[column]) is not None]

    lines = [
        _op(_LOAD, _ARCHITECTURE),
        _unless_equal(architecture, KILL),
        _op(_LOAD, _NUMBER),
        _op(_ABOVE, LAST_CALL, 0, 1) + _op(_RETURN, refuse(errno.ENOSYS)),
        *(_when_equal(number, refuse(errno.EPERM)) for number in _numbers(dict(FORBIDDEN))),
        *(_when_equal(number, refuse(errno.ENOSYS)) for number in _numbers(dict(ABSENT))),
        *(_when_equal(number, refuse(0)) for number in _numbers(dict(IDLE)) if close),
        *(_when_equal(number, refuse(errno.EPERM)) for number in _numbers(dict(OWNERS)) if close),
    ]
    for name, body in _by_argument(close):
        number = ARGUED[name][column]
        if number is not None:
            lines.append(_for_call(number, body))
    return b"".join((*lines, _op(_RETURN, ALLOW)))


def install(code: bytes) -> None:
    """Puts the filter on the caller and all its children, for good; no_new_privs must be set.

    Raises: OSError if the kernel refuses.
    """
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    if _libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), header, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")


def here(*, close: bool) -> bytes:
    """The filter for this machine.

    Raises: KeyError for a machine whose numbers we have not written down.
    """
    return program(platform.machine(), close=close)
