from math import *
from numpy import *
from torch import *
from torch.nn import *
from torch.nn.functional import *
import torch as th
import torch.nn.functional as F
import numpy as np


def weights(scores_bs, padding_bs):
    return F.softmax(scores_bs.masked_fill(padding_bs, -np.inf), dim=-1)


def context(weights_bs, values_bsv):
    return th.bmm(weights_bs[:, None, :], values_bsv).squeeze(1)
