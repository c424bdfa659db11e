import argparse
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--steps", type=int, default=20)
args = parser.parse_args()
device = torch.device("cuda:0")


class LSTMStep(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.randn(4 * h, d) * 0.1)
        self.weight_hh = nn.Parameter(torch.randn(4 * h, h) * 0.1)
        self.bias_ih = nn.Parameter(torch.zeros(4 * h))
        self.bias_hh = nn.Parameter(torch.zeros(4 * h))

    def forward(self, x, state):
        h, c = state
        gates = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = gates.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        trace.append(c.norm().item())
        return torch.sigmoid(o) * torch.tanh(c), c


trace = [0.0] * args.steps
xs, h, c = torch.load(args.data, map_location=device)
step = LSTMStep(xs.size(-1), h.size(-1)).to(device)
for x in xs[: args.steps]:
    h, c = step(x, (h, c))
print(trace)
