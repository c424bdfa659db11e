"""One kit for all tests that only look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.handout.build import Kit
from tests.handout import courses


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small course, in which its observations are kept."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="session")
def kit(course: Path) -> Kit:
    """The kit of the small course."""
    return courses.built(course)
