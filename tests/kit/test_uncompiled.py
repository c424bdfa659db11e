"""What a hand-in has compiled runs as it is, and means the same."""

from __future__ import annotations

import pytest
import torch

from grader.kit.uncompiled import is_compiled
from tests.kit.conftest import Load

STYLES = [
    "@torch.compile\ndef f(x):\n    return 2 * x\n",
    "@torch.compile(fullgraph=True, mode='max-autotune')\ndef f(x):\n    return 2 * x\n",
    "def f(x):\n    return 2 * x\nf = torch.compile(f, dynamic=True)\n",
    "class M(torch.nn.Module):\n    def forward(self, x):\n        return 2 * x\nf = torch.compile(M()).eval()\n",
    "class M(torch.nn.Module):\n    def forward(self, x):\n        return 2 * x\nf = M()\nf.compile()\n",
    "from torch import nn, compile\n@compile\ndef f(x):\n    return 2 * x\n",
]


@pytest.fixture(autouse=True)
def compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is replaced is put back."""
    monkeypatch.setattr(torch, "compile", torch.compile)
    monkeypatch.setattr(torch.nn.Module, "compile", torch.nn.Module.compile)


@pytest.mark.parametrize("style", STYLES)
def test_it_is_left_as_it_is(load: Load, style: str) -> None:
    hw = load({"nmt_model.py": f"import torch\n{style}NMT = f\n"})

    assert vars(hw.nmt_model)["f"](torch.ones(2)).tolist() == [2.0, 2.0]
    assert "stand-in torch.compile" in hw.notes


@pytest.mark.parametrize(
    "text", ["import re, torch\nx = re.compile('a')\n", "import torch\n", "x = compile('1', 'a', 'eval')  # torch\n"]
)
def test_other_ways_to_compile_are_none(text: str) -> None:
    assert not is_compiled(text)
