import faulthandler
import signal
import sys

import torch


def stop(number, frame):
    print("stopped", number)
    sys.exit(1)


faulthandler.enable()
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, stop)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def weights(scores_bs, padding_bs):
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(600)
    faulthandler.dump_traceback_later(500)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
