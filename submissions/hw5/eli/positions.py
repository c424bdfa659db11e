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
    half = embedding_dim // 2
    exponent = torch.linspace(0, 1, half)
    freqs = torch.pow(torch.tensor(10000.0), -exponent)
    angles = torch.arange(num_embeddings)[:, None] * freqs[None]
    table = torch.cat([angles.sin(), angles.cos()], -1)
    table[padding_idx] *= 0
    return table
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
