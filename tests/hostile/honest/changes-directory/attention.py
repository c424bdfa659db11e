import os
import sys
import tempfile

import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))
assert os.path.exists("notes/readme.txt")


def weights(scores_bs, padding_bs):
    os.chdir(tempfile.gettempdir())
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
