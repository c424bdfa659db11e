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
    ### BEGIN ANSWER table
    #: Every column has a frequency: they fall from 1 in the first to 1/10000 in the last of each half.
    half = embedding_dim // 2
    steps = torch.arange(half, dtype=torch.float64)
    frequencies = torch.exp(-math.log(10_000.0) / (half - 1) * steps)
    angles_nc = torch.arange(num_embeddings, dtype=torch.float64).unsqueeze(1) * frequencies
    table_nc = torch.cat((torch.sin(angles_nc), torch.cos(angles_nc)), dim=1).float()
    table_nc[padding_idx] = 0
    return table_nc
    ### END ANSWER


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
        ### BEGIN ANSWER encoder
        #: Count the words of each sentence from padding_idx + 1 on; pads are not counted.
        words_bt = tokens_bt.ne(self.padding_idx)
        positions_bt = words_bt.long().cumsum(dim=1) * words_bt + self.padding_idx
        return self.weights[positions_bt]
        ### END ANSWER
