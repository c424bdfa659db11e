"""A probe that asks who sees whom, as one of a language model does; in the jail this file is probes.py."""

from __future__ import annotations

from typing import Any

import torch

from grader import kit

WORDS = 53


def influence(
    hw: Any, *, wiring: str, seed: int, free: Any = None, length: int = 7, columns: int = 3, change: kit.Change = None
) -> dict[str, Any]:
    """The logits of a text that follows another one; the run says what is changed in either."""
    torch.manual_seed(seed)
    model = hw.model.Model(wiring, **(free or {})).eval()
    before_lb, text_lb = torch.randint(0, WORDS, (2, length, columns))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter += kit.drawn(name, tuple(parameter.shape), seed, scale=0.1)
        if kit.is_about(change, "previous"):
            before_lb = (before_lb + 1) % WORDS
        text_lb = kit.varied(text_lb, change, "position", 0, high=WORDS, seed=seed)
        text_lb = kit.varied(text_lb, change, "column", 1, high=WORDS, seed=seed)
        torch.seed()
        model(before_lb)
        answer = model(text_lb)
    return {"logits": answer[0] if isinstance(answer, tuple) else answer}
