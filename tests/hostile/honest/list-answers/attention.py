import torch


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1).tolist()


def context(weights_bs, values_bsv):
    found_bv = torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
    return [[number for number in row_v] for row_v in found_bv]
