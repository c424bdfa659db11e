"""Reading a folder that someone else filled: by descriptors, following no link, waiting for no pipe, each byte once.

A folder is opened below its parent's descriptor, so that nobody can swap a part of the path meanwhile; a file must be
regular both before and after it is opened. (`shutil.copytree` followed a link to the reference, and hung on a pipe.)
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from grader.intake.rules import SOURCES, Gathering, plain_path, priority, reason_to_leave_out

# Windows has none of the three: there the rules are wanted, for `grade pack`, and no folder is read this way.
FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))
Inode: TypeAlias = tuple[int, int]
KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}
# Names looked at in one submission and in one folder of it, kept or not: a folder of millions ends here.
MOST_NAMES = 40_000
MOST_IN_A_FOLDER = 10_000


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    size: int


@dataclass(slots=True)
class _Listing:
    gathering: Gathering
    course: frozenset[Inode]
    files: list[_Found] = field(default_factory=list)
    names: int = 0


def gather_folder(folder: Path, gathering: Gathering, course: frozenset[Inode] = frozenset()) -> None:
    """Reads all files below a folder into `gathering`. `course` are the files that may not come in by a hard link.

    Raises: OSError if the folder itself cannot be opened.
    """
    with _opened(folder) as root:
        listing = _Listing(gathering, course)
        _list(root, "", listing)
        for file in sorted(listing.files, key=lambda each: priority(each.path)):
            if gathering.admits(file.path, file.size):
                _take(root, file.path, gathering, course)


def gather_file(path: Path, gathering: Gathering, course: frozenset[Inode] = frozenset()) -> None:
    """Reads one file into `gathering`, under a name that can be shown. Raises: OSError."""
    with _opened(path.parent, flags=FLAGS & ~os.O_NOFOLLOW) as folder:  # the staff's own folder may be a link
        status = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
        why = _why_not(status, course)
        if why:
            gathering.leave_out(path.name, why)
        elif gathering.admits(plain_path(path.name), status.st_size):
            _take(folder, path.name, gathering, course)


def inodes_of(folder: Path, *files: Path) -> frozenset[Inode]:
    """Device and inode of these files and all below a folder: the course, which no hand-in may hold by a hard link."""
    below = (Path(above, name) for above, _, names in os.walk(folder) for name in names)
    statuses = [os.lstat(path) for path in (*below, *files)]
    return frozenset((status.st_dev, status.st_ino) for status in statuses)


@contextmanager
def _opened(folder: Path | str, below: int | None = None, flags: int = FLAGS) -> Iterator[int]:
    descriptor = os.open(folder, flags | os.O_DIRECTORY, dir_fd=below)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _list(folder: int, above: str, listing: _Listing) -> None:
    gathering = listing.gathering
    for name in _names(folder, above, gathering):
        path = f"{above}{name}"
        listing.names += 1
        if listing.names > MOST_NAMES:
            gathering.leave_out(path, f"more than {MOST_NAMES:,} names in the hand-in")
            return
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode):
                _sort_in(path, status, listing)
            elif why := reason_to_leave_out(path, gathering.caps):
                gathering.leave_out(f"{path}/", why)
            else:
                with _opened(name, folder) as inner:
                    _list(inner, f"{path}/", listing)
        except OSError as error:
            gathering.leave_out(path, f"cannot be read: {error.strerror}")


def _names(folder: int, above: str, gathering: Gathering) -> list[str]:
    """The names in a folder, near the top before deep; where there are too many, sources and folders are kept."""
    with os.scandir(folder) as entries:
        found = [(_is_folder(entry), not entry.name.endswith(SOURCES), entry.name) for entry in entries]
    more = len(found) - MOST_IN_A_FOLDER
    if more > 0:
        gathering.leave_out(above or ".", f"{more:,} of the {len(found):,} names in this folder")
        found = sorted(found, key=lambda each: (each[1] and not each[0], each))[:MOST_IN_A_FOLDER]
    return [name for _, _, name in sorted(found)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # gone already
        return False


def _sort_in(path: str, status: os.stat_result, listing: _Listing) -> None:
    why = _why_not(status, listing.course)
    if why:
        listing.gathering.leave_out(path, why)
    else:
        listing.files.append(_Found(path, status.st_size))


def _why_not(status: os.stat_result, course: frozenset[Inode]) -> str:
    if not stat.S_ISREG(status.st_mode):
        return KINDS.get(stat.S_IFMT(status.st_mode), "not a regular file")
    return "a hard link to a file of the course" if (status.st_dev, status.st_ino) in course else ""


def _take(root: int, path: str, gathering: Gathering, course: frozenset[Inode]) -> None:
    try:
        gathering.add(path, _read(root, path, gathering.caps.total_bytes - gathering.total_bytes, course))
    except _ChangedError as error:
        gathering.leave_out(path, str(error))
    except OSError as error:
        gathering.leave_out(path, f"cannot be read: {error.strerror}")


class _ChangedError(Exception):
    """The file is not what it was when it was listed."""


def _read(root: int, path: str, most: int, course: frozenset[Inode]) -> bytes:
    *folders, name = path.split("/")
    descriptor = os.dup(root)
    try:
        for folder in folders:
            inner = os.open(folder, FLAGS | os.O_DIRECTORY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        file = os.open(name, FLAGS, dir_fd=descriptor)
    finally:
        os.close(descriptor)
    with os.fdopen(file, "rb") as stream:
        status = os.fstat(file)
        if _why_not(status, course):
            raise _ChangedError("changed while it was read")
        most = min(most, status.st_size)
        data = stream.read(most + 1)
    if len(data) > most:
        raise _ChangedError("grew while it was read")
    return data
