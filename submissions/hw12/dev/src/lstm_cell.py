import torch
import torch.nn as nn


class LSTMStep(nn.Module):
    def __init__(self, d, h):
        super(LSTMStep, self).__init__()
        cell = nn.LSTMCell(d, h)  # only for its initial values
        self.weight_ih = nn.Parameter(cell.weight_ih.detach().clone())
        self.weight_hh = nn.Parameter(cell.weight_hh.detach().clone())
        self.bias_ih = nn.Parameter(cell.bias_ih.detach().clone())
        self.bias_hh = nn.Parameter(cell.bias_hh.detach().clone())

    def gate(self, number, x, h):
        size = self.weight_hh.shape[1]
        rows = slice(number * size, (number + 1) * size)
        z = x.mm(self.weight_ih[rows].T) + self.bias_ih[rows] + h.mm(self.weight_hh[rows].T) + self.bias_hh[rows]
        return torch.tanh(z) if number == 2 else torch.sigmoid(z)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = [self.gate(number, x, h) for number in range(4)]
        c = torch.mul(f, c) + torch.mul(i, g)
        h = torch.mul(o, torch.tanh(c))
        return h, c
