import math

import torch
import torch.nn as nn


class LSTMStep(nn.Module):
    """One step of an LSTM; the four gates lie in the order i, f, g, o."""

    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.weight_ih = nn.Parameter(torch.empty(4 * h, d))
        self.weight_hh = nn.Parameter(torch.empty(4 * h, h))
        self.bias_ih = nn.Parameter(torch.empty(4 * h))
        self.bias_hh = nn.Parameter(torch.empty(4 * h))
        bound = 1.0 / math.sqrt(h)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.t() + self.bias_ih + h @ self.weight_hh.t() + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
        g = torch.tanh(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new
