import warnings

import numpy as np
import torch

warnings.simplefilter("always")
warnings.warn("this module is deprecated", DeprecationWarning)
np.array([1.0]) / np.array([0.0])


def weights(scores_bs, padding_bs):
    for number in range(200):
        warnings.warn(f"warning {number}: the mask is on the CPU", UserWarning)
    warnings.warn("soon gone", FutureWarning, stacklevel=2)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
