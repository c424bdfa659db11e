"""The samples of the assignment that a module of tests is about: graded once, and each in an unpacked student kit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.submissions.samples", "tests.submissions.at_home")

from tests.student_kits import student_kit  # noqa: E402
from tests.submissions.at_home import Homework  # noqa: E402
from tests.submissions.samples import Samples  # noqa: E402 (their asserts are to tell what they compare)


@pytest.fixture(scope="module")
def samples(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Samples:
    asked = request.module
    return Samples(asked.ASSIGNMENT, tmp_path_factory.mktemp(asked.ASSIGNMENT), asked.PARTS)


@pytest.fixture(scope="module")
def homework(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homework]:
    folder = tmp_path_factory.mktemp("homework")
    homework = Homework(samples, student_kit(samples.assignment, tmp_path_factory), folder)
    yield homework
    homework.checker.close()
    shutil.rmtree(folder)
