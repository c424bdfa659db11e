import sys

import torch

sys.setrecursionlimit(10_000)


def total(numbers, first=0):
    return 0.0 if first == len(numbers) else numbers[first] + total(numbers, first + 1)


def weights(scores_bs, padding_bs):
    assert total([1.0] * 3000) == 3000.0
    powers_bs = scores_bs.exp().masked_fill(padding_bs, 0.0)
    return torch.stack([row_s / total(row_s) for row_s in powers_bs])


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
