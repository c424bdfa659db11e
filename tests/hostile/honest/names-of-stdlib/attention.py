import torch

from code import shut
from test import ONE
import profile as factors
from utils.functional import softmax


def weights(scores_bs, padding_bs):
    return softmax(shut(scores_bs, padding_bs) * ONE * factors.ONE)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
