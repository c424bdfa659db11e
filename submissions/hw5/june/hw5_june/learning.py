"""Rate, loss and the loop over one epoch."""
from __future__ import annotations

import logging
from types import SimpleNamespace

import torch
from torch import Tensor, nn

logger = logging.getLogger("hw5.seq2seq")
config = SimpleNamespace(max_tokens=4096, accum_steps=2, lr_factor=2.0, lr_warmup=350, clip_norm=1.0, max_epoch=8)


def get_rate(d_model: int, step_num: int, warmup_step: int) -> float:
    """Both terms are one in units of the peak: x while warming up, 1 / sqrt(x) afterwards."""
    x = step_num / warmup_step
    peak = (d_model * warmup_step) ** -0.5
    return peak * (x if x <= 1 else x ** -0.5)


class LabelSmoothedCrossEntropyCriterion(nn.Module):
    def __init__(self, smoothing: float, ignore_index: int | None = None, reduce: bool = True) -> None:
        super().__init__()
        self.smoothing, self.ignore_index, self.reduce = smoothing, ignore_index, reduce

    def forward(self, lprobs: Tensor, target: Tensor) -> Tensor:
        if self.ignore_index is not None:
            words = target != self.ignore_index
            lprobs, target = lprobs[words], target[words]
        of_target = nn.functional.nll_loss(lprobs, target, reduction="none")
        of_all = -lprobs.mean(dim=1)
        loss = torch.lerp(of_target, of_all, self.smoothing)
        return loss.sum() if self.reduce else loss


def train_one_epoch(epoch_itr, model, task, criterion, optimizer, accum_steps=1):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    scaler = torch.amp.GradScaler(device)
    stats: dict[str, list[float]] = {"loss": [], "gnorm": []}
    model.train()
    samples: list[dict] = []

    def update() -> None:
        model.zero_grad()
        n_tokens, summed = 0, 0.0
        for sample in samples:
            with torch.autocast(device, enabled=device == "cuda"):
                logits, _ = model(**{key: value.to(device) for key, value in sample["net_input"].items()})
                lprobs = torch.log_softmax(logits.float(), dim=2)
            loss = criterion(lprobs.reshape(-1, lprobs.size(2)), sample["target"].to(device).reshape(-1))
            scaler.scale(loss).backward()
            summed, n_tokens = summed + loss.item(), n_tokens + sample["ntokens"]
        scaler.unscale_(optimizer)
        optimizer.multiply_grads(1 / max(1, n_tokens))
        stats["gnorm"].append(nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm).item())
        stats["loss"].append(summed / max(1, n_tokens))
        scaler.step(optimizer)
        scaler.update()
        samples.clear()

    for sample in epoch_itr.next_epoch_itr(shuffle=True):
        samples.append(sample)
        if len(samples) == accum_steps:
            update()
    if samples:
        update()
    logger.info(f"training loss: {sum(stats['loss']) / len(stats['loss']):.4f}")
    return stats
