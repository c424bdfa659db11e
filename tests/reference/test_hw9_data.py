"""The news and the two small models of hw9: they agree with each other, and the models have learnt to look about."""

from __future__ import annotations

import functools
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
import yaml
from safetensors.torch import load
from torch import Tensor

HW9 = Path(__file__).resolve().parents[2] / "reference" / "hw9"
DATA = HW9 / "data"
PART = yaml.safe_load((HW9.parents[1] / "rubrics" / "hw9.yaml").read_text("utf-8"))["parts"]["4-maps"]
MODELS = ("causal", "bidirectional")
WORDS = (DATA / "words.txt").read_text("utf-8").split("\n")[:-1]
NEWS = [json.loads(line) for line in (DATA / "news.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the jail; more threads only wait for each other in small matrices."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hw9_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


MAKE, PROBES = module(DATA / "make.py"), module(HW9 / "probes.py")


def weights(model: str) -> dict[str, Tensor]:
    found: dict[str, Tensor] = load((DATA / f"{model}.safetensors").read_bytes())
    return found


def items(count: int) -> Tensor:
    """The first items, each between end marks: (b, s)."""
    rows = [torch.tensor([1, *item["text_ids"], 1]) for item in NEWS[:count]]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


class Heads(torch.nn.Module):
    """What the handout asks for, on torch's own attention."""

    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        for name in "qkvo":
            self.add_module(f"{name}_proj", torch.nn.Linear(d_model, d_model))

    def forward(self, q: Tensor, k: Tensor, v: Tensor, key_padding_mask: None = None, causal: bool = False) -> Any:
        split = [
            getattr(self, f"{name}_proj")(each).unflatten(2, (self.n_heads, -1)).transpose(1, 2)
            for name, each in zip("qkv", (q, k, v), strict=True)
        ]
        mixed = F.scaled_dot_product_attention(*split, is_causal=causal)
        return self.o_proj(mixed.transpose(1, 2).flatten(2))  # type: ignore[operator]


@functools.cache
def maps(case: str, heads: type = Heads) -> dict[str, Any]:
    """What the probe gives for a case of the rubric."""
    hw = SimpleNamespace(
        heads=SimpleNamespace(MultiheadAttention=heads),
        data=lambda path: (HW9 / path).read_bytes(),
        root=HW9 / "solved",
    )
    arguments = {name: value for name, value in PART["cases"][case].items() if name != "public"}
    found: dict[str, Any] = PROBES.maps(hw, **arguments, seed=3)
    return found


# --- the news -----------------------------------------------------------------------------------------------------


def test_an_item_has_the_numbers_of_its_words() -> None:
    said = [(item[name], item[f"{name}_ids"]) for item in NEWS for name in ("text", "summary")]

    assert all([WORDS[number] for number in ids] == text.split() for text, ids in said)


def test_every_name_in_a_summary_stands_in_its_text() -> None:
    given = {word for _, summary in MAKE.KINDS for word in summary.split() if "{" not in word}

    missing = [set(item["summary"].split()) - set(item["text"].split()) - given for item in NEWS]

    assert missing == [set()] * len(NEWS)


def test_the_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir() if path.is_file()) < 400_000


# --- the models ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_a_model_has_the_parameters_that_its_script_makes(model: str) -> None:
    assert {name: tuple(each.shape) for name, each in weights(model).items()} == MAKE.shapes(len(WORDS))


@pytest.mark.parametrize("model", MODELS)
def test_training_began_from_what_the_probe_calls_untrained(model: str) -> None:
    seed = MAKE.SEED + MODELS.index(model)

    ours, theirs = MAKE.untrained(len(WORDS), seed), PROBES._untrained(weights(model), model)

    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize(("model", "hidden"), [("causal", 0.0), ("bidirectional", 0.2)])
def test_a_model_has_learnt_its_task(model: str, hidden: float) -> None:
    ids_bs, chance = items(100), torch.Generator().manual_seed(1)
    hidden_bs = (torch.rand(ids_bs.shape, generator=chance) < hidden) & (ids_bs > 2)
    given_bs = ids_bs.masked_fill(hidden_bs, 2) if hidden else ids_bs[:, :-1]
    wanted_bs = ids_bs.masked_fill(~hidden_bs, -100) if hidden else ids_bs[:, 1:].masked_fill(ids_bs[:, 1:] == 0, -100)

    losses = [
        F.cross_entropy(MAKE.logits(each, given_bs, causal=not hidden).transpose(1, 2), wanted_bs).item()
        for each in (weights(model), PROBES._untrained(weights(model), model))
    ]

    assert losses[0] < 0.8
    assert losses[1] > 4


@pytest.mark.parametrize("model", MODELS)
def test_the_probe_hands_on_what_the_model_does(model: str) -> None:
    own, ids_bs = weights(model), items(4)[:, :7]
    x_bsd = own["embed_words.weight"][ids_bs] + own["embed_positions.weight"][:7]

    for number in range(MAKE.LAYERS):
        place = f"layers.{number}."
        layer = {name.removeprefix(place): each for name, each in own.items() if name.startswith(place)}
        x_bsd = PROBES._after_layer(layer, x_bsd, model == "causal")

    expected = MAKE.logits(own, ids_bs, causal=model == "causal")
    assert torch.allclose(x_bsd @ own["embed_words.weight"].T, expected, rtol=1e-4, atol=1e-4)


# --- the maps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", PART["cases"])
def test_each_row_of_a_map_sums_to_one_over_seven_tokens(case: str) -> None:
    found = maps(case)

    assert {tuple(found[name].shape) for name in PROBES.MAPS} == {(3, 7, 7)}
    assert torch.allclose(found["sum_of_each_row"], torch.ones(4, 3, 7))


@pytest.mark.parametrize("case", PART["cases"])
def test_training_makes_maps_sharper(case: str) -> None:
    found = maps(case)

    assert found["entropy"].mean() < found["untrained_entropy"].mean() - 0.3


def test_only_the_causal_model_hides_what_comes_later() -> None:
    found = {case: float(maps(case)["weight_on_later_keys"]) for case in PART["cases"]}

    assert found["causal"] == found["causal-news"] == 0
    assert min(found["bidirectional"], found["bidirectional-news"]) > 0.2


def test_two_heads_never_draw_the_same_map() -> None:
    heads = torch.cat([maps(model)[name] for model in MODELS for name in ("layer0", "layer1")])
    apart = (heads.unsqueeze(0) - heads.unsqueeze(1)).abs().amax(dim=(2, 3)) + torch.eye(len(heads))

    assert apart.min() > 0.05


def test_heads_that_join_otherwise_draw_another_map() -> None:
    class Interleaved(Heads):
        def forward(self, *inputs: Any) -> Any:
            return super().forward(*inputs).unflatten(2, (self.n_heads, -1)).transpose(2, 3).flatten(2)

    assert not torch.allclose(maps("causal")["layer0"], maps("causal", Interleaved)["layer0"], atol=1e-3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda q: (q, "weights"), None),
        (lambda q: q[:, :3], "a tensor of [2, 3, 24]"),
        (lambda q: None, "element 0 of None"),
    ],
)
def test_what_is_no_output_of_heads_is_said_in_words(answer: Any, said: str | None) -> None:
    class Odd(Heads):
        def forward(self, q: Tensor, *rest: Any) -> Any:
            return answer(q)

    found = maps("causal", Odd)

    assert all(isinstance(each, Tensor) if said is None else each == said for each in found.values())
