"""The homework files as they would be collected at hand-in: the same rules on names, kinds and sizes.

Read in a way that every system knows; it is one's own folder, so nobody swaps a file while it is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from grader.intake.manifest import MANIFEST, files_of_kits
from grader.intake.rules import CAPS, Caps, Gathering, priority, reason_to_leave_out

ENVIRONMENT: Final = "pyvenv.cfg"  # in the folder of every environment that `python -m venv` made


def homework(folder: Path, *, first: Callable[[str], bool] = lambda _: False, caps: Caps = CAPS) -> Gathering:
    """The files below a homework folder, without those of kits. Those that are wanted `first` have room first.

    Raises: OSError if it cannot be listed.
    """
    gathering = Gathering(caps)
    found = sorted(_files(folder, "", gathering), key=lambda each: (not first(each[0]), priority(each[0])))
    for path, size in found:
        if gathering.admits(path, size):
            try:
                gathering.add(path, (folder / path).read_bytes())
            except OSError as error:
                gathering.leave_out(path, f"cannot be read: {error.strerror}")
    for path in (path for paths in files_of_kits(gathering.files).values() for path in paths):
        if path in gathering.files:  # a kit within the checks of another went with them
            gathering.take_out(path)
    return gathering


def _files(folder: Path, above: str, gathering: Gathering) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    if above and any(entry.name == ENVIRONMENT for entry in listed):
        gathering.leave_out(above, "an installed environment")
        return
    for entry in listed:
        path = f"{above}{entry.name}"
        try:
            if why := _why_not(entry):
                gathering.leave_out(path, why)
            elif not entry.is_dir():
                if entry.name != MANIFEST:  # of an earlier pack that was unpacked here
                    yield path, entry.stat().st_size
            elif why := reason_to_leave_out(path, gathering.caps):
                gathering.leave_out(f"{path}/", why)
            else:
                yield from _files(folder / entry.name, f"{path}/", gathering)
        except OSError as error:
            gathering.leave_out(path, f"cannot be read: {error.strerror}")


def _why_not(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink() or getattr(entry, "is_junction", bool)():  # the latter on Windows, from Python 3.12 on
        return "a symbolic link"
    mode = entry.stat().st_mode
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "not a regular file"
