"""Two tables that stand in for part 1b, so that a mistake there costs nothing in 1c to 1f. Students may read this."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Table(nn.Module):
    """Rows of numbers that are looked up by index, and trained."""

    def __init__(self, rows: int, width: int) -> None:
        """Takes its sizes; a probe fills it."""
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.padding_idx = rows, width, 0
        self.weight = nn.Parameter(torch.zeros(rows, width))

    def forward(self, ids: Tensor) -> Tensor:
        """Shapes: (...) integers -> (..., width)."""
        return nn.functional.embedding(ids, self.weight)

    def __repr__(self) -> str:
        """As torch's own is shown: a student's table that is shown alike is as good, and stays."""
        return f"Embedding({self.num_embeddings}, {self.embedding_dim}, padding_idx={self.padding_idx})"


class ModelEmbeddings(nn.Module):
    """A table for each language."""

    def __init__(self, embed_size: int, vocab) -> None:
        """Makes `source` (v_src, e) and `target` (v_tgt, e)."""
        super().__init__()
        self.embed_size = embed_size
        self.source, self.target = (Table(len(words), embed_size) for words in (vocab.src, vocab.tgt))
