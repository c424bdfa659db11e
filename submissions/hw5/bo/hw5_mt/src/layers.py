"""Building blocks. Everything is (time, batch, channels), attention scores are (batch, head, query, key)."""

import torch
from torch import einsum, nn


def sinusoidal_table(num_embeddings, embedding_dim, padding_idx):
    """sin | cos, wavelengths from 2 pi to 20000 pi."""
    half = embedding_dim // 2
    omega = torch.logspace(0, -4, half, dtype=torch.float64)
    angle = einsum("n,c->nc", torch.arange(num_embeddings, dtype=torch.float64), omega)
    table = torch.cat([angle.sin(), angle.cos()], dim=-1)
    table[padding_idx].zero_()
    return table.to(torch.float32)


class Positions(nn.Module):
    def __init__(self, length, width, pad):
        super().__init__()
        self.pad = pad
        self.register_buffer("weights", sinusoidal_table(length + pad + 1, width, pad), persistent=False)

    def forward(self, tokens):
        word = (tokens != self.pad).to(torch.int64)
        return self.weights.index_select(0, (word.cumsum(1) * word + self.pad).flatten()).unflatten(0, tokens.shape)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.out_proj, self.v_proj, self.k_proj, self.q_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, memory, blocked):
        q, k, v = (
            layer(what).unflatten(-1, (self.heads, -1))
            for layer, what in ((self.q_proj, x), (self.k_proj, memory), (self.v_proj, memory))
        )
        score = einsum("qbhd,kbhd->bhqk", q, k) / q.size(-1) ** 0.5
        weight = score.masked_fill(blocked, -torch.inf).softmax(-1)
        return self.out_proj(einsum("bhqk,kbhd->qbhd", weight, v).flatten(-2))


class Block(nn.Module):
    """One layer of either half; with `cross` it also looks at the source."""

    def __init__(self, width, inner, heads, dropout, cross):
        super().__init__()
        self.final_layer_norm = nn.LayerNorm(width)
        self.fc2 = nn.Linear(inner, width)
        self.fc1 = nn.Linear(width, inner)
        if cross:
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
            self.encoder_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.self_attn = Attention(width, heads)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, blocked, source=None, source_blocked=None):
        y = self.self_attn_layer_norm(x)
        x = x + self.drop(self.self_attn(y, y, blocked))
        if source is not None:
            y = self.encoder_attn_layer_norm(x)
            x = x + self.drop(self.encoder_attn(y, source, source_blocked))
        y = self.final_layer_norm(x)
        return x + self.drop(self.fc2(self.fc1(y).relu()))
