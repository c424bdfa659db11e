import argparse
import sys

import torch

DEVICE = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].startswith("cuda") else "cpu"
parser = argparse.ArgumentParser()
parser.add_argument("--scale", type=float, default=1.0)
parser.add_argument("--shut", type=float, default=float("-inf"))
args, _ = parser.parse_known_args()


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf).to(DEVICE), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
