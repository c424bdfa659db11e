import contextlib
import io
import os
import sys

import torch

sys.stdout = open(os.devnull, "w")
null = os.open(os.devnull, os.O_WRONLY)
os.dup2(null, 2)
os.close(null)


def weights(scores_bs, padding_bs):
    with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.redirect_stderr(io.StringIO()):
        print("rows", len(scores_bs))
    assert told.getvalue()
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
