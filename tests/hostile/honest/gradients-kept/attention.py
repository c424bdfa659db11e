import torch
from torch import nn


def weights(scores_bs, padding_bs):
    scores_bs = scores_bs.requires_grad_()
    found_bs = torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)
    found_bs.register_hook(lambda gradient: print("never called"))
    return found_bs


def context(weights_bs, values_bsv):
    return nn.Parameter(torch.einsum("bs,bsv->bv", weights_bs, values_bsv))
