"""What torch sets up when it is first used, done once in the zygote instead of in every case.

Only what costs milliseconds is here, found by timing first against second calls; no gradient, since the engine that
computes them must not be shared by a fork. One thread does it all, so forking stays sound, and it draws nothing that
lasts: the generators are seeded afterwards.
"""

from __future__ import annotations

import torch
from torch import nn


def use_once() -> None:
    """Computes one step of each kind that is slow the first time."""
    with torch.no_grad():
        nn.LSTM(2, 2)(torch.zeros(1, 1, 2))  # 35 ms
        nn.Conv1d(2, 2, 1)(torch.zeros(1, 2, 1))  # 3 ms
        torch.linalg.svd(torch.eye(2))  # 2 ms
