"""Two embedding tables that stand in for part 1b, so that a mistake there costs nothing in 1c to 1f."""

from __future__ import annotations

from torch import nn


class ModelEmbeddings(nn.Module):
    """A table for each language, both with <pad> as their padding index."""

    def __init__(self, embed_size: int, vocab) -> None:
        """Makes `source` (v_src, e) and `target` (v_tgt, e)."""
        super().__init__()
        self.embed_size = embed_size
        self.source = nn.Embedding(len(vocab.src), embed_size, padding_idx=vocab.src["<pad>"])
        self.target = nn.Embedding(len(vocab.tgt), embed_size, padding_idx=vocab.tgt["<pad>"])
