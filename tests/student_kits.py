"""The student kits of the four assignments: built once for all tests of a run, whatever worker asks first."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from docs.tutorial import build_kit


def student_kit(assignment: str, factory: pytest.TempPathFactory) -> Path:
    """The zip that `grade handout` makes of an assignment; nobody may change it."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "student-kits"
    shared.mkdir(exist_ok=True)
    kit = shared / f"{assignment}-handout.zip"
    with (shared / f"{assignment}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kit.exists():
            build_kit(assignment, kit)
    return kit
