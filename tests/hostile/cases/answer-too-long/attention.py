import numpy
import torch


def weights(scores_bs, padding_bs):
    return torch.zeros(40 << 20)


def context(weights_bs, values_bsv):
    return numpy.zeros((30 << 20, 1))
