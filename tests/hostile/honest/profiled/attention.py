import cProfile
import io
import pstats
import sys
import time
import timeit

import torch

CALLS = []
sys.setprofile(lambda frame, event, argument: CALLS.append(event) if len(CALLS) < 1000 else None)


def weights(scores_bs, padding_bs):
    sys.settrace(lambda frame, event, argument: None)
    started = time.perf_counter()
    found_bs = torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)
    print(time.perf_counter() - started)
    timeit.timeit("1 + 1", number=100)
    return found_bs


def context(weights_bs, values_bsv):
    sys.setprofile(None)
    profile = cProfile.Profile()
    found_bv = profile.runcall(torch.einsum, "bs,bsv->bv", weights_bs, values_bsv)
    pstats.Stats(profile, stream=io.StringIO()).print_stats()
    return found_bv
