import functools

import torch
from torch import nn


class Weights(nn.Module):
    def __init__(self):
        super().__init__()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, scores_bs, padding_bs):
        return self.softmax(scores_bs.masked_fill(padding_bs, float("-inf")))


class Attention:
    @staticmethod
    def context(weights_bs, values_bsv):
        return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)


weights = Weights()
context = functools.partial(lambda formula, *args: Attention.context(*args), "bs,bsv->bv")
