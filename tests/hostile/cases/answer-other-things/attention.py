import torch


def weights(scores_bs, padding_bs):
    return (number for number in range(10**9))


def context(weights_bs, values_bsv):
    return type('Answer' + '<b>' * 1000, (), {})
