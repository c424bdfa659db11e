# -*- coding: latin-1 -*-
# Übung für Anfänger
import torch

größe = 1.0
assert "ä" == chr(228)


def weights(scores_bs, padding_bs):
    return torch.softmax(größe * scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
