"""Repeated draws, the rate of dropout behind them, and a short training."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from grader.kit.chance import draws, dropped_share, training_losses

QUIET = torch.linspace(-0.9, 0.8, 12).reshape(4, 3)


def dropped(rate: float) -> list[Tensor]:
    return draws(lambda: F.dropout(QUIET, rate), 40, 7)


def test_draws_are_the_same_for_the_same_seed() -> None:
    first, again, other = (draws(lambda: torch.rand(2), 3, seed) for seed in (7, 7, 8))

    assert torch.equal(torch.stack(first), torch.stack(again))
    assert not torch.equal(torch.stack(first), torch.stack(other))


def test_draws_differ_from_one_another() -> None:
    one, two = draws(lambda: torch.rand(2), 2, 7)

    assert not torch.equal(one, two)


def test_draws_leave_the_random_stream_as_it_was() -> None:
    before = torch.get_rng_state()

    draws(lambda: torch.rand(2), 3, 7)

    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_the_rate_is_read_from_the_scale_of_the_survivors(rate: float) -> None:
    assert dropped_share(QUIET, dropped(rate)) == pytest.approx(rate, abs=1e-4)


def test_zeros_in_eval_mode_say_nothing_about_the_rate() -> None:
    quiet = QUIET.clamp(min=0)

    assert dropped_share(quiet, draws(lambda: F.dropout(quiet, 0.3), 40, 7)) == pytest.approx(0.3, abs=1e-4)


@pytest.mark.parametrize(
    ("quiet", "loud"),
    [
        (QUIET, [QUIET] * 40),
        (QUIET, [torch.zeros(4, 3)] * 40),
        (QUIET, draws(lambda: torch.tanh(F.dropout(QUIET, 0.5)), 40, 7)),
        (QUIET, draws(lambda: F.dropout(QUIET, 0.5) / 2, 40, 7)),
        (QUIET, [QUIET[:2]] * 40),
        ("None", [QUIET] * 40),
        (QUIET, [None] * 40),
    ],
    ids=["nothing dropped", "all dropped", "not scaled evenly", "not scaled", "other shape", "no eval", "no train"],
)
def test_no_rate_is_told_where_it_cannot_be(quiet: Any, loud: list[Any]) -> None:
    assert dropped_share(quiet, loud) is None


def test_a_training_gives_the_loss_before_each_update() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 2.0)

    losses = training_losses(model, lambda update: model(torch.ones(1, 1)).square().sum(), 30, 7, rate=0.1)

    assert losses.shape == (30,)
    assert losses[0].item() == pytest.approx(4.0)
    assert losses[-1].item() < 0.5


def test_a_training_asks_for_the_loss_of_each_update_in_turn() -> None:
    model, seen = nn.Linear(1, 1), []

    def loss(update: int) -> Tensor:
        seen.append(update)
        return model(torch.ones(1, 1)).sum()

    training_losses(model, loss, 3, 7)

    assert seen == [0, 1, 2]
