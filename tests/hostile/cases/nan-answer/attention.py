import torch


def weights(scores_bs, padding_bs):
    return torch.full_like(scores_bs, torch.nan)


def context(weights_bs, values_bsv):
    return torch.full((4, 5), torch.inf)
