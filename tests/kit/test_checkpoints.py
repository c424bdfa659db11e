"""Checkpoints of a hand-in: found, read as weights alone, and put into the model that they fit."""

from __future__ import annotations

import argparse
import json
import math
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from grader.kit.checkpoints import Unusable, checkpoint_files, handed_in_model, read_checkpoint
from grader.kit.handin import Missing

WORDS = 23


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in the jail; several threads that wait for one another take far longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Model(nn.Module):
    """A Transformer of any size, with a buffer that is no weight."""

    def __init__(self, nvoc: int, dim: int = 64, nhead: int = 8, num_layers: int = 4, longest: int = 32) -> None:
        super().__init__()
        self.nhead = nhead
        self.encoder = nn.Embedding(nvoc, dim)
        layer = nn.TransformerEncoderLayer(dim, nhead, 2 * dim, dropout=0.0)
        self.inside = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)
        self.decoder = nn.Linear(dim, nvoc)
        self.register_buffer("mask", torch.full((longest, longest), -math.inf).triu(1))

    def forward(self, text: Tensor) -> Tensor:
        length = len(text)
        mask: Any = self.mask
        return self.decoder(self.inside(self.encoder(text), mask=mask[:length, :length]))


class Recurrent(nn.Module):
    """An LSTM."""

    def __init__(self, nvoc: int, dim: int = 64, num_layers: int = 1, **_: int) -> None:
        super().__init__()
        self.encoder = nn.Embedding(nvoc, dim)
        self.rnn = nn.LSTM(dim, dim, num_layers)
        self.decoder = nn.Linear(dim, nvoc)

    def forward(self, text: Tensor) -> Tensor:
        return self.decoder(self.rnn(self.encoder(text))[0])


def make(sizes: dict[str, int]) -> nn.Module:
    return Model(**sizes)


MAKERS = [make, lambda sizes: Recurrent(**sizes)]


def model(**sizes: int) -> Model:
    torch.manual_seed(2)
    return Model(WORDS, **{"dim": 16, "nhead": 8, "num_layers": 2, **sizes})


def taken(root: Path, **fields: Any) -> tuple[nn.Module, str]:
    """The model that is made of what lies below a folder."""
    return handed_in_model(SimpleNamespace(root=root), MAKERS, **{"words": WORDS, **fields})


def why_not(root: Path, **fields: Any) -> str:
    with pytest.raises(Missing) as missing:
        taken(root, **fields)
    return missing.value.fact


def same(one: nn.Module, other: nn.Module) -> bool:
    text_lb = torch.arange(12).reshape(6, 2)
    with torch.no_grad():
        return torch.equal(one.eval()(text_lb), other.eval()(text_lb))


FORMS: dict[str, Callable[[nn.Module], Any]] = {
    "state dict": lambda model: model.state_dict(),
    "under model": lambda model: {"epoch": 3, "model": model.state_dict()},
    "beside an optimizer": lambda model: {
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(10**6)}}},
        "model_state_dict": model.state_dict(),
        "best": np.float64(21.3),
        "args": argparse.Namespace(lr=0.1, path=Path("data")),
    },
    "wrapped": lambda model: {"state_dict": nn.DataParallel(model).state_dict()},
    "compiled and wrapped": lambda model: {f"module._orig_mod.{k}": v for k, v in model.state_dict().items()},
    "without buffers": lambda model: dict(model.named_parameters()),
    "in half precision": lambda model: {k: v.half().float() for k, v in model.state_dict().items()},
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_are_found_in_whatever_form_torch_saved_them(form: str, tmp_path: Path) -> None:
    own = model()
    torch.save(FORMS[form](own), tmp_path / "lm.pt")
    found, name = taken(tmp_path)

    assert name == "lm.pt"
    assert same(found, own) is (form != "in half precision")


def test_the_old_format_of_torch_is_read_too(tmp_path: Path) -> None:
    torch.save(model().state_dict(), tmp_path / "lm.pth", _use_new_zipfile_serialization=False)

    assert same(taken(tmp_path)[0], model())


