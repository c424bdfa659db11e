"""Attention.

>>> weights(torch.zeros(1, 2), torch.zeros(1, 2, dtype=torch.bool))
tensor([[0.5000, 0.5000]])
"""

import doctest
import unittest

import torch


def weights(scores_bs, padding_bs):
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)


class Tests(unittest.TestCase):
    def test_sum(self):
        found_bs = weights(torch.randn(2, 3), torch.zeros(2, 3, dtype=torch.bool))
        self.assertTrue(torch.allclose(found_bs.sum(1), torch.ones(2)))


print(doctest.testmod())
unittest.main(argv=["x"], exit=False)
assert context(torch.ones(1, 2), torch.ones(1, 2, 3)).shape == (1, 3)
