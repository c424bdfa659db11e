"""The level of this machine, tried once per boot and remembered beside the results.

A trial starts processes and takes longer than a run in which nothing has changed. What is remembered holds for one
boot, user, kernel, bubblewrap, Python and version of our own code; a slot that then fails to start ends as our fault,
never at a weaker level.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.box.levels import best_level
from grader.box.store import worker_sha256
from grader.kept.folder import write_whole
from grader.machine import this_machine
from grader.nouns.plain import LEVELS, Level

FILE = "level.json"


def level_of_this_boot(out: Path) -> Level:
    """The strongest level that this machine offers: as remembered in `out`, else by a live trial."""
    told = _told()
    remembered = _read(out / FILE)
    if remembered.get("for") == told and remembered.get("level") in LEVELS[1:]:
        return LEVELS[LEVELS.index(remembered["level"])]
    level = best_level()
    with suppress(OSError):  # a folder that cannot be written costs a trial next time, nothing else
        write_whole(out / FILE, json.dumps({"for": told, "level": level}).encode())
    return level


def _told() -> list[str]:
    return [*this_machine(), worker_sha256()]


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # none, or one that was cut
        return {}
    return told if isinstance(told, dict) else {}
