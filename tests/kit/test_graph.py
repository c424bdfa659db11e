"""Whether what was computed hangs together with what it was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.kit.graph import DIRECTIONS, gradients, handed_on, slopes


@pytest.fixture
def x() -> Tensor:
    return torch.linspace(-1, 1, 6).reshape(2, 3).requires_grad_()


def test_a_path_gives_a_gradient_of_the_shape_of_its_source(x: Tensor) -> None:
    found = gradients(torch.tanh(x), {"x": x}, 7)["x"]

    assert found.shape == x.shape
    assert found.abs().min() > 0


def test_a_cut_path_gives_zeros(x: Tensor) -> None:
    assert not gradients(x.detach() * 2, {"x": x}, 7)["x"].any()


def test_what_asks_for_no_gradient_gets_zeros() -> None:
    assert not gradients(torch.ones(2), {"x": torch.ones(2)}, 7)["x"].any()


def test_a_missing_layer_gets_a_zero(x: Tensor) -> None:
    assert gradients(x * 2, {"missing": None}, 7)["missing"].tolist() == [0]


def test_one_source_may_be_cut_while_another_is_not(x: Tensor) -> None:
    other = torch.ones(2, 3, requires_grad=True)

    found = gradients(x * other.detach(), {"x": x, "other": other}, 7)

    assert found["x"].any()
    assert not found["other"].any()


def test_outputs_may_be_nested_and_hold_other_things(x: Tensor) -> None:
    assert gradients([(x * 2, None), "words", torch.ones(1, dtype=torch.long)], {"x": x}, 7)["x"].any()


def test_opposite_outputs_do_not_cancel(x: Tensor) -> None:
    assert gradients([x, -x], {"x": x}, 7)["x"].any()


def test_a_nan_in_the_gradient_is_not_hidden() -> None:
    x = torch.zeros(2, requires_grad=True)

    assert gradients(torch.sqrt(x) * 0, {"x": x}, 7)["x"].isnan().all()


def test_an_answer_that_is_fed_on_is_seen_with_its_graph(x: Tensor) -> None:
    found = handed_on("o", torch.cat((torch.zeros(2, 2), x), dim=1), [x], 7)

    assert [told.tolist() for told in found.values() if isinstance(told, Tensor)] == [[True], [True]]


def test_a_detached_answer_is_seen_without_its_graph(x: Tensor) -> None:
    other = torch.ones(2, 3, requires_grad=True)

    found = handed_on("o", x.detach() + 0 * other, [x], 7)

    assert found["o_fed"].tolist() == [True]  # type: ignore[union-attr]
    assert found["o_fed_with_graph"].tolist() == [False]  # type: ignore[union-attr]


def test_an_answer_that_is_not_fed_is_not_seen_at_all(x: Tensor) -> None:
    found = handed_on("o", torch.zeros(2, 3), [x], 7)

    assert [told.tolist() for told in found.values() if isinstance(told, Tensor)] == [[False], [False]]


def test_an_answer_that_is_changed_on_its_way_is_not_seen_either(x: Tensor) -> None:
    found = handed_on("o", 2 * x, [x], 7)

    assert [told.tolist() for told in found.values() if isinstance(told, Tensor)] == [[False], [False]]


def test_what_is_fed_without_being_a_tensor_is_told_in_words(x: Tensor) -> None:
    assert handed_on("o", None, [x], 7) == {"o_fed": "no tensor", "o_fed_with_graph": "no tensor"}


def through(at: Mapping[str, Tensor]) -> Any:
    return torch.tanh(at["x"]) * 2, at["x"].exp()


def cut_beside_a_path(at: Mapping[str, Tensor]) -> Any:
    return torch.tanh(at["x"].detach()) * 2, at["x"].exp()


@pytest.mark.parametrize("seed", range(20))
def test_both_slopes_agree_where_the_graph_is_whole(seed: int) -> None:
    at = {"x": torch.randn(4, 3, generator=torch.Generator().manual_seed(seed))}

    found = slopes(through, at, seed)

    assert found["x"].tolist() == pytest.approx(found["x_measured"].tolist(), rel=0.005, abs=0.002)


@pytest.mark.parametrize("seed", range(20))
def test_the_slopes_differ_where_a_part_of_the_graph_is_cut(seed: int) -> None:
    at = {"x": torch.zeros(4, 3)}

    found = slopes(cut_beside_a_path, at, seed)

    assert found["x"].tolist() != pytest.approx(found["x_measured"].tolist(), rel=0.02, abs=0.01)


def test_each_input_has_a_slope_of_its_own() -> None:
    at = {"x": torch.zeros(3), "y": torch.zeros(2)}

    assert set(slopes(through, at, 7)) == {"x", "x_measured", "y", "y_measured"}


def test_an_input_without_influence_has_the_slope_zero() -> None:
    found = slopes(through, {"x": torch.zeros(3), "y": torch.zeros(2)}, 7)

    assert found["y"].tolist() == [0] * DIRECTIONS
    assert found["y_measured"].tolist() == pytest.approx([0] * DIRECTIONS, abs=1e-6)
