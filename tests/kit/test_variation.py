"""Inputs with some places changed, as the run of a varied case asks for it."""

from __future__ import annotations

import pytest
import torch

from grader.kit.variation import Change, is_about, varied

TOKENS_LB = torch.randint(0, 53, (7, 3), generator=torch.Generator().manual_seed(1))


def at(first: int, end: int, axis: str = "position") -> Change:
    return {"axis": axis, "first": first, "end": end}


def tokens(change: Change, **more: int) -> torch.Tensor:
    return varied(TOKENS_LB, change, "position", 0, **{"low": 0, "high": 53, "seed": 4, **more})


@pytest.mark.parametrize("change", [None, at(0, 7, "column")], ids=["no change", "another axis"])
def test_nothing_changes_where_nothing_is_asked(change: Change) -> None:
    assert torch.equal(tokens(change), TOKENS_LB)


def test_every_value_of_the_places_becomes_another_and_no_other_does() -> None:
    changed_lb = tokens(at(2, 5)) != TOKENS_LB

    assert changed_lb[2:5].all()
    assert not changed_lb[:2].any()
    assert not changed_lb[5:].any()


def test_what_is_new_at_a_place_is_the_same_in_every_run() -> None:
    assert torch.equal(tokens(at(3, 4))[3], tokens(at(1, 7))[3])


def test_the_input_itself_is_left_as_it_is() -> None:
    before = TOKENS_LB.clone()
    tokens(at(0, 7))

    assert torch.equal(TOKENS_LB, before)


def test_whole_numbers_stay_within_their_bounds() -> None:
    two = torch.tensor([[3, 4], [4, 3]])

    assert varied(two, at(0, 2), "position", 0, low=3, high=5, seed=1).tolist() == [[4, 3], [3, 4]]


def test_whole_numbers_without_bounds_are_a_fault_of_the_probe() -> None:
    with pytest.raises(ValueError, match="whole numbers from 0 to -1 cannot become others"):
        varied(TOKENS_LB, at(0, 1), "position", 0, seed=1)


def test_truth_values_are_turned() -> None:
    padding_bs = torch.tensor([[False, True], [False, False]])

    assert varied(padding_bs, at(1, 2), "position", 1, seed=1).tolist() == [[False, False], [False, True]]


@pytest.mark.parametrize(
    "values",
    [torch.zeros(4, 3), torch.ones(4, 3), torch.full((4, 3), -torch.inf), 100 + torch.randn(4, 3), torch.zeros(1, 1)],
    ids=["zeros", "ones", "infinite", "wide", "one number"],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_floats_become_others_of_the_same_dtype(values: torch.Tensor, dtype: torch.dtype) -> None:
    new = varied(values.to(dtype), at(0, 1), "position", 0, seed=1)

    assert new.dtype == dtype
    assert torch.isfinite(new[0]).all()
    assert (new[0] != values.to(dtype)[0]).all()


def test_floats_are_as_wide_as_they_were() -> None:
    values = 3 + 0.01 * torch.randn(1000, 3, generator=torch.Generator().manual_seed(5))

    new = varied(values, at(0, 1000), "position", 0, seed=1)

    assert new.mean().item() == pytest.approx(3, abs=0.002)
    assert new.std().item() == pytest.approx(0.01, rel=0.1)


def test_inputs_drawn_with_the_same_seed_are_changed_all_the_same() -> None:
    drawn = torch.randn(50, 3, generator=torch.Generator().manual_seed(4))

    new = varied(drawn, at(0, 50), "position", 0, seed=4)

    assert (new - drawn).abs().mean() > 0.5


def test_a_run_is_about_its_own_axis() -> None:
    assert is_about(at(0, 1), "position")
    assert not is_about(at(0, 1), "column")
    assert not is_about(None, "position")
