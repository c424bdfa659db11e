"""What is random in a student's model: dropout, and a short training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .answers import stacked

EVENLY = 1e-3  # how far scaled survivors may lie apart, as a share of their size
NEAR = 0.2  # how far the share of zeros in some hundred draws may lie from the rate


def draws(call: Callable[[], Any], n: int, seed: int) -> list[Any]:
    """What `n` calls gave. The random stream they see starts at `seed`; the one outside is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return [call() for _ in range(n)]


def dropped_share(quiet: Any, loud: Sequence[Any]) -> float | None:
    """The rate of dropout behind draws in train mode, from how far the survivors are scaled beside eval mode.

    None where that cannot be told: nothing is dropped, survivors are scaled unevenly, or zeros do not fit the rate.

    Shapes: quiet (...), each draw (...).
    """
    stack = stacked(loud)
    if not isinstance(stack, Tensor) or not isinstance(quiet, Tensor) or stack.shape[1:] != quiet.shape:
        return None
    shares = (stack / quiet)[:, quiet != 0].detach()
    survivors = shares[shares != 0]
    if not survivors.numel() or survivors.numel() == shares.numel():
        return None
    scale = survivors.median()
    rate = float(1 - 1 / scale)
    zeros = 1 - survivors.numel() / shares.numel()
    even = bool((survivors / scale - 1).abs().max() < EVENLY)
    return rate if even and abs(zeros - rate) < NEAR else None


def training_losses(
    model: nn.Module, loss: Callable[[int], Tensor], updates: int, seed: int, *, rate: float = 0.01, clip: float = 5.0
) -> Tensor:
    """The loss before each update of a training with Adam, `loss(update)` being the one of that update.

    Shapes: -> (updates,).
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    losses: list[float] = []

    def _update() -> None:
        now = loss(len(losses))
        optimizer.zero_grad()
        now.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(now.item())

    draws(_update, updates, seed)
    return torch.tensor(losses)
