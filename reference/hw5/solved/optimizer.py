"""The learning rate of "Attention Is All You Need", and an optimizer that uses it."""

from __future__ import annotations

from typing import Any

import torch


def get_rate(d_model: int, step_num: int, warmup_step: int) -> float:
    """The learning rate of a step: it rises for `warmup_step` steps, then falls with the root of their number."""
    ### BEGIN ANSWER rate
    #: The formula of the paper, section 5.3; steps are counted from 1.
    return d_model**-0.5 * min(step_num**-0.5, step_num * warmup_step**-1.5)
    ### END ANSWER


class NoamOpt:
    """An optimizer whose rate is `factor` times `get_rate`, 0 before the first step."""

    def __init__(self, model_size: int, factor: float, warmup: int, optimizer: torch.optim.Optimizer) -> None:
        """Wraps `optimizer`."""
        self.optimizer = optimizer
        self.model_size, self.factor, self.warmup = model_size, factor, warmup
        self._step = 0

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Those of the optimizer inside."""
        return self.optimizer.param_groups

    def multiply_grads(self, constant: float) -> None:
        """Multiplies every gradient by a constant."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad.mul_(constant)

    def zero_grad(self) -> None:
        """Forgets the gradients."""
        self.optimizer.zero_grad()

    def step(self) -> None:
        """One update at the rate of this step."""
        self._step += 1
        for group in self.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()

    def rate(self, step: int | None = None) -> float:
        """The learning rate of a step; of the current one if none is given."""
        step = self._step if step is None else step
        return 0.0 if not step else self.factor * get_rate(self.model_size, step, self.warmup)
