"""A language model out of a complete nn.Transformer.

Source and target are the same words. That leaks in three places unless all three attentions are masked: the
encoder's, the decoder's own, and the one from decoder to encoder.
"""
from __future__ import annotations

import torch
from torch import Tensor, nn

from .masks import hide_later


class LMModel_transformer(nn.Module):
    def __init__(self, nvoc: int, dim: int = 256, nhead: int = 8, num_layers: int = 4, p: float = 0.2):
        super().__init__()
        assert dim % nhead == 0
        self.encoder = nn.Embedding(nvoc, dim)
        self.place = nn.Embedding(512, dim)
        self.body = nn.Transformer(
            d_model=dim,
            nhead=nhead,
            num_encoder_layers=num_layers,
            num_decoder_layers=num_layers,
            dim_feedforward=2 * dim,
            dropout=p,
        )
        self.decoder = nn.Linear(dim, nvoc)
        for weight in (self.encoder.weight, self.place.weight, self.decoder.weight):
            nn.init.uniform_(weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        self.dropout = nn.Dropout(p)

    def forward(self, input: Tensor) -> Tensor:
        n = len(input)
        where = torch.arange(n, device=input.device).clamp(max=self.place.num_embeddings - 1)
        x = self.dropout(self.encoder(input) * self.encoder.embedding_dim**0.5 + self.place(where)[:, None])
        m = hide_later(n, input.device)
        return self.decoder(self.body(x, x, src_mask=m, tgt_mask=m, memory_mask=m))
