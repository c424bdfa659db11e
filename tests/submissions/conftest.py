"""The samples of the assignment that a module of tests is about, graded once."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.submissions.samples")

from tests.submissions.samples import Samples  # noqa: E402 (its asserts are to tell what they compare)


@pytest.fixture(scope="module")
def samples(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Samples:
    asked = request.module
    return Samples(asked.ASSIGNMENT, tmp_path_factory.mktemp(asked.ASSIGNMENT), asked.PARTS)
