import os

import torch


def weights(scores_bs, padding_bs):
    os.dup2(1, 3)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    os.dup2(3, 1)
    print('here I am')
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
