"""What asks for a GPU gets the CPU, in a hand-in that takes one for granted; nothing is touched for any other."""

from __future__ import annotations

import ast
import importlib.util
import io
import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import torch

from grader.kit.gpu import hide, is_asked_for, stand_in, without_gpu


@pytest.fixture
def stood_in() -> Iterator[None]:
    """CUDA means the CPU for one test."""
    with without_gpu():
        yield


@pytest.mark.parametrize(
    "text",
    [
        "x = x.cuda()",
        "device = 'cuda'",
        "device = torch.device('cuda:0')",
        "x = torch.zeros(2, device='mps')",
        "model.to(f'cuda:{number}')",
        "x = torch.cuda.LongTensor([1])",
        "x = x.type('torch.cuda.FloatTensor')",
        "torch.cuda.set_device(0)",
        "def f(x, device='cuda'):\n    pass",
        "device = 'cuda' if use_cuda else 'cpu'",
        "if args.gpu:\n    model.cuda()",
    ],
)
def test_a_file_that_takes_one_for_granted_asks_for_it(text: str) -> None:
    assert is_asked_for(text, ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "device = 'cuda' if torch.cuda.is_available() else 'cpu'",
        "device = torch.device('mps' if torch.backends.mps.is_available() else 'cpu')",
        "if torch.cuda.is_available():\n    model = model.cuda()",
        "torch.cuda.empty_cache()\ntorch.cuda.manual_seed_all(1)",
        "barracuda = 1\nprint('no cuda here')",
    ],
)
def test_a_file_that_looks_first_is_left_alone(text: str) -> None:
    assert not is_asked_for(text, ast.parse(text))


@pytest.mark.usefixtures("stood_in")
def test_tensors_are_made_moved_and_converted_on_the_cpu() -> None:
    x = torch.ones(2, 3)
    made = [
        torch.zeros(2, device="cuda"),
        torch.arange(3, device=torch.device("cuda", 0)),
        torch.full((2,), 7.0, device=0),
        torch.tensor([1.0], device="mps"),
        x.cuda(0, non_blocking=True),
        x.to("cuda:1", torch.float64),
        x.to(torch.zeros(1)),
        x.to(device="cuda", dtype=torch.float16),
        x.new_zeros(2, device="cuda"),
        x.type("torch.cuda.LongTensor"),
        x.type(torch.cuda.DoubleTensor),
        torch.cuda.FloatTensor([1.0, 2.0]),  # type: ignore[attr-defined]
    ]

    assert {each.device.type for each in made} == {"cpu"}
    assert [each.dtype for each in made[5:11]] == [
        torch.float64,
        torch.float32,
        torch.float16,
        torch.float32,
        torch.int64,
        torch.float64,
    ]
    assert made[11].tolist() == [1.0, 2.0]


@pytest.mark.usefixtures("stood_in")
def test_modules_are_moved_and_made_on_the_cpu() -> None:
    model = torch.nn.Linear(2, 2, device="cuda").cuda().to(torch.device("cuda")).to("mps", torch.float64)

    assert {(each.device.type, each.dtype) for each in model.parameters()} == {("cpu", torch.float64)}


@pytest.mark.usefixtures("stood_in")
@pytest.mark.parametrize("place", [{}, {"map_location": "cuda:0"}, {"map_location": torch.device("cuda")}], ids=str)
def test_weights_are_loaded_on_the_cpu(place: dict[str, object]) -> None:
    file = io.BytesIO()
    torch.save({"w": torch.ones(2)}, file)
    file.seek(0)

    assert torch.load(file, **place)["w"].device.type == "cpu"


@pytest.mark.usefixtures("stood_in")
def test_whoever_asks_is_told_the_truth_and_what_waits_for_a_gpu_goes_on() -> None:
    torch.cuda.set_device(0)
    torch.cuda.synchronize()

    assert not torch.cuda.is_available()


def test_a_default_device_is_the_cpu() -> None:
    with without_gpu():
        torch.set_default_device("cuda")
        made = torch.ones(2)
    torch.set_default_device(None)

    assert made.device.type == "cpu"


def test_all_is_as_before_afterwards() -> None:
    before = torch.Tensor.to, torch.zeros, torch.load, torch.cuda.FloatTensor  # type: ignore[attr-defined]

    with without_gpu():
        assert torch.zeros is not before[1]
        assert not stand_in()
        with without_gpu():
            pass
        assert torch.zeros is not before[1]

    assert before == (torch.Tensor.to, torch.zeros, torch.load, torch.cuda.FloatTensor)  # type: ignore[attr-defined]
    assert not {"cuda", "to"} & vars(torch.Tensor).keys()


@pytest.mark.usefixtures("stood_in")
def test_functions_can_still_be_scripted_and_mapped(tmp_path: Path) -> None:
    (tmp_path / "scripted.py").write_text("import torch\ndef act(x):\n    return torch.relu(x) + torch.zeros(1)\n")
    spec = importlib.util.spec_from_file_location("scripted", tmp_path / "scripted.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert torch.jit.script(module.act)(torch.ones(2)).tolist() == [1.0, 1.0]
    assert torch.cuda.set_device is not torch.cuda.synchronize  # torch.compile refuses one function under two names
    assert torch.func.vmap(lambda x: x + torch.ones(2, device="cuda"))(torch.ones(3, 2)).sum() == 12


def test_functions_keep_their_names_and_gradients_flow() -> None:
    text = dedent(
        """
        import torch
        x = torch.ones(3, device="cuda", requires_grad=True)
        (x.to("cuda") * torch.arange(3.0, device="cuda")).sum().backward()
        """
    )
    names: dict[str, torch.Tensor] = {}
    with without_gpu():
        assert torch.zeros.__name__ == "zeros"
        exec(text, names)

    assert names["x"].grad is not None
    assert names["x"].grad.tolist() == [0.0, 1.0, 2.0]


def test_one_that_is_there_can_be_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    for place in (torch.backends.mps, torch.accelerator):
        monkeypatch.setattr(place, "is_available", lambda: True)

    hide()

    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
    assert not torch.backends.mps.is_available()
    assert not torch.accelerator.is_available()
