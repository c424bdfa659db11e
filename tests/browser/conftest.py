"""The pages of the sample class, for all browser tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.report.site import write_site
from tests.report import sample_class


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all pages of the sample class."""
    out = tmp_path_factory.mktemp("out")
    sample_class.write_sample_arrays(out)
    write_site(out, sample_class.sample_results())
    return out
