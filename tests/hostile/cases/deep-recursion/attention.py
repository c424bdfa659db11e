import sys

import torch

sys.setrecursionlimit(10**9)


def weights(scores_bs, padding_bs):
    return weights(scores_bs, padding_bs)


def context(weights_bs, values_bsv):
    nest = []
    for _ in range(10**5):
        nest = [nest]
    return repr(nest)
