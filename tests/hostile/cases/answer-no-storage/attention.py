import torch


def weights(scores_bs, padding_bs):
    found_bs = torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)
    found_bs.untyped_storage().resize_(0)
    return found_bs


def context(weights_bs, values_bsv):
    found_bv = torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
    found_bv.untyped_storage().resize_(8)
    return found_bv
