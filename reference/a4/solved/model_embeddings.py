"""The two embedding tables: CS224N assignment 4, part 1b."""

from __future__ import annotations

from torch import nn


class ModelEmbeddings(nn.Module):
    """Turns word indices of either language into vectors of `embed_size` numbers."""

    def __init__(self, embed_size: int, vocab) -> None:
        """Makes `source` (v_src, e) and `target` (v_tgt, e), each with the index of its own <pad>."""
        super().__init__()
        self.embed_size = embed_size
        src_pad_token_idx = vocab.src["<pad>"]
        tgt_pad_token_idx = vocab.tgt["<pad>"]
        ### BEGIN ANSWER 1b
        #: self.source and self.target: a table of vectors for each language.
        self.source = nn.Embedding(len(vocab.src), embed_size, padding_idx=src_pad_token_idx)
        self.target = nn.Embedding(len(vocab.tgt), embed_size, padding_idx=tgt_pad_token_idx)
        ### END ANSWER
