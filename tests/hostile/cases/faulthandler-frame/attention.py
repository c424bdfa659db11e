import torch
import faulthandler
import time


def weights(scores_bs, padding_bs):
    faulthandler.dump_traceback_later(0.02, file=3)
    time.sleep(0.1)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    faulthandler.dump_traceback(file=3)
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
