"""Noam: a straight line up, a root down. They cross at the end of the warm-up, so the smaller one is always it."""


def get_rate(d_model, step_num, warmup_step):
    rising = step_num / warmup_step**1.5
    falling = 1 / step_num**0.5
    return min(rising, falling) / d_model**0.5


class NoamOpt:
    def __init__(self, model_size, factor, warmup, optimizer):
        self.optimizer, self.model_size, self.factor, self.warmup = optimizer, model_size, factor, warmup
        self._step = 0

    @property
    def param_groups(self):
        return self.optimizer.param_groups

    def multiply_grads(self, constant):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.mul_(constant)

    def step(self):
        self._step += 1
        for group in self.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()

    def rate(self, step=None):
        step = step or self._step
        return self.factor * get_rate(self.model_size, step, self.warmup) if step else 0
