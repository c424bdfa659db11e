import atexit
import sys
import weakref

import torch


class Loud:
    def __del__(self):
        print("gone")
        raise RuntimeError("in a destructor")


loud = Loud()
atexit.register(print, "bye")
atexit.register(lambda: sys.exit(3))
weakref.finalize(loud, print, "finalized")


def weights(scores_bs, padding_bs):
    Loud()
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
