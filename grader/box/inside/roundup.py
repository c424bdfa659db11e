"""The end of a job that has no pid namespace: every process found and killed, everything it left removed.

A bomb forks faster than it can be killed, and a chain of processes that fork and leave is gone wherever one looks. A
uid that nobody else has ends that: one `kill` of all its processes is one step for the kernel, and who has a signal
waiting cannot fork. Where the uid is shared, each round stops the descendants that are new, until a round finds none;
one that was just leaving may still have handed on to a child that no list showed, so all of it goes on until the
kernel says that the caller has no child. The caller must be their subreaper.
"""

from __future__ import annotations

import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def kill_descendants(*, is_alone: bool) -> resource.struct_rusage:
    """Kills and reaps all descendants of the caller; what they used, together.

    `is_alone`: the caller's uid is its slot's only, and not 0.
    """
    if is_alone:
        os.kill(-1, signal.SIGSTOP)  # all but the caller: the slot's zygote, too
    while _has_children():
        stopped: set[int] = set()
        while fresh := descendants(os.getpid()) - stopped:
            _send(signal.SIGSTOP, fresh)
            stopped |= fresh
        _send(signal.SIGKILL, stopped)
    if is_alone:
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGCONT)
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def _has_children() -> bool:
    """Whether a child is left once all that have ended are reaped; never waits for one that might not end."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def _send(number: signal.Signals, pids: set[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def descendants(pid: int) -> set[int]:
    """All processes below this one."""
    try:
        text = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return set()
    children = {int(word) for word in text.split()}
    return children.union(*(descendants(child) for child in children))


def sweep(shared: str) -> None:
    """Removes what the caller's uid, which nobody else has, left in a folder that all of the machine shares."""
    for entry in Path(shared).iterdir():
        with suppress(OSError):
            if entry.lstat().st_uid == os.getuid():
                _remove_one(entry)


def _remove_one(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        remove(str(entry))
    else:
        entry.unlink()


def remove(folder: str) -> None:
    """Removes a folder of the caller's, whatever modes its contents were given and however deep they lie.

    One descriptor goes down by names and up by "..": no path becomes too long, and nothing here calls itself. What
    cannot be removed is left, without a word.
    """
    with suppress(OSError):
        Path(folder).chmod(0o700)
        here = os.open(folder, _FOLDER)
        try:
            here = _emptied(here)
        finally:
            os.close(here)
        Path(folder).rmdir()


def _emptied(here: int) -> int:
    """Empties an open folder, which nobody else changes; the descriptor to close in its place."""
    way: list[tuple[str, list[str]]] = []  # the names that lead here, each with its folder's other folders
    folders = _without_files(here)
    while folders or way:
        name = folders.pop() if folders else ".."
        with suppress(OSError):
            there = os.open(name, _FOLDER, dir_fd=here)
            os.close(here)
            here = there
            if name != "..":
                way.append((name, folders))
                folders = _without_files(here)
                continue
        if name == "..":
            gone, folders = way.pop()
            with suppress(OSError):
                os.rmdir(gone, dir_fd=here)
    return here


def _without_files(here: int) -> list[str]:
    """Removes what is no folder from an open one; the folders in it, opened up."""
    folders: list[str] = []
    with os.scandir(here) as entries:
        names = [entry.name for entry in entries]
    for name in names:
        with suppress(OSError):
            try:
                os.unlink(name, dir_fd=here)
            except IsADirectoryError:
                os.chmod(name, 0o700, dir_fd=here)
                folders.append(name)
    return folders
