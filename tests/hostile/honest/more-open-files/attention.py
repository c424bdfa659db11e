import os
import resource

import torch

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
os.nice(1)
os.sched_setaffinity(0, os.sched_getaffinity(0))
torch.multiprocessing.set_sharing_strategy("file_system")
torch.multiprocessing.set_start_method("fork", force=True)


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
