import torch
from torch import softmax as σ

无穷 = float("inf")


def weights(scores_bs, padding_bs):
    α = scores_bs.masked_fill(padding_bs, -无穷)
    return σ(α, dim=1)


def context(weights_bs, values_bsv):
    Σ = torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
    return Σ
