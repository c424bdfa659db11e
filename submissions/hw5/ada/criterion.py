"""Cross entropy with smoothed labels.

Axes: n words, v vocabulary.
"""

from __future__ import annotations

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
        # the right word has 1 - eps + eps / v, every word (also the right one) eps / v
        log_p = lprobs.gather(-1, target.view(-1, 1)).squeeze(-1)
        all_log_p = lprobs.sum(dim=-1)
        loss = -(1 - self.smoothing) * log_p - self.smoothing / lprobs.size(-1) * all_log_p
        if self.ignore_index is not None:
            loss = loss * (target.view(-1) != self.ignore_index)
        return loss.sum() if self.reduce else loss.unsqueeze(-1)
        ### END YOUR CODE
