import builtins
import sys

import torch


class Tee:
    """Writes to the terminal and to a file."""

    def __init__(self, stream, path):
        self.stream, self.file = stream, open(path, "w")

    def write(self, text):
        self.stream.write(text)
        self.file.write(text)

    def flush(self):
        self.stream.flush()


sys.stdout = Tee(sys.stdout, "out.txt")
sys.stderr = Tee(sys.stderr, "err.txt")
old_print = print


def print_with_time(*args, **kwargs):
    import time

    old_print(f"[{time.time():.0f}]", *args, **kwargs)


builtins.print = print_with_time
print("hello")


def weights(scores_bs, padding_bs):
    print('rows', len(scores_bs))
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
