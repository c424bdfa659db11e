import torch


def weights(scores_bs, padding_bs):
    return torch.zeros([1] * 20)


def context(weights_bs, values_bsv):
    return torch.empty(2**40, 0)
