"""One step of an LSTM, written by hand.

Axes: b columns, d input, h hidden. Gates stand in the order i f g o.
"""

import torch
from torch import nn


class LSTMStep(nn.Module):
    """The state after one more input."""

    def __init__(self, d, h):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(4 * h, d))
        self.weight_hh = nn.Parameter(torch.empty(4 * h, h))
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))
        for weight in (self.weight_ih, self.weight_hh):
            nn.init.uniform_(weight, -(h**-0.5), h**-0.5)

    def forward(self, x, state):
        """Shapes: x (b, d), state two of (b, h) -> two of (b, h)."""
        ### BEGIN ANSWER 3e
        #: The four gates from x and h, (b, h) each; then the new cell, and the new hidden state from it.
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
        g = torch.tanh(g)
        c = f * c + i * g
        h = o * torch.tanh(c)
        return h, c
        ### END ANSWER
