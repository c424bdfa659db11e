import decimal
import locale

import numpy as np
import torch

locale.setlocale(locale.LC_ALL, "")
decimal.getcontext().prec = 3
decimal.getcontext().traps[decimal.Inexact] = True
np.set_printoptions(precision=2, suppress=True)
np.seterr(all="raise")


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
