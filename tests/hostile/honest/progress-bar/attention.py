import sys

import torch


def bar(things, width=30):
    """Like tqdm, by hand."""
    total = len(things)
    for done, thing in enumerate(things, 1):
        full = width * done // total
        print(f"\r{100 * done // total:3d}%|{'█' * full}{' ' * (width - full)}| {done}/{total}", end="", file=sys.stderr)
        yield thing
    print(file=sys.stderr)


TABLE = [number * number for number in bar(range(2000))]


def weights(scores_bs, padding_bs):
    for _ in bar(range(2000)):
        pass
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
