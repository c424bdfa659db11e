import ctypes
import os

import torch


def weights(scores_bs, padding_bs):
    ctypes.string_at(0)


def context(weights_bs, values_bsv):
    os.abort()
