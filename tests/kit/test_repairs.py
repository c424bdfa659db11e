"""Old code runs on a current torch and numpy; new code computes what it computed without the repairs."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.kit import repairs
from grader.kit.census import Piece
from grader.kit.handin import Handin, ImportFailed

Load = Callable[..., Handin]
PATCHED = ("masked_fill", "masked_fill_", "masked_select", "masked_scatter", "masked_scatter_", "__setitem__")


@pytest.fixture
def notes(clean_imports: None) -> Iterator[list[str]]:
    """A list for notes; what a repair does to torch and numpy is undone afterwards."""
    methods = {name: getattr(torch.Tensor, name) for name in PATCHED}
    functions = {name: getattr(torch, name) for name in (*PATCHED[:1], *PATCHED[2:4], "load")}
    fallback = np.__getattr__
    yield []
    for name, method in methods.items():
        setattr(torch.Tensor, name, method)
    for name, function in functions.items():
        setattr(torch, name, function)
    np.__getattr__ = fallback


class Vocab:
    """Something that only a full unpickling can read."""

    size = 3


# --- uint8_masks ---


@pytest.mark.parametrize(
    "fill",
    [
        lambda x, mask: x.masked_fill_(mask, -1.0),
        lambda x, mask: x.masked_fill(mask, -1.0),
        lambda x, mask: x.masked_fill(mask=mask, value=-1.0),
        lambda x, mask: torch.masked_fill(x, mask, -1.0),
        lambda x, mask: x.data.masked_fill_(mask, -1.0),
        lambda x, mask: x.masked_scatter(mask, -torch.ones(3)),
    ],
)
def test_a_uint8_mask_masks_as_it_did(notes: list[str], fill: Callable[..., torch.Tensor]) -> None:
    repairs.install(["uint8_masks"], notes.append)

    got = fill(torch.zeros(3), torch.tensor([0, 1, 2], dtype=torch.uint8))

    assert got.tolist() == [0, -1, -1]
    assert set(notes) == {"repair uint8_masks"}


def test_a_uint8_index_assigns_as_it_did(notes: list[str]) -> None:
    repairs.install(["uint8_masks"], notes.append)
    x = torch.zeros(3)

    x[torch.tensor([0, 1, 1], dtype=torch.uint8)] = 5.0

    assert x.tolist() == [0, 5, 5]


def test_other_masks_and_their_errors_are_as_before(notes: list[str]) -> None:
    repairs.install(["uint8_masks"], notes.append)
    mask = torch.tensor([False, True])

    assert torch.zeros(2).masked_fill(mask, 1.0).tolist() == [0, 1]
    assert torch.arange(2).masked_select(mask).tolist() == [1]
    with pytest.raises(RuntimeError, match="only supports boolean masks"):
        torch.zeros(2).masked_fill(mask.float(), 1.0)
    assert notes == []


def test_gradients_pass_through_a_repaired_mask(notes: list[str]) -> None:
    repairs.install(["uint8_masks"], notes.append)
    x = torch.ones(2, requires_grad=True)

    x.masked_fill(torch.tensor([0, 1], dtype=torch.uint8), 0.0).sum().backward()

    assert x.grad is not None
    assert x.grad.tolist() == [1, 0]


# --- torch_load ---


def test_a_pickled_vocabulary_loads_as_it_did(notes: list[str], tmp_path: Path) -> None:
    repairs.install(["torch_load"], notes.append)
    torch.save({"vocab": Vocab()}, tmp_path / "model.bin")

    assert torch.load(tmp_path / "model.bin")["vocab"].size == 3
    assert notes == ["repair torch_load"]


def test_a_stream_is_read_again_from_its_start(notes: list[str], tmp_path: Path) -> None:
    repairs.install(["torch_load"], notes.append)
    torch.save({"vocab": Vocab()}, tmp_path / "model.bin")

    with (tmp_path / "model.bin").open("rb") as stream:
        loaded = torch.load(stream)

    assert loaded["vocab"].size == 3


def test_plain_weights_load_without_a_repair(notes: list[str], tmp_path: Path) -> None:
    repairs.install(["torch_load"], notes.append)
    torch.save({"w": torch.ones(2)}, tmp_path / "model.bin")

    assert torch.load(tmp_path / "model.bin")["w"].tolist() == [1, 1]
    assert notes == []


def test_who_asks_for_weights_only_gets_weights_only(notes: list[str], tmp_path: Path) -> None:
    repairs.install(["torch_load"], notes.append)
    torch.save(Vocab(), tmp_path / "model.bin")

    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / "model.bin", weights_only=True)


# --- numpy_names ---


def test_an_import_that_is_never_used_does_no_harm(notes: list[str]) -> None:
    repairs.install(["numpy_names"], notes.append)

    exec("from numpy import source", {})

    assert set(notes) == {"repair numpy_names"}


@pytest.mark.parametrize("use", ["source()", "source.x", "source[0]", "list(source)"])
def test_a_name_that_is_gone_says_so_where_it_is_used(notes: list[str], use: str) -> None:
    repairs.install(["numpy_names"], notes.append)

    with pytest.raises(AttributeError, match=r"numpy.source is gone since numpy 2.0; this code uses it"):
        exec(f"from numpy import source\n{use}", {})


@pytest.mark.parametrize(
    ("name", "today"),
    [("float", float), ("int", int), ("object", object), ("Inf", np.inf), ("float_", np.float64), ("product", np.prod)],
)
def test_an_old_name_is_what_it_was(notes: list[str], name: str, today: object) -> None:
    repairs.install(["numpy_names"], notes.append)

    assert getattr(np, name) is today


def test_names_that_never_were_are_still_missing(notes: list[str]) -> None:
    repairs.install(["numpy_names"], notes.append)

    with pytest.raises(AttributeError):
        _ = np.nonsense  # type: ignore[attr-defined]  # that is the point
    with pytest.raises(ImportError):
        exec("from numpy import nonsense", {})
    assert notes == []


# --- in the text ---


def revised(text: str, *names: str) -> tuple[str, list[str]]:
    """The text after its repairs, and the notes."""
    found: list[str] = []
    piece = repairs.revise(names, found.append, Piece("x.py", text, ast.parse(text)))
    return ast.unparse(piece.tree), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ids = pos / len(self.vocab.tgt)", "ids = pos // len(self.vocab.tgt)"),
        ("ids = torch.div(pos, len(vocab.tgt))", "ids = torch.div(pos, len(vocab.tgt), rounding_mode='floor')"),
    ],
)
def test_the_beam_index_is_whole_again(old: str, new: str) -> None:
    text, notes = revised(f"def beam_search(self, pos):\n    {old}\n", "float_beam_index")

    assert new in text
    assert notes == ["repair float_beam_index"]


@pytest.mark.parametrize(
    "text",
    [
        "def beam_search(self):\n    ids = pos // len(self.vocab.tgt)",
        "def beam_search(self):\n    ids = torch.div(pos, len(self.vocab.tgt), rounding_mode='floor')",
        "def beam_search(self):\n    ids = (pos / len(self.vocab.tgt)).long()",
        "def beam_search(self):\n    score = total / count",
        "def loss(self):\n    mean = total / len(words)",
    ],
)
def test_divisions_that_are_right_stay(text: str) -> None:
    assert revised(text, "float_beam_index") == (text, [])


@pytest.mark.parametrize(
    "test", ["torch.__version__ == '1.0.0'", "sys.version_info[1] == 5", "unknown.__version__ == '1'"]
)
def test_an_assertion_about_a_version_is_left_out(test: str) -> None:
    text, notes = revised(f"def main():\n    assert {test}, 'install it'", "version_asserts")

    assert text == "def main():\n    pass"
    assert notes == ["repair version_asserts"]


def test_an_assertion_that_holds_is_no_repair() -> None:
    _, notes = revised("import sys\nassert sys.version_info[0] == 3\n", "version_asserts")

    assert notes == []


def test_other_assertions_stay() -> None:
    text = "assert len(x) == 3, torch.__name__"

    assert revised(text, "version_asserts") == (text, [])


def test_without_a_name_nothing_is_repaired(notes: list[str]) -> None:
    text = "def beam_search(self):\n    ids = pos / len(self.vocab.tgt)\n    assert torch.__version__ == '1.0.0'"

    repairs.install([], notes.append)

    assert revised(text) == (text, [])
    with pytest.raises(ImportError):
        exec("from numpy import source", {})


def test_the_text_that_people_see_stays_as_it_was() -> None:
    text = "def beam_search(self):\n    ids = pos / len(self.vocab.tgt)"
    piece = Piece("x.py", text, ast.parse(text))

    repaired = repairs.revise(["float_beam_index"], str, piece)

    assert repaired.text == text
    assert ast.unparse(piece.tree) == text


# --- in a hand-in ---


def test_a_repair_is_noted_once_by_the_hand_in(load: Load, notes: list[str]) -> None:
    model = (
        "from numpy import source\nimport numpy as np, torch\n"
        "assert torch.__version__ == '1.0.0'\nassert np.__version__ == '1.0.0'\n"
        "class NMT:\n    kind = np.float\n"
    )

    hw = load({"nmt_model.py": model}, repairs=["numpy_names", "version_asserts"])

    assert hw.nmt_model.NMT.kind is float
    assert sorted(note for note in hw.notes if note.startswith("repair")) == [
        "repair numpy_names",
        "repair version_asserts",
    ]


def test_a_hand_in_without_repairs_fails_as_python_says(load: Load, notes: list[str]) -> None:
    hw = load({"nmt_model.py": "from numpy import source\nclass NMT: pass\n"})

    with pytest.raises(ImportFailed, match="cannot import name 'source' from 'numpy'"):
        _ = hw.nmt_model
