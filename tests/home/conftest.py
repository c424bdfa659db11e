"""One tiny student kit for all tests of the student's side; each test gets a copy of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.home.kits import write_kit


@pytest.fixture(scope="session")
def whole_kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit whose homework is solved; not to be written to."""
    return write_kit(tmp_path_factory.mktemp("kit") / "tiny")


@pytest.fixture
def kit(whole_kit: Path, tmp_path: Path) -> Path:
    """A copy of the kit, in a folder whose path has a blank and Chinese signs."""
    return Path(shutil.copytree(whole_kit, tmp_path / "my 作业" / "tiny"))
