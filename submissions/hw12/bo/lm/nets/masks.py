"""Masks for sequence-first attention. True means: do not look there."""
import torch


def hide_later(n: int, device=None) -> torch.Tensor:
    steps = torch.arange(n, device=device)
    return steps[None, :] > steps[:, None]
