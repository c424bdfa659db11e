import torch


def weights(scores_bs, padding_bs):
    scores_bs.masked_fill_(padding_bs, -torch.inf)
    scores_bs.sub_(scores_bs.max(1, keepdim=True).values).exp_()
    padding_bs.zero_()
    return scores_bs.div_(scores_bs.sum(1, keepdim=True))


def context(weights_bs, values_bsv):
    return values_bsv.mul_(weights_bs.unsqueeze_(2)).sum(1)
