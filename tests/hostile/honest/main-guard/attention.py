import argparse
import sys

import torch


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    args = parser.parse_args(argv)
    print(weights(torch.randn(args.size, 3), torch.zeros(args.size, 3, dtype=torch.bool)))
    return 0


if __name__ == "__main__":
    name = input("your name: ")
    sys.exit(main())
