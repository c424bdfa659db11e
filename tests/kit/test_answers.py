"""What a call gave becomes a tensor, or words that say what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.kit.answers import beside, kind, pick, plain, plain_all, shares, stacked


class Odd(Tensor):
    """A subclass that would answer for itself."""


def test_a_tensor_is_copied_without_its_graph() -> None:
    source = torch.ones(2, requires_grad=True) * 2

    found = plain(source)

    assert isinstance(found, Tensor)
    assert not found.requires_grad
    assert found.data_ptr() != source.data_ptr()


@pytest.mark.parametrize("value", [nn.Parameter(torch.ones(2)), torch.ones(2).as_subclass(Odd)])
def test_a_subclass_becomes_a_plain_tensor(value: Tensor) -> None:
    assert type(plain(value)) is Tensor


@pytest.mark.parametrize("value", [3, 0.5, True])
def test_a_number_becomes_a_tensor(value: float) -> None:
    found = plain(value)

    assert isinstance(found, Tensor)
    assert found.item() == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        ([1, 2], "a list of 2"),
        ((), "a tuple of 0"),
        ({"a": 1}, "a dict of 1"),
        (object(), "a value of type object"),
    ],
)
def test_anything_else_is_told_by_its_kind(value: Any, said: str) -> None:
    assert plain(value) == kind(value) == said


def test_words_stay_words() -> None:
    assert plain("element 1 of None") == "element 1 of None"


def test_all_outputs_become_plain() -> None:
    found = plain_all({"a": torch.ones(1), "b": None})

    assert found["b"] == "None"
    assert isinstance(found["a"], Tensor)


def test_an_element_is_picked_from_tuples_and_lists() -> None:
    assert pick((1, [2, 3]), 1, 0) == 2


@pytest.mark.parametrize(
    ("value", "path", "said"),
    [
        (None, (1,), "element 1 of None"),
        (torch.ones(2, 3), (1, 0), "element 1 of a value of type Tensor"),
        ((1,), (1,), "element 1 of a tuple of 1"),
        ((1, (2,)), (1, 1), "element 1 of a tuple of 1 inside another"),
    ],
    ids=["nothing", "tensor", "short", "short inside"],
)
def test_an_element_that_is_not_there_is_told_in_words(value: Any, path: tuple[int, ...], said: str) -> None:
    assert pick(value, *path) == said


def test_values_are_stacked_with_their_graph() -> None:
    source = torch.ones(2, requires_grad=True)

    found = stacked([source, source * 2])

    assert isinstance(found, Tensor)
    assert found.requires_grad
    assert found.shape == (2, 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "nothing: there was no call"),
        ([torch.ones(2), None], "None"),
        ([torch.ones(2), "element 1 of None"], "element 1 of None"),
        ([torch.ones(2), torch.ones(3)], "tensors of different shapes: (2,), (3,)"),
    ],
    ids=["no call", "nothing", "words", "shapes"],
)
def test_what_cannot_be_stacked_is_told_in_words(values: list[Any], said: str) -> None:
    assert stacked(values) == said


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_share_of_the_first_sentence_is_found_wherever_the_batch_axis_stands(axis: int) -> None:
    batch = torch.arange(60).reshape(3, 4, 5)
    alone = batch.narrow(axis, 0, 1)

    found = beside(batch, alone)

    assert isinstance(found, Tensor)
    assert torch.equal(found, alone)


@pytest.mark.parametrize(
    "alone",
    [torch.ones(3), torch.ones(1, 2), torch.ones(4, 3), torch.ones(4, 2)],
    ids=["squeezed", "two axes", "not one", "same"],
)
def test_without_one_batch_axis_the_batch_stays_whole(alone: Tensor) -> None:
    found = beside(torch.ones(4, 3), alone)

    assert isinstance(found, Tensor)
    assert found.shape == (4, 3)


def test_the_share_of_what_is_no_tensor_is_told_in_words() -> None:
    assert beside([1, 2], torch.ones(1)) == "a list of 2"


def test_shares_stand_beside_what_the_first_sentence_got_alone() -> None:
    found = shares({"h": torch.ones(1, 3)}, {"h": torch.ones(4, 3), "e": torch.ones(4)})

    assert {name: tuple(value.shape) for name, value in found.items() if isinstance(value, Tensor)} == {
        "h": (1, 3),
        "h_in_batch": (1, 3),
    }


class State:
    """Can be unpacked, and nothing else."""

    def __iter__(self) -> Iterator[int]:
        return iter((4, 5))


def test_an_element_is_picked_from_what_can_be_unpacked() -> None:
    assert pick((1, State()), 1, 1) == 5


@pytest.mark.parametrize("value", ["ab", {"a": 1}, {1, 2}, torch.ones(2)])
def test_what_is_no_sequence_of_answers_is_not_unpacked(value: Any) -> None:
    assert pick(value, 0) == f"element 0 of {kind(value)}"
