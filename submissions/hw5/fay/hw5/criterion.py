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
        smoothed = torch.full_like(lprobs, self.smoothing / lprobs.size(1))
        smoothed.scatter_add_(
            1, target.unsqueeze(1), torch.full_like(target, 1 - self.smoothing, dtype=lprobs.dtype).unsqueeze(1)
        )
        if self.ignore_index is not None:
            smoothed = smoothed * target.ne(self.ignore_index).unsqueeze(1)
        losses = -(smoothed * lprobs).sum(1, keepdim=True)
        return losses.sum() if self.reduce else losses
        ### END YOUR CODE
