"""The folder that a run writes: claimed by one run at a time, and every file in it written whole or not at all.

The claim is a lock on `.lock` there, which the kernel lets go when its process ends, however it ends. What a run that
was killed has left half written is removed by the next one that claims the folder.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from grader.errors import Message, UsageError
from grader.safetext import safe_line

LOCK: Final = ".lock"
_HALF: Final = ".half"
_WRITTEN: Final = ("", "staff", "arrays", "documents", "observations")  # where files are written


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Nobody else writes to this folder meanwhile.

    Raises: UsageError E-OUT-BUSY if another run does. A folder that cannot be locked is used as it is: whatever cannot
    be written there is told when it is tried.
    """
    lock = _opened(out)
    if lock is None:
        yield
        return
    try:
        _lock(lock, out)
        _sweep(out)
        yield
    finally:
        os.close(lock)


def _opened(out: Path) -> int | None:
    with suppress(OSError):
        out.mkdir(parents=True, exist_ok=True)
        return os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    return None


def _lock(lock: int, out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    except BlockingIOError:
        raise UsageError(_busy(out, os.pread(lock, 20, 0))) from None
    except OSError:  # a file system without locks, or a full one
        return


def _sweep(out: Path) -> None:
    for name in _WRITTEN:
        for path in out.joinpath(name).glob(f".*{_HALF}"):
            with suppress(OSError):  # no right to, or another one has done it
                if not _is_alive(path.name.removesuffix(_HALF).rpartition(".")[2]):
                    path.unlink()


def _is_alive(pid: str) -> bool:
    return pid.isdecimal() and Path("/proc", pid).exists()


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file in one step: whoever reads it meanwhile sees the one before it, and half a one is never left.

    Raises: OSError if there is no room or no right to.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}{_HALF}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        with half.open("xb") as file:
            file.write(data)
        half.replace(path)
    except BaseException as error:
        with suppress(OSError):
            half.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def _busy(out: Path, pid: bytes) -> Message:
    who = f"process {pid.decode()}" if pid.isdigit() else "another process"
    return Message(
        place=safe_line(str(out)),
        fact=f"{who} is writing to this folder",
        code="E-OUT-BUSY",
        allowed="one run at a time in a folder",
        help="wait until that one has ended, or name another folder with --out",
    )
