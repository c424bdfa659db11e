"""One epoch of training: several batches for an update, mixed precision, clipped gradients.

Axes: b sentences, t positions, v vocabulary.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from config import config
from torch import nn
from torch.amp import GradScaler

logger = logging.getLogger("hw5.seq2seq")
device = "cuda" if torch.cuda.is_available() else "cpu"


def grouped(batches: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of `size` batches; the last may be shorter."""
    batches = iter(batches)
    while chunk := list(islice(batches, size)):
        yield chunk


def to_device(sample: Any) -> Any:
    """The same batch, every tensor in it on the device."""
    if isinstance(sample, dict):
        return {name: to_device(value) for name, value in sample.items()}
    return sample.to(device) if isinstance(sample, torch.Tensor) else sample


def train_one_epoch(
    epoch_itr: Any, model: nn.Module, task: Any, criterion: nn.Module, optimizer: Any, accum_steps: int = 1
) -> dict[str, list[float]]:
    """Trains on every batch once; loss per word and norm of the gradients, one entry per update."""
    ### BEGIN ANSWER gnorm
    #: For each of the `grouped` batches of epoch_itr.next_epoch_itr(shuffle=True): add up the gradients of the scaled
    #: losses of its samples, bring them back to scale, divide them by the number of target words, clip, and step.
    #: A sample holds net_input (what the model takes), target and ntokens. Note loss and norm of every update.
    stats: dict[str, list[float]] = {"loss": [], "gnorm": []}
    scaler = GradScaler(device)
    model.train()
    for samples in grouped(epoch_itr.next_epoch_itr(shuffle=True), accum_steps):
        model.zero_grad()
        accum_loss, sample_size = 0.0, 0
        for sample in map(to_device, samples):
            target_bt = sample["target"]
            sample_size += sample["ntokens"]
            with torch.autocast(device, enabled=device == "cuda"):
                logits_btv, _ = model(**sample["net_input"])
                lprobs_btv = F.log_softmax(logits_btv, dim=-1)
                loss = criterion(lprobs_btv.view(-1, lprobs_btv.size(-1)), target_bt.view(-1))
            accum_loss += loss.item()
            scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        optimizer.multiply_grads(1 / (sample_size or 1.0))
        gnorm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        stats["gnorm"].append(gnorm.item())
        scaler.step(optimizer)
        scaler.update()
        stats["loss"].append(accum_loss / sample_size)
    logger.info(f"training loss: {sum(stats['loss']) / max(1, len(stats['loss'])):.4f}")
    return stats
    ### END ANSWER