def test_safetensors_come_first_and_are_read_as_their_library_writes_them(tmp_path: Path) -> None:
    own = model()
    weights = {name: tensor.contiguous() for name, tensor in own.state_dict().items()}
    weights |= {"mask": weights["mask"][:0]}
    save_file(weights, str(tmp_path / "lm.safetensors"), metadata={"format": "pt"})
    (tmp_path / "lm.pt").write_bytes(b"no weights")
    found, name = taken(tmp_path)

    assert name == "lm.safetensors"
    assert same(found, own)


def test_a_buffer_of_another_length_stays_the_model_s_own(tmp_path: Path) -> None:
    torch.save(model(longest=48).state_dict(), tmp_path / "lm.pt")

    assert same(taken(tmp_path)[0], model())


def test_the_default_number_of_heads_is_taken_where_nothing_speaks_against_it(tmp_path: Path) -> None:
    torch.save(model().state_dict(), tmp_path / "lm.pt")

    assert taken(tmp_path)[0].nhead == 8


@pytest.mark.parametrize("beside", [{"nhead": 2}, {"args": argparse.Namespace(nhead=2)}, {"config": {"nhead": 2}}])
def test_the_number_of_heads_that_the_file_names_is_taken(beside: dict[str, Any], tmp_path: Path) -> None:
    torch.save({"model": model(nhead=2).state_dict(), **beside}, tmp_path / "lm.pt")

    assert taken(tmp_path)[0].nhead == 2


def test_of_several_numbers_of_heads_that_fit_the_text_decides(tmp_path: Path) -> None:
    own = model(nhead=2)
    with torch.no_grad():
        for layer in own.inside.layers:
            layer.self_attn.in_proj_weight *= 8
        own.decoder.weight *= 4
    torch.save(own.state_dict(), tmp_path / "lm.pt")
    spoken = [0]
    with torch.no_grad():
        for _ in range(120):  # what the model itself would say, in windows as they are looked at
            start = (len(spoken) - 1) // 24 * 24
            spoken.append(int(own.eval()(torch.tensor([spoken[start:]]).T)[-1, 0].argmax()))

    assert taken(tmp_path, text=spoken)[0].nhead == 2


def test_a_class_that_the_first_weights_do_not_fit_is_passed_over(tmp_path: Path) -> None:
    own = Recurrent(WORDS, 16, 2)
    torch.save(own.state_dict(), tmp_path / "lstm.pt")
    found, _ = taken(tmp_path)

    assert isinstance(found, Recurrent)
    assert same(found, own)


