"""One tiny student kit for all tests of the student's side; each test gets a copy of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.home.kits import write_kit


@pytest.fixture(scope="session")
def whole_kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit whose homework is solved; not to be written to. Made once for all workers: its reference needs torch."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "home-kit"
    shared.mkdir(exist_ok=True)
    kit = shared / "tiny"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kit.exists():
            write_kit(tmp_path_factory.mktemp("kit") / "tiny").rename(kit)
    return kit


@pytest.fixture
def kit(whole_kit: Path, tmp_path: Path) -> Path:
    """A copy of the kit, in a folder whose path has a blank and Chinese signs."""
    return Path(shutil.copytree(whole_kit, tmp_path / "my 作业" / "tiny"))
