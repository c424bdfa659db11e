"""Weights and inputs come from names and seeds alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.kit.weights import drawn, fresh, leaf, parameter_named, randomize, shapes_of


class TwoLayers(nn.Module):
    """Two layers, made in either order."""

    def __init__(self, *, reverse: bool = False) -> None:
        super().__init__()
        for name in ("b", "a") if reverse else ("a", "b"):
            setattr(self, name, nn.Linear(3, 2))


class Tied(nn.Module):
    """One matrix under two names, registered in either order."""

    def __init__(self, *, reverse: bool = False) -> None:
        super().__init__()
        shared = nn.Parameter(torch.zeros(3, 2))
        for name in ("zeta", "alpha") if reverse else ("alpha", "zeta"):
            self.register_parameter(name, shared)


class Hidden(nn.Module):
    """Layers in a plain list or dict, which torch does not register, or in a ModuleList, which it does."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        layers = [nn.Linear(3, 2), nn.Linear(2, 2)]
        self.layers = {"list": layers, "tuple": tuple(layers), "registered": nn.ModuleList(layers)}[kind]


class OwnNorm(nn.Module):
    """A normalisation written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(400))
        self.beta = nn.Parameter(torch.zeros(400))


def state(model: nn.Module) -> dict[str, list[float]]:
    return {name: value.flatten().tolist() for name, value in model.state_dict().items()}


def test_equal_names_get_equal_weights_whatever_the_order_of_creation() -> None:
    straight = randomize(TwoLayers(), 7)
    reverse = randomize(TwoLayers(reverse=True), 7)

    assert state(straight) == dict(sorted(state(reverse).items()))


def test_another_seed_gives_other_weights() -> None:
    assert state(randomize(TwoLayers(), 7)) != state(randomize(TwoLayers(), 8))


def test_layers_of_equal_shape_get_different_weights() -> None:
    model = randomize(TwoLayers(), 7)

    assert not torch.equal(model.a.weight, model.b.weight)


def test_the_model_itself_is_given_back() -> None:
    model = TwoLayers()

    assert randomize(model, 7) is model


def test_weights_spread_by_the_scale() -> None:
    model = randomize(nn.Linear(100, 100), 7, scale=0.5)

    assert model.weight.std().item() == pytest.approx(0.5, rel=0.05)


def test_biases_are_random_unless_zero_is_asked_for() -> None:
    assert randomize(nn.Linear(3, 2), 7).bias.abs().min() > 0
    assert randomize(nn.Linear(3, 2), 7, biases="zero").bias.tolist() == [0, 0]


def test_every_bias_of_a_recurrent_layer_is_zero_if_asked_for() -> None:
    lstm = randomize(nn.LSTM(2, 3, bidirectional=True), 7, biases="zero")

    assert not any(value.any() for name, value in lstm.named_parameters() if name.startswith("bias"))
    assert all(value.any() for name, value in lstm.named_parameters() if name.startswith("weight"))


def test_the_row_at_the_padding_index_is_filled_too() -> None:
    table = randomize(nn.Embedding(5, 3, padding_idx=0), 7)

    assert table.weight[0].abs().min() > 0


@pytest.mark.parametrize("norm", [nn.LayerNorm(400), nn.BatchNorm1d(400), OwnNorm()], ids=["layer", "batch", "own"])
def test_normalisation_weights_spread_around_one_and_their_shifts_around_zero(norm: nn.Module) -> None:
    weight, shift = dict(randomize(norm, 7).named_parameters()).values()

    assert weight.mean().item() == pytest.approx(1, abs=0.1)
    assert shift.mean().item() == pytest.approx(0, abs=0.1)


def test_buffers_stay_as_they_are() -> None:
    model = nn.BatchNorm1d(4)

    randomize(model, 7)

    assert model.running_mean is not None
    assert model.running_mean.tolist() == [0, 0, 0, 0]


def test_a_tied_parameter_takes_its_first_name_whichever_was_registered_first() -> None:
    assert torch.equal(randomize(Tied(), 7).zeta, randomize(Tied(reverse=True), 7).zeta)


@pytest.mark.parametrize("kind", ["list", "tuple"])
def test_layers_in_plain_containers_are_filled_as_if_registered(kind: str) -> None:
    hidden, registered = randomize(Hidden(kind), 7), randomize(Hidden("registered"), 7)

    assert torch.equal(hidden.layers[1].weight, registered.layers[1].weight)


def test_layers_in_plain_containers_are_still_missing_among_the_shapes() -> None:
    assert shapes_of(Hidden("list")) == {}


def test_layers_without_a_shape_yet_are_left_alone() -> None:
    model = nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 2))

    randomize(model, 7)

    assert list(shapes_of(model)) == ["1.weight", "1.bias"]


def test_the_type_of_a_parameter_is_kept() -> None:
    assert randomize(nn.Linear(3, 2).double(), 7).weight.dtype == torch.float64


def test_a_module_that_holds_itself_ends() -> None:
    model = TwoLayers()
    model.__dict__["myself"] = [model]

    assert state(randomize(model, 7)) == state(randomize(TwoLayers(), 7))


def test_a_layer_left_out_as_none_is_no_layer() -> None:
    model = TwoLayers()
    model.register_module("c", None)

    assert state(randomize(model, 7)) == state(randomize(TwoLayers(), 7))


def test_the_global_random_stream_is_neither_read_nor_moved() -> None:
    model = TwoLayers()
    before = torch.get_rng_state()

    randomize(model, 7)

    assert torch.equal(before, torch.get_rng_state())


def test_drawn_numbers_depend_on_name_and_seed() -> None:
    first = drawn("x", (3,), 7)

    assert first.dtype == torch.float32
    assert not torch.equal(first, drawn("y", (3,), 7))
    assert not torch.equal(first, drawn("x", (3,), 8))


def test_a_leaf_holds_the_drawn_numbers_and_asks_for_gradients() -> None:
    made = leaf("x", (3,), 7)

    assert made.is_leaf and made.requires_grad
    assert torch.equal(made.detach(), drawn("x", (3,), 7))


def test_fresh_copies_share_nothing() -> None:
    sents, numbers = [["a"], []], torch.zeros(2)

    sents_again, numbers_again = fresh(sents, numbers)
    sents_again[1].append("b")
    numbers_again += 1

    assert sents == [["a"], []]
    assert numbers.tolist() == [0, 0]


def test_shapes_are_told_by_name() -> None:
    assert shapes_of(nn.Linear(3, 2, bias=False)) == {"weight": [2, 3]}


def test_a_parameter_is_found_by_any_of_its_names() -> None:
    model = Tied()

    found: Tensor | None = parameter_named(model, "zeta")

    assert found is model.alpha
    assert parameter_named(model, "beta") is None


class Kept(nn.Module):
    """Keeps one layer where the handout wants it, under another name too, or behind a property."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({"head": nn.Linear(3, 2)} if way == "property" else {})
        if way == "alias":
            self.alias = nn.Linear(3, 2)
            self.head = self.alias
        elif way == "attribute":
            self.head = nn.Linear(3, 2)

    def __getattr__(self, name: str) -> Any:
        if name == "head" and "head" in self._modules["layers"]._modules:  # type: ignore[union-attr]
            return self.layers["head"]
        return super().__getattr__(name)


