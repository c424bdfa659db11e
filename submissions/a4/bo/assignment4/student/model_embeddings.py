"""CS224N Winter 2025: Homework 3: one embedding table per language."""
from __future__ import annotations

from torch import nn


def table(words, size: int) -> nn.Embedding:
    """One row per word; the row of <pad> is never trained."""
    return nn.Embedding(len(words), size, padding_idx=words["<pad>"])


class ModelEmbeddings(nn.Module):
    """Vectors for source and target words."""

    def __init__(self, embed_size: int, vocab) -> None:
        super().__init__()
        self.embed_size = embed_size
        self.source = table(vocab.src, embed_size)
        self.target = table(vocab.tgt, embed_size)
