import numpy
import torch


def weights(scores_bs, padding_bs):
    return torch.zeros(1).expand(2**20, 2**20)


def context(weights_bs, values_bsv):
    return numpy.broadcast_to(numpy.zeros(1), (2**20, 2**20))