@pytest.mark.parametrize("way", ["attribute", "alias", "property"])
def test_a_layer_that_the_handout_names_has_that_name_wherever_it_is_kept(way: str) -> None:
    model, plain = randomize(Kept(way), 7, layers=["head"]), randomize(Kept("attribute"), 7)

    assert torch.equal(model.head.weight, plain.head.weight)
    assert shapes_of(model, ["head"]) == {"head.weight": [2, 3], "head.bias": [2]}
    assert parameter_named(model, "head.weight") is model.head.weight


def test_a_layer_that_raises_when_it_is_asked_for_is_missing() -> None:
    class Broken(nn.Module):
        @property
        def head(self) -> nn.Module:
            raise KeyError("head")

    assert shapes_of(randomize(Broken(), 7, layers=["head"]), ["head"]) == {}
    assert parameter_named(Broken(), "head.weight") is None


def test_a_parameter_that_no_optimizer_would_get_has_no_name() -> None:
    model = Hidden("list")
    model.__dict__["loose"] = nn.Linear(2, 2)

    assert parameter_named(model, "loose.weight") is None


def test_numbers_are_float32_whatever_torch_is_told() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        doubled = drawn("x", (3,), 7)
    finally:
        torch.set_default_dtype(torch.float32)

    assert torch.equal(doubled, drawn("x", (3,), 7))
