import numpy as np


def weights(scores_bs, padding_bs):
    scores_bs = np.where(padding_bs.numpy(), -np.inf, scores_bs.numpy().astype(np.float64))
    top_b1 = scores_bs.max(axis=1, keepdims=True)
    powers_bs = np.exp(scores_bs - top_b1)
    return powers_bs / powers_bs.sum(axis=1, keepdims=True)


def context(weights_bs, values_bsv):
    return np.asfortranarray(np.einsum("bs,bsv->bv", weights_bs.numpy(), values_bsv.numpy()))