def test_files_are_tried_by_kind_then_best_first_then_from_the_top(tmp_path: Path) -> None:
    for name in ("last.pt", "runs/best.pt", "a.ckpt", "runs/x.safetensors", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = [path.relative_to(tmp_path).as_posix() for path in checkpoint_files(tmp_path)]

    assert found == ["runs/x.safetensors", "runs/best.pt", "last.pt", "a.ckpt"]


# --- what cannot be used --------------------------------------------------------------------------------------------


class Runs:
    """What runs a program when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.file}",)


@pytest.mark.parametrize("old", [True, False], ids=["new", "old"])
def test_nothing_in_a_pickle_is_run(old: bool, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    saved = {"model": model().state_dict(), "more": Runs(trace)}
    torch.save(saved, tmp_path / "lm.pt", _use_new_zipfile_serialization=not old)

    assert why_not(tmp_path) == (
        "lm.pt: holds a pickled posix.system, not weights alone; nothing of it was run; save model.state_dict()"
    )
    assert not trace.exists()


def test_a_replaced_torch_load_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(model().state_dict(), tmp_path / "lm.pt")
    monkeypatch.setattr(torch, "load", lambda *args, **kwargs: {"stolen": torch.zeros(1)})

    assert same(taken(tmp_path)[0], model())


def test_a_whole_model_is_refused_by_its_name(tmp_path: Path) -> None:
    torch.save(model(), tmp_path / "lm.pt")

    assert "Model, not weights alone; nothing of it was run" in why_not(tmp_path)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def safetensors(header: Any, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("name", ["lm.pt", "lm.safetensors"])
@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "it may be cut off"), (b"abc", "it may be cut off"), (POINTER, "a Git LFS pointer, not the file")],
    ids=["empty", "text", "pointer"],
)
def test_a_file_that_is_no_checkpoint_is_told_in_words(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    told = why_not(tmp_path)
    assert told.startswith(f"{name}: ") and told.endswith(said)


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<Q", 2**63) + b"{}",
        safetensors([]),
        safetensors({"w": 3}),
        safetensors({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}),
        safetensors({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"0000"),
        safetensors({"w": {"dtype": "F32", "shape": [-1], "data_offsets": [4, 0]}}, b"0000"),
        safetensors({"w": {"dtype": "Q7", "shape": [1], "data_offsets": [0, 4]}}, b"0000"),
        struct.pack("<Q", 200_000) + b"[" * 200_000,
    ],
    ids=["huge header", "list", "number", "beyond the end", "too short", "turned", "dtype", "deep"],
)
def test_safetensors_that_lie_are_told_in_words(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "lm.safetensors").write_bytes(content)

    assert why_not(tmp_path) == "lm.safetensors: cannot be read as safetensors; it may be cut off"


def test_a_checkpoint_that_is_cut_off_is_told_so(tmp_path: Path) -> None:
    torch.save(model().state_dict(), tmp_path / "lm.pt")
    whole = (tmp_path / "lm.pt").read_bytes()
    (tmp_path / "lm.pt").write_bytes(whole[: len(whole) // 2])

    assert why_not(tmp_path) == "lm.pt: cannot be read as weights; it may be cut off"


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ({"epoch": 3}, "holds no weights by name; save model.state_dict()"),
        ([torch.zeros(3)], "holds no weights by name; save model.state_dict()"),
        ({"bias": torch.zeros(3)}, "holds no embedding"),
        (
            {"encoder.weight": torch.zeros(33278, 16)},
            "a model for 33278 words, the course's text has 23",
        ),
        ({"encoder.weight": torch.zeros(WORDS, 16)}, "fits no model of the hand-in: it lacks decoder.bias and "),
        (
            {**model().state_dict(), "more.weight": torch.zeros(3)},
            "fits no model of the hand-in: it also has more.weight",
        ),
        (
            {**model().state_dict(), "decoder.bias": torch.zeros(3)},
            "fits no model of the hand-in: of another shape is decoder.bias",
        ),
    ],
    ids=["no weights", "list", "no embedding", "other words", "lacks", "more", "shape"],
)
def test_weights_that_fit_nothing_are_told_in_words(saved: Any, said: str, tmp_path: Path) -> None:
    torch.save(saved, tmp_path / "lm.pt")

    assert why_not(tmp_path).startswith(f"lm.pt: {said}")


def test_a_constructor_that_raises_is_told_with_what_it_said(tmp_path: Path) -> None:
    torch.save(model().state_dict(), tmp_path / "lm.pt")

    def refuse(sizes: dict[str, int]) -> nn.Module:
        raise TypeError("no size at all")

    with pytest.raises(Missing) as missing:
        handed_in_model(SimpleNamespace(root=tmp_path), [refuse], words=WORDS)
    assert missing.value.fact == "lm.pt: fits no model of the hand-in: TypeError: no size at all"


def test_every_file_that_cannot_be_used_is_told_and_the_next_one_tried(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(POINTER)
    (tmp_path / "b.pt").write_bytes(b"abc")
    assert (
        why_not(tmp_path) == "a.pt: a Git LFS pointer, not the file; b.pt: cannot be read as weights; it may be cut off"
    )

    torch.save(model().state_dict(), tmp_path / "c.pt")
    assert taken(tmp_path)[1] == "c.pt"


def test_no_checkpoint_at_all_is_missing(tmp_path: Path) -> None:
    assert why_not(tmp_path) == "no checkpoint was handed in"


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "lm.pt").open("wb") as file:
        file.truncate(600 * 1024**2)

    with pytest.raises(Unusable, match="larger than 512 MiB"):
        read_checkpoint(tmp_path / "lm.pt")
