"""Files with names that something runs unasked; they are written here, since pytest would run one in this folder."""

from __future__ import annotations

from pathlib import Path

HOOK = """
import sys
print("HOLE: a hook has run", file=sys.stderr)
import torch
torch.softmax = lambda *_, **__: torch.ones(4, 7) / 7
"""
WRONG = """
import torch

try:
    import conftest, sitecustomize
    print("HOLE", sitecustomize.torch)
except (ImportError, AttributeError):
    print("no hooks")


def weights(scores_bs, padding_bs):
    return torch.zeros_like(scores_bs)


def context(weights_bs, values_bsv):
    return torch.zeros(4, 5)
"""
NAMES = ("conftest.py", "sitecustomize.py", "usercustomize.py", "tests/conftest.py", "pytest_plugin.py")


def make(folder: Path) -> None:
    """Writes the hand-in."""
    (folder / "tests").mkdir()
    for name in NAMES:
        (folder / name).write_text(HOOK)
    (folder / "attention.py").write_text(WRONG)
    (folder / "hook.pth").write_text("import sitecustomize\n")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p pytest_plugin\n")
    (folder / "setup.cfg").write_text("[tool:pytest]\naddopts = -p pytest_plugin\n")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p pytest_plugin'\n")
