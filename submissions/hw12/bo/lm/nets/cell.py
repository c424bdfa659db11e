"""The LSTM by hand, with one product for each gate instead of one for all."""
import torch
from torch import nn


class LSTMStep(nn.Module):
    def __init__(self, d: int, h: int):
        super().__init__()
        k = h**-0.5
        self.weight_ih = nn.Parameter(torch.rand(4 * h, d) * 2 * k - k)
        self.weight_hh = nn.Parameter(torch.rand(4 * h, h) * 2 * k - k)
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))

    def forward(self, x, hc):
        h, c = hc
        size = h.shape[-1]
        z = torch.einsum("bd,gd->bg", x, self.weight_ih) + torch.einsum("bh,gh->bg", h, self.weight_hh)
        z = (z + self.bias_ih + self.bias_hh).view(-1, 4, size)
        keep, new = z[:, 1].sigmoid(), z[:, 0].sigmoid() * z[:, 2].tanh()
        c = torch.addcmul(new, keep, c)
        return z[:, 3].sigmoid() * c.tanh(), c
