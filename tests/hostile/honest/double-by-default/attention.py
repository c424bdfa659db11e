import torch

torch.set_default_dtype(torch.float64)
ONE = torch.tensor(1.0)


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.double().masked_fill(padding_bs, -torch.inf) * ONE, dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
