import numpy
import torch


def weights(scores_bs, padding_bs):
    return numpy.zeros((4, 7), dtype='datetime64[ns]')


def context(weights_bs, values_bsv):
    return numpy.zeros(4, dtype=[('a', 'f4'), ('b', 'f4')])
