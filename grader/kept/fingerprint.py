"""The fingerprint of a tree: of every file its name, kind, rights, size, inode, mtime and ctime, as in git's index.

Nothing is opened, so a thousand files cost some milliseconds. The content cannot change without one of these: whoever
puts size and mtime back as they were still moves ctime, which only the kernel sets.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST: Final = 200_000  # files and folders; of more there is no fingerprint
HIDDEN: Final = ".*"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Two are equal while nothing has changed. `newest_ns` is the newest mtime or ctime in it."""

    sha256: str
    newest_ns: int


class _UnsureError(Exception):
    """What lies there can change without being seen from here."""


def fingerprint(*roots: Path, skip: Collection[str] = (), inner_links: bool = False) -> Fingerprint | None:
    """That of everything below some paths, whether there is anything or not; None if it cannot be told.

    `skip` are names that do not count, `HIDDEN` those with a dot. A link says nothing of what it leads to, so none is
    allowed but those that nobody follows: `inner_links`, those in folders below the roots.
    """
    found: list[str] = []
    newest_ns = 0
    try:
        for root in roots:
            found.append(f"{str(root)!r} {_identity(root)}")
            for path, status in _below(root, skip, inner_links):
                told: tuple[int, ...] = (status.st_mode, status.st_dev, status.st_ino)
                if not (skip and stat.S_ISDIR(status.st_mode)):  # what is skipped changes the times of its folder too
                    told += (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
                    newest_ns = max(newest_ns, *told[-2:])
                found.append(f"{path!r} {told}")
                if len(found) > MOST:
                    return None
    except (OSError, _UnsureError):
        return None
    return Fingerprint(hashlib.sha256("\n".join(found).encode()).hexdigest(), newest_ns)


def _identity(root: Path) -> str:
    """Which file or folder stands at a path, links followed, and whether any does."""
    try:
        status = root.stat()
    except FileNotFoundError:
        return "none"
    return f"{status.st_mode} {status.st_dev} {status.st_ino}"


def _below(root: Path, skip: Collection[str], inner_links: bool) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below a folder, or the one file, by name and in order; links are not followed."""
    if root.is_file():
        yield "", root.stat()
    waiting = [""] if root.is_dir() else []
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name in skip or (entry.name.startswith(".") and HIDDEN in skip):
                    continue
                if entry.is_symlink() and not (inner_links and folder):
                    raise _UnsureError
                path = f"{folder}/{entry.name}" if folder else entry.name
                yield path, entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
