"""Repeated calls of something random, such as a model with dropout in train mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def draws(call: Callable[[], Any], n: int, seed: int) -> list[Any]:
    """What `n` calls gave. The random stream they see starts at `seed`; the one outside is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return [call() for _ in range(n)]
