from itertools import batched
from typing import override

import torch

SHAPES = {"scores": "b s", "values": "b s v"}


class Softmax(torch.nn.Module):
    @override
    def forward(self, scores_bs, padding_bs):
        print(f"masking {SHAPES["scores"]}\n{'\n'.join(f"{name}: {shape}" for name, shape in SHAPES.items())}")
        return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def weights(scores_bs, padding_bs):
    return Softmax()(scores_bs, padding_bs)


def context(weights_bs, values_bsv):
    pairs = zip(weights_bs, values_bsv, strict=True)
    return torch.stack([weights_s @ values_sv for pair in batched(pairs, 2) for weights_s, values_sv in pair])
