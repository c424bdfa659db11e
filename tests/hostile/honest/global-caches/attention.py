import functools

import torch

CACHE = {}
calls = 0


@functools.lru_cache(maxsize=None)
def negative_infinity(dtype):
    return torch.tensor(float("-inf"), dtype=dtype)


@functools.cache
def table(size):
    return torch.arange(size)


def weights(scores_bs, padding_bs):
    global calls
    calls += 1
    key = (scores_bs.numpy().tobytes(), padding_bs.numpy().tobytes())
    if key not in CACHE:
        shut_bs = torch.where(padding_bs, negative_infinity(scores_bs.dtype), scores_bs)
        CACHE[key] = torch.softmax(shut_bs, dim=1)
    return CACHE[key]


class Mean:
    @functools.cached_property
    def formula(self):
        return "bs,bsv->bv"


mean = Mean()


def context(weights_bs, values_bsv):
    assert len(table(5)) == 5
    return torch.einsum(mean.formula, weights_bs, values_bsv)
