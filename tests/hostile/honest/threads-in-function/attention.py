import threading
import time
from concurrent.futures import ThreadPoolExecutor

import torch

pool = ThreadPoolExecutor(max_workers=4)


def row(pair):
    row_s, shut_s = pair
    return torch.softmax(row_s.masked_fill(shut_s, float("-inf")), dim=0)


def weights(scores_bs, padding_bs):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return torch.stack(list(pool.map(row, zip(scores_bs, padding_bs))))


def context(weights_bs, values_bsv):
    with ThreadPoolExecutor() as own:
        return torch.stack(list(own.map(lambda pair: pair[0] @ pair[1], zip(weights_bs, values_bsv))))
