"""What torch sets up when it is first used, done once in the zygote instead of in every case.

Only what costs milliseconds is here, found by timing first against second calls; forward only, since the engine that
computes gradients must not be shared by a fork. One thread does it all, so forking stays sound, and it draws nothing
that lasts: the generators are seeded afterwards.
"""

from __future__ import annotations

import torch
from torch import nn


def use_once() -> None:
    """Computes one step of each kind that is slow the first time."""
    x, y = torch.zeros(2, 3, 2), torch.zeros(1, 1, 2)
    nn.LSTM(2, 2)(x)  # 30 ms: oneDNN writes its matrix products as machine code
    nn.TransformerDecoderLayer(2, 1, 2)(x, x)  # 2 ms
    with torch.no_grad():
        nn.LSTM(2, 2)(y)  # 3 ms: another way through it
        nn.Conv1d(2, 2, 1)(torch.zeros(1, 2, 1))  # 3 ms
        torch.linalg.svd(torch.eye(2))  # 2 ms
