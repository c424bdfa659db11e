from torch import nn, sigmoid, tanh
import torch


class LSTMStep(nn.Module):
    def __init__(self, d: int, h: int) -> None:
        super().__init__()
        self.register_parameter("weight_ih", nn.Parameter(0.1 * torch.randn(4 * h, d)))
        self.register_parameter("weight_hh", nn.Parameter(0.1 * torch.randn(4 * h, h)))
        self.register_parameter("bias_ih", nn.Parameter(torch.zeros(4 * h)))
        self.register_parameter("bias_hh", nn.Parameter(torch.zeros(4 * h)))

    def forward(self, x, hc):
        h, c = hc
        wi, wf, wg, wo = self.weight_ih.chunk(4)
        ui, uf, ug, uo = self.weight_hh.chunk(4)
        bi, bf, bg, bo = (self.bias_ih + self.bias_hh).chunk(4)
        i = sigmoid(x @ wi.T + h @ ui.T + bi)
        f = sigmoid(x @ wf.T + h @ uf.T + bf)
        g = tanh(x @ wg.T + h @ ug.T + bg)
        o = sigmoid(x @ wo.T + h @ uo.T + bo)
        c = f * c + i * g
        return o * tanh(c), c
