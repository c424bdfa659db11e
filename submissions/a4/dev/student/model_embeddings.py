"""
CS224N Winter 2025: Homework 3
model_embeddings.py: the two embedding tables
"""
from torch import nn


class ModelEmbeddings(nn.Module):
    """`source` and `target`: one row of embed_size numbers per word."""

    def __init__(self, embed_size: int, vocab):
        super().__init__()
        self.embed_size = embed_size
        # ---- START OF YOUR CODE, part (b) ----
        self.source = nn.Embedding(len(vocab.src), embed_size, padding_idx=vocab.src['<pad>'])
        self.target = nn.Embedding(len(vocab.tgt), embed_size, padding_idx=vocab.tgt['<pad>'])
        # ---- END OF YOUR CODE ----
