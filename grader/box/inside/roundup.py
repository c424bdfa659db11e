"""The end of a job that has no pid namespace: every process found and killed, everything it left removed.

A bomb forks faster than it can be killed. So each round stops the descendants that are new; when a round finds none,
nobody is left who could fork, and all are killed. The caller must be their subreaper.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def kill_descendants() -> resource.struct_rusage:
    """Kills and reaps all descendants of the caller; what they used, together."""
    stopped: set[int] = set()
    while fresh := _descendants(os.getpid()) - stopped:
        _send(signal.SIGSTOP, fresh)
        stopped |= fresh
    _send(signal.SIGKILL, stopped)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def _send(number: signal.Signals, pids: set[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _descendants(pid: int) -> set[int]:
    try:
        text = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return set()
    children = {int(word) for word in text.split()}
    return children.union(*(_descendants(child) for child in children))


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
    """Removes a folder of the caller's, whatever modes its contents were given."""

    def _open_up(function: Callable[[str], object], path: str, _error: object) -> None:
        for each in (Path(path).parent, Path(path)):
            with suppress(OSError):
                each.chmod(0o700)
        with suppress(OSError):
            function(path)

    shutil.rmtree(folder, onerror=_open_up)
