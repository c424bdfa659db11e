import json
import os

import torch

with open(os.path.join(os.path.dirname(__file__), "table.json")) as file:
    TABLE = json.load(file)
FACTORS = {}
for name, value in TABLE.items():
    FACTORS[name] = float(value)
SHUT = []
while len(SHUT) < 3:
    SHUT.append(-torch.inf)


def weights(scores_bs, padding_bs):
    return torch.softmax(FACTORS["scale"] * scores_bs.masked_fill(padding_bs, SHUT[0]), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)


def main():
    scores_bs = torch.randn(2, 3)
    print(context(weights(scores_bs, torch.zeros(2, 3, dtype=torch.bool)), torch.randn(2, 3, 4)))


main()
