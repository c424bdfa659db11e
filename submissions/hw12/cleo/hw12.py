# HW12 Cleo. everything in one file
import math
import torch
from torch import nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):                       # x: l b d
        l, b, d = x.shape
        q, k, v = self.qkv(x).view(l, b, 3, self.heads, d // self.heads).permute(2, 1, 3, 0, 4)
        score = q @ k.transpose(-1, -2) / math.sqrt(d // self.heads)
        past = torch.tril(torch.ones(l, l, device=x.device)).bool()
        score = score.masked_fill(~past, -1e9)
        y = F.softmax(score, -1) @ v            # b heads l dh
        return self.out(y.permute(2, 0, 1, 3).reshape(l, b, d))


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.att = SelfAttention(dim, heads)
        self.ff = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim), nn.Dropout(.1))

    def forward(self, x):
        x = x + self.att(self.n1(x))
        return x + self.ff(self.n2(x))


class LMModel_Transformer(nn.Module):
    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.encoder = nn.Embedding(nvoc, dim)
        self.blocks = nn.ModuleList(Block(dim, nhead) for _ in range(num_layers))
        self.norm = nn.LayerNorm(dim)
        self.decoder = nn.Linear(dim, nvoc)
        nn.init.uniform_(self.encoder.weight, -.1, .1)
        nn.init.uniform_(self.decoder.weight, -.1, .1)

    def positions(self, l, d, device):
        pos = torch.arange(l, device=device)[:, None] / 10000 ** (torch.arange(0, d, 2, device=device) / d)
        return torch.stack([pos.sin(), pos.cos()], -1).view(l, 1, -1)[..., :d]

    def forward(self, input):
        x = self.encoder(input)
        x = x + .1 * self.positions(len(input), x.size(-1), x.device)
        for block in self.blocks:
            x = block(x)
        return self.decoder(self.norm(x))


class LSTMStep(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.randn(4 * h, d) / d ** .5)
        self.weight_hh = nn.Parameter(torch.randn(4 * h, h) / h ** .5)
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))

    def forward(self, x, state):
        h, c = state
        pre = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = torch.split(pre, h.size(1), 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


def train(model, ids, epochs, rate=1e-3, window=32, columns=16):
    ids = ids[: len(ids) // columns * columns].view(columns, -1).t()
    opt = torch.optim.Adam(model.parameters(), rate)
    for epoch in range(epochs):
        for start in range(0, len(ids) - window - 1, window):
            logits = model(ids[start:start + window])
            loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), ids[start + 1:start + window + 1].reshape(-1))
            opt.zero_grad()
            loss.backward()
            opt.step()
        yield loss.item()
