import mmap
import os
import signal
import tempfile

import torch


def weights(scores_bs, padding_bs):
    os.kill(os.getpid(), signal.SIGILL)
    signal.pause()


def context(weights_bs, values_bsv):
    with tempfile.TemporaryFile() as file:
        file.truncate(4096)
        seen = mmap.mmap(file.fileno(), 4096)
        file.truncate(0)
        return seen[0]
