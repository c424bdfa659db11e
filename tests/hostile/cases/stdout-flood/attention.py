import os
import sys

import torch


def weights(scores_bs, padding_bs):
    while True:
        os.write(1, b"flood of output\n" * 4096)


def context(weights_bs, values_bsv):
    while True:
        sys.stderr.write("flood of errors " * 4096)
