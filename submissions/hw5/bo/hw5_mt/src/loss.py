from torch import nn
from torch.nn.functional import cross_entropy


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    """torch has it. The log-softmax inside does no harm: that of log-probabilities are the log-probabilities."""

    def __init__(self, smoothing, ignore_index=None, reduce=True):
        super().__init__()
        self.options = dict(
            label_smoothing=smoothing,
            ignore_index=-100 if ignore_index is None else ignore_index,
            reduction="sum" if reduce else "none",
        )

    def forward(self, lprobs, target):
        return cross_entropy(lprobs, target, **self.options)
