"""The kit says what probes may use, and fetches it late."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader import kit


@pytest.mark.parametrize("name", kit.__all__)
def test_every_name_for_probes_is_there(name: str) -> None:
    assert getattr(kit, name) is not None


def test_a_name_that_is_not_for_probes_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"module 'grader\.kit' has no attribute 'anything'"):
        _ = kit.anything


def test_finding_files_needs_no_torch() -> None:
    code = "import sys, grader.kit.stubs; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["gradients", "draws"])
def test_no_module_takes_the_place_of_a_function(name: str) -> None:
    assert callable(getattr(kit, name))
