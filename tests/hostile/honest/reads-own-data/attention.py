import csv
import json
import pickle
from pathlib import Path

import torch

HERE = Path(__file__).parent
with open("data/config.json") as file:
    CONFIG = json.load(file)
with (HERE / "data" / "table.csv").open(newline="") as file:
    TABLE = list(csv.DictReader(file))
with open(HERE / "data" / "numbers.pkl", "rb") as file:
    NUMBERS = pickle.load(file)
LINES = [line.strip() for line in open("data/words.txt", encoding="utf-8")]
assert len(LINES) == 3


def weights(scores_bs, padding_bs):
    scale = CONFIG["scale"] * float(TABLE[0]["scale"]) * NUMBERS["one"]
    return torch.softmax(scale * scores_bs.masked_fill(padding_bs, CONFIG["shut"]), dim=CONFIG["axis"])


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
