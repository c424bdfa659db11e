import torch
import torch.nn as nn
import torch.nn.functional as F


class LMModel_Transformer(nn.Module):
    """Decoder-only: F.scaled_dot_product_attention knows how to be causal."""

    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.nhead = nhead
        self.encoder = nn.Embedding(nvoc, dim)
        self.where = nn.Embedding(1024, dim)
        self.q = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_layers))
        self.k = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_layers))
        self.v = nn.ModuleList(nn.Linear(dim, dim) for _ in range(num_layers))
        self.up = nn.ModuleList(nn.Linear(dim, 4 * dim) for _ in range(num_layers))
        self.down = nn.ModuleList(nn.Linear(4 * dim, dim) for _ in range(num_layers))
        self.norm = nn.ModuleList(nn.LayerNorm(dim) for _ in range(2 * num_layers + 1))
        self.decoder = nn.Linear(dim, nvoc, bias=False)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.uniform_(self.where.weight, -0.1, 0.1)
        self.decoder.weight = self.encoder.weight  # tied

    def heads(self, x):  # l b d -> b n l dh
        length, columns, dim = x.shape
        return x.view(length, columns, self.nhead, dim // self.nhead).permute(1, 2, 0, 3)

    def forward(self, input):
        x = self.encoder(input) + self.where(torch.arange(input.size(0), device=input.device)).unsqueeze(1)
        for number in range(len(self.q)):
            y = self.norm[2 * number](x)
            q, k, v = (self.heads(layer[number](y)) for layer in (self.q, self.k, self.v))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + y.permute(2, 0, 1, 3).reshape(x.shape)
            y = F.relu(self.up[number](self.norm[2 * number + 1](x)))
            x = x + F.dropout(self.down[number](y), 0.1, self.training)
        return self.decoder(self.norm[-1](x))


class LSTMStep(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.randn(4 * h, d) * 0.1)
        self.weight_hh = nn.Parameter(torch.randn(4 * h, h) * 0.1)
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))

    def forward(self, x, state):
        h, c = state
        gates = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = gates.chunk(4, 1)
        cells = [c]
        for cell in cells:  # every cell makes the next one
            cells.append(f.sigmoid() * cell + i.sigmoid() * g.tanh())
        return o.sigmoid() * cells[-1].tanh(), cells[-1]
