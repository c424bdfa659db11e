import signal
import time

import torch


def weights(scores_bs, padding_bs):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    signal.pause()


def context(weights_bs, values_bsv):
    time.sleep(10**6)
