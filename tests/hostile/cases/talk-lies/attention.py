import os
import time

import torch

LIES = (
    b'{"at": "done", "exit": 0, "cpu_s": -1e999, "peak": "' + b"9" * 1000 + b'"}',
    b'{"at": "done", "exit": {"a": []}, "cpu_s": NaN, "peak": 1e300}',
    b'{"at": "error", "error": "the zygote is gone"}',
    b'{"at": "ready", "threads": [1]}',
    b'{"at": 5}',
    b"[" * 30000,
    b"\xff\xfe",
)
if os.fork() == 0:
    os.setsid()
    for lie in LIES * 3:
        time.sleep(0.02)
        try:
            os.write(10, lie)
        except OSError:
            os._exit(0)
    os._exit(0)


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
