import json
import os

import numpy as np
import torch

HERE = os.path.dirname(os.path.realpath(__file__))
with open(os.path.join(HERE, "cache.json"), "w") as file:
    json.dump({"temperature": 1.0}, file)
if not os.path.exists("checkpoints"):
    os.mkdir("checkpoints")


def weights(scores_bs, padding_bs):
    with open(os.path.join(HERE, "cache.json")) as file:
        temperature = json.load(file)["temperature"]
    torch.save({"scores": scores_bs}, "checkpoints/scores.pt")
    np.save("checkpoints/mask.npy", padding_bs.numpy())
    scores_bs = torch.load("checkpoints/scores.pt")["scores"]
    padding_bs = torch.from_numpy(np.load("checkpoints/mask.npy", mmap_mode="r+"))
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf) / temperature, dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
