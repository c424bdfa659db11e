"""What tells one machine, boot and Python from another, as words to compare; nothing is tried for it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def this_machine() -> list[str]:
    """Boot, user, kernel, Python and bubblewrap: while these are the same, a jail that started once starts again."""
    boot = BOOT.read_text().strip() if BOOT.exists() else ""
    bwrap = shutil.which("bwrap") or ""
    return [boot, str(os.getuid()), os.uname().release, sys.prefix, sys.base_prefix, bwrap, *_seen(bwrap)]


def this_python() -> list[str]:
    """The version of Python, where it looks for modules, and when packages were last installed there."""
    shelves = [path for path in sys.path if path.endswith("-packages")]
    return [sys.version, str(os.cpu_count()), *sys.path, *(word for path in shelves for word in _seen(path))]


def _seen(path: str) -> list[str]:
    try:
        status = os.stat(path)  # noqa: PTH116 (the path of nothing is no path, and not this folder)
    except OSError:
        return []
    return [f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"]
