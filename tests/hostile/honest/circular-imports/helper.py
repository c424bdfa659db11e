import torch

import attention


def mean(weights_bs, values_bsv):
    assert attention.context
    return (weights_bs.unsqueeze(2) * values_bsv).sum(1)
