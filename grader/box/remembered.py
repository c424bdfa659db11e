"""The level of this machine, tried once per boot and remembered beside the results.

A trial starts processes and takes longer than a run in which nothing has changed. What is remembered holds for one
boot, user, kernel, bubblewrap, Python and version of our own code; a slot that then fails to start ends as our fault,
never at a weaker level.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.box.levels import best_level
from grader.box.store import worker_sha256
from grader.nouns import LEVELS, Level

FILE = "level.json"
BOOT = Path("/proc/sys/kernel/random/boot_id")


def level_of_this_boot(out: Path) -> Level:
    """The strongest level that this machine offers: as remembered in `out`, else by a live trial."""
    told = _told()
    remembered = _read(out / FILE)
    if remembered.get("for") == told and remembered.get("level") in LEVELS[1:]:
        return LEVELS[LEVELS.index(remembered["level"])]
    level = best_level()
    with suppress(OSError):  # a folder that cannot be written costs a trial next time, nothing else
        out.mkdir(parents=True, exist_ok=True)
        (out / FILE).write_text(json.dumps({"for": told, "level": level}), encoding="utf-8")
    return level


def _told() -> list[str]:
    bwrap = shutil.which("bwrap") or ""
    status = Path(bwrap).stat() if bwrap else None
    seen = [f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"] if status else []
    boot = BOOT.read_text().strip() if BOOT.exists() else ""
    return [boot, str(os.getuid()), platform.release(), sys.prefix, sys.base_prefix, worker_sha256(), bwrap, *seen]


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or one that was cut
        return {}
    return told if isinstance(told, dict) else {}
