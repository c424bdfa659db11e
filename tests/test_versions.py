"""Which versions stand in reports and keys."""

from __future__ import annotations

import platform
import subprocess
import sys

import numpy as np
import pytest

import grader
from grader.versions import COUNTED, versions


@pytest.mark.parametrize(
    ("name", "version"),
    [("grade", grader.__version__), ("python", platform.python_version()), ("numpy", np.__version__)],
)
def test_a_version_is_the_one_that_runs(name: str, version: str) -> None:
    assert versions()[name] == version


def test_torch_counts_and_is_told_without_its_local_suffix_being_lost() -> None:
    asked = "import torch; print(torch.__version__)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()

    assert versions()["torch"] == told


def test_nothing_heavy_is_imported_for_it() -> None:
    asked = "import sys; from grader.versions import versions; versions(); print({'torch', 'numpy'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert told == "set()\n"


def test_a_package_that_is_not_there_is_missing() -> None:
    asked = (
        "import sys; sys.path[:] = [path for path in sys.path if 'site-packages' not in path]\n"
        "from grader.versions import versions; print(versions()['torch'])"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", asked],
        capture_output=True,
        text=True,
        check=True,
        cwd=grader.__path__[0] + "/..",
    ).stdout

    assert told == "missing\n"


def test_every_version_is_a_text() -> None:
    assert {"grade", "python", *COUNTED} == set(versions())
    assert all(isinstance(version, str) and version for version in versions().values())
