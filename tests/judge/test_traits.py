"""What can be said of small inputs holds for exactly those it is true of, and reads well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from grader.judge.traits import Trait, shown, traits
from grader.smallest import small_inputs

ROWS = small_inputs({"lengths": {"rows": 3, "most": 3}})
LISTS = [[1], [0], [1, 1], [2, 1], [1, 2], [1, 0], [1, 2, 1], [2, 2, 3]]


def held(said: str, inputs: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """The values of an argument for which this can be said."""
    trait = next(each for each in traits(inputs) if each.said == said)
    return [each[name] for each in inputs if trait.holds(each)]


@pytest.mark.parametrize(
    ("said", "lengths"),
    [
        ("as soon as there is more than one sentence", [[1, 1], [2, 1], [1, 2], [1, 0], [1, 2, 1], [2, 2, 3]]),
        ("as soon as there are more than 2 sentences", [[1, 2, 1], [2, 2, 3]]),
        ("as soon as two sentences differ in length", [[2, 1], [1, 2], [1, 0], [1, 2, 1], [2, 2, 3]]),
        ("only with a batch of one", [[1], [0]]),
        ("as soon as a sentence is empty", [[0], [1, 0]]),
        ("only where several sentences are equally long", [[1, 1]]),
        ("only where all sentences are equally long", [[1], [0], [1, 1]]),
        ("as soon as the first sentence is not the longest", [[1, 2], [1, 2, 1], [2, 2, 3]]),
        ("as soon as the last sentence is longer than all others", [[1, 2], [2, 2, 3]]),
        ("as soon as a sentence is longer than the one before it", [[1, 2], [1, 2, 1], [2, 2, 3]]),
        ("as soon as a sentence is longer than 1", [[2, 1], [1, 2], [1, 2, 1], [2, 2, 3]]),
        ("only where no sentence is longer than 1", [[1], [0], [1, 1], [1, 0]]),
        ("as soon as a sentence is shorter than 2", [[1], [0], [1, 1], [2, 1], [1, 2], [1, 0], [1, 2, 1]]),
        ("only where no sentence is shorter than 2", [[2, 2, 3]]),
    ],
)
def test_a_trait_of_lengths_holds_for_these(said: str, lengths: list[list[int]]) -> None:
    assert held(said, [{"lengths": each} for each in LISTS], "lengths") == lengths


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("only where heads is 2", [2]),
        ("unless heads is 4", [1, 2, 3]),
        ("as soon as heads is above 2", [3, 4]),
        ("as soon as heads is below 2", [1]),
        ("only where heads is odd", [1, 3]),
        ("only where heads is even", [2, 4]),
    ],
)
def test_a_trait_of_a_number_holds_for_these(said: str, values: list[int]) -> None:
    assert held(said, [{"heads": heads} for heads in (1, 2, 3, 4)], "heads") == values


def test_a_choice_is_told_as_the_rubric_writes_it() -> None:
    inputs = [{"causal": causal, "name": name} for causal in (False, True) for name in ("relu", "tanh")]

    assert held("only where causal is true", inputs, "name") == ["relu", "tanh"]
    assert held('only where name is "tanh"', inputs, "causal") == [False, True]


@pytest.mark.parametrize(
    ("said", "pairs"),
    [
        ("as soon as a and b differ", [(1, 2), (2, 1)]),
        ("only where a and b are equal", [(1, 1), (2, 2)]),
        ("as soon as a is above b", [(2, 1)]),
        ("as soon as a is below b", [(1, 2)]),
    ],
)
def test_two_numbers_are_compared(said: str, pairs: list[tuple[int, int]]) -> None:
    inputs = small_inputs({"a": [1, 2], "b": [1, 2]})
    trait = next(each for each in traits(inputs) if each.said == said)

    assert sorted((each["a"], each["b"]) for each in inputs if trait.holds(each)) == pairs


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("target_lengths", "as soon as two target sentences differ in length"),
        ("src_lens", "as soon as two source sentences differ in length"),
        ("counts", "as soon as two entries of counts differ"),
    ],
)
def test_the_words_of_a_list_come_from_its_name(name: str, said: str) -> None:
    assert said in {trait.said for trait in traits([{name: [2, 1]}, {name: [1]}])}


@pytest.mark.parametrize("inputs", [ROWS, [{"counts": each} for each in LISTS]], ids=["sentences", "entries"])
def test_what_follows_fails_ends_in_the_fact(inputs: Sequence[dict[str, Any]]) -> None:
    def whole(trait: Trait) -> bool:
        return trait.said.endswith(trait.fact) or trait.said == "only with a batch of one"

    assert [trait.said for trait in traits(inputs) if not whole(trait)] == []


def test_nothing_can_be_said_of_no_inputs() -> None:
    assert list(traits([])) == []


@pytest.mark.parametrize(
    ("value", "text"), [([2, 1], "[2, 1]"), (True, "true"), (0.5, "0.5"), (None, "null"), ("界", '"界"')]
)
def test_a_value_is_written_as_in_a_rubric(value: object, text: str) -> None:
    assert shown(value) == text
