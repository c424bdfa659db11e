import torch


def shut(scores_bs, padding_bs):
    return scores_bs.masked_fill(padding_bs, -torch.inf)
