# ruff: noqa: N801 (names of the handout)
"""Language models behind one interface: a Transformer encoder that sees the past only, an LSTM and a plain RNN.

Axes: l positions, b columns, v vocabulary, d model. Sequence first everywhere.
"""

import math

import torch
from torch import nn


### BEGIN ANSWER 3b
#: What keeps every position from the words behind it. Shapes: -> (l, l).
def future_mask(length, device=None):
    """What is added to the scores of a query (row) and a key (column): -inf where the key lies in the future."""
    return torch.full((length, length), float("-inf"), device=device).triu(1)


### END ANSWER


class Positions(nn.Module):
    """Sines and cosines of the position, for texts of any length."""

    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, length):
        """Shapes: -> (l, 1, d)."""
        steps = torch.arange(length, dtype=torch.float).unsqueeze(1)
        rates = torch.exp(torch.arange(0, self.dim, 2) * (-math.log(10000.0) / self.dim))
        table = torch.zeros(length, self.dim)
        table[:, 0::2] = torch.sin(steps * rates)
        table[:, 1::2] = torch.cos(steps * rates)[:, : self.dim // 2]
        return table.unsqueeze(1)


class LMModel_Transformer(nn.Module):
    """A Transformer that predicts every word from those before it."""

    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.dim = dim
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.Embedding(nvoc, dim)
        ### BEGIN ANSWER 3a
        #: The layers between embedding and decoder: num_layers of them, with nhead heads and dropout 0.5.
        self.positions = Positions(dim)
        layer = nn.TransformerEncoderLayer(dim, nhead, 4 * dim, dropout=0.5)
        self.layers = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)
        ### END ANSWER
        self.decoder = nn.Linear(dim, nvoc)
        self.init_weights()

    def init_weights(self):
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, input):
        """Shapes: input (l, b) int64 -> logits (l, b, v)."""
        ### BEGIN ANSWER 3a
        #: Embed, add positions, go through the layers, decode; sequence first all along.
        #: Position t predicts word t + 1: nothing it is made of may come from behind t.
        mask_ll = future_mask(input.size(0), input.device)
        embedded_lbd = self.encoder(input) * math.sqrt(self.dim)
        embedded_lbd = embedded_lbd + self.positions(input.size(0)).to(input.device)
        hidden_lbd = self.layers(self.drop(embedded_lbd), mask=mask_ll)
        return self.decoder(self.drop(hidden_lbd))
        ### END ANSWER


class LMModel_LSTM(nn.Module):
    """An LSTM; every call starts from a state of zeros."""

    def __init__(self, nvoc, dim=256, num_layers=2):
        super().__init__()
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.Embedding(nvoc, dim)
        self.rnn = nn.LSTM(dim, dim, num_layers)
        self.decoder = nn.Linear(dim, nvoc)
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)

    def forward(self, input):
        """Shapes: input (l, b) int64 -> logits (l, b, v)."""
        states_lbd, _ = self.rnn(self.drop(self.encoder(input)))
        return self.decoder(self.drop(states_lbd))


class LMModel_RNN(LMModel_LSTM):
    """The same with a plain recurrence."""

    def __init__(self, nvoc, dim=256, num_layers=2):
        super().__init__(nvoc, dim, num_layers)
        self.rnn = nn.RNN(dim, dim, num_layers)
