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
        ### BEGIN ANSWER loss
        #: Summed over the words, unless `reduce` is False. Labels equal to `ignore_index` count nowhere.
        if target.dim() == lprobs.dim() - 1:
            target = target.unsqueeze(-1)
        nll_n1 = -lprobs.gather(dim=-1, index=target)
        smooth_n1 = -lprobs.sum(dim=-1, keepdim=True)
        if self.ignore_index is not None:
            pads_n1 = target.eq(self.ignore_index)
            nll_n1 = nll_n1.masked_fill(pads_n1, 0.0)
            smooth_n1 = smooth_n1.masked_fill(pads_n1, 0.0)
        if self.reduce:
            nll_n1, smooth_n1 = nll_n1.sum(), smooth_n1.sum()
        return (1.0 - self.smoothing) * nll_n1 + self.smoothing / lprobs.size(-1) * smooth_n1
        ### END ANSWER
