import gc
import sys
import tracemalloc

import torch

gc.disable()
gc.set_threshold(0)
gc.freeze()
sys.setrecursionlimit(10**6)
sys.setswitchinterval(1e-4)
tracemalloc.start()


def weights(scores_bs, padding_bs):
    gc.collect()
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
