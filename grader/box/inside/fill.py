"""How much a job without file systems of its own holds in files: a disk that all share must not be filled by one.

Counted are its own folders, what its uid has in the shared memory folder, and files that are open but have no name any
more. Not counted: a nameless file that is mapped and no longer open; its pages count as memory once they are touched.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 192 << 20  # more than what the tmpfs of a walled job hold together
MOST_FILES: Final = 8192
LOOK_S: Final = 0.2
_BLOCK: Final = 512


class Fill:
    """The files of one job, from those that it starts with."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = tuple(folders)
        held, files = self._held(())
        self._most = held + MOST_BYTES, files + MOST_FILES

    def is_over(self, pids: Iterable[int]) -> bool:
        """Whether the job with these processes holds more than it may."""
        held, files = self._held(pids)
        return held > self._most[0] or files > self._most[1]

    def _held(self, pids: Iterable[int]) -> tuple[int, int]:
        seen = {(each.st_dev, each.st_ino): each.st_blocks * _BLOCK for each in self._files(pids)}
        return sum(seen.values()), len(seen)

    def _files(self, pids: Iterable[int]) -> Iterator[os.stat_result]:
        for folder in self._folders:
            yield from _below(folder)
        for pid in pids:
            yield from _nameless(pid)


def _below(folder: str) -> Iterator[os.stat_result]:
    """What lies in a folder and is the caller's, modes that hide it taken away; one that is gone holds nothing."""
    waiting, uid = [folder], os.getuid()
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                told = entry.stat(follow_symlinks=False)
                if told.st_uid != uid:
                    continue
                yield told
                if stat.S_ISDIR(told.st_mode):
                    _open_up(entry.path, told)
                    waiting.append(entry.path)


def _open_up(path: str, told: os.stat_result) -> None:
    """Gives a folder its owner's rights back; by a descriptor, since a name may lead elsewhere by now."""
    if told.st_mode & stat.S_IRWXU == stat.S_IRWXU:
        return
    with suppress(OSError):
        folder = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            Path(f"/proc/self/fd/{folder}").chmod(0o700)
        finally:
            os.close(folder)


def _nameless(pid: int) -> Iterator[os.stat_result]:
    """The open files of a process that lie in no folder any more."""
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            with suppress(OSError):
                told = entry.stat()
                if stat.S_ISREG(told.st_mode) and not told.st_nlink and told.st_uid == os.getuid():
                    yield told
