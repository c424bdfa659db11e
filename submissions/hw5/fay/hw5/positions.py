"""Positions of words: the table of sines and cosines, and the layer that looks them up.

Axes: b sentences, t positions, n rows of the table, c channels.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def sinusoidal_table(num_embeddings: int, embedding_dim: int, padding_idx: int) -> Tensor:
    """One row for each position: sines in the first half of the columns, cosines in the second.

    Shapes: -> (n, c) float32, row `padding_idx` zero.
    """
    ### YOUR CODE HERE: table
    n = embedding_dim // 2
    table = torch.zeros(num_embeddings, embedding_dim, dtype=torch.float64)
    p = torch.arange(num_embeddings, dtype=torch.float64)
    for i in range(n):
        frequency = 10000.0 ** (-i / (n - 1))
        table[:, i] = torch.sin(p * frequency)
        table[:, n + i] = torch.cos(p * frequency)
    table[padding_idx] = 0
    return table.float()
    ### END YOUR CODE


class SinusoidalPositionalEmbedding(nn.Module):
    """Looks positions up in a table that is never trained; the first word has position `padding_idx` + 1."""

    def __init__(self, embedding_dim: int, padding_idx: int, init_size: int) -> None:
        """Makes the table, with room for `init_size` positions and the padding offset."""
        super().__init__()
        self.padding_idx = padding_idx
        self.register_buffer(
            "weights", sinusoidal_table(init_size + padding_idx + 1, embedding_dim, padding_idx), persistent=False
        )

    def forward(self, tokens_bt: Tensor) -> Tensor:
        """The rows of the positions of these tokens; pads get the row of `padding_idx`.

        Shapes: (b, t) int64 -> (b, t, c).
        """
        words_bt = tokens_bt.ne(self.padding_idx)
        positions_bt = words_bt.long().cumsum(dim=1) * words_bt + self.padding_idx
        return self.weights[positions_bt]
