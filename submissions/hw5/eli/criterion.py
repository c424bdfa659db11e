"""Cross entropy with smoothed labels.

Axes: n words, v vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    """Every label takes a share of `smoothing`, the right one included."""

    def __init__(self, smoothing: float, ignore_index: int | None = None, reduce: bool = True) -> None:
        """`ignore_index` is the label that does not count; `reduce` sums over all words."""
        super().__init__()
        self.smoothing = smoothing
        self.ignore_index = ignore_index
        self.reduce = reduce

    def forward(self, lprobs: Tensor, target: Tensor) -> Tensor:
        """The loss of log-probabilities (n, v) at targets (n,): one number, or (n, 1) without `reduce`."""
        ### YOUR CODE HERE: loss
        keep = torch.ones_like(target, dtype=torch.bool)
        if self.ignore_index is not None:
            keep = target != self.ignore_index
        eps = self.smoothing
        loss = torch.zeros((), dtype=lprobs.dtype)
        for row, label in zip(lprobs[keep], target[keep]):
            loss = loss - (1 - eps) * row[label] - eps * row.mean()
        return loss
        ### END YOUR CODE
