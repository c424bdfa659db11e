"""Does what was computed still hang together with what it was computed from?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from .weights import drawn


def gradients(outputs: Any, sources: Mapping[str, Tensor | None], seed: int) -> dict[str, Tensor]:
    """The gradient of a random mixture of all outputs at each source; zeros where no path leads there.

    `outputs` may be nested in tuples and lists; what is no floating tensor in it is left out. A source that
    is None, because a layer is missing, has the gradient zero.

    Shapes: each gradient has the shape of its source.
    """
    mixture = _mixture(outputs, seed)
    here = {name: tensor for name, tensor in sources.items() if tensor is not None and tensor.requires_grad}
    found: tuple[Tensor | None, ...] = (None,) * len(here)
    if mixture is not None and here:
        found = torch.autograd.grad(mixture, list(here.values()), allow_unused=True, retain_graph=True)
    known = dict(zip(here, found, strict=True))
    return {name: _or_zeros(known.get(name), tensor) for name, tensor in sources.items()}


def _mixture(outputs: Any, seed: int) -> Tensor | None:
    total: Tensor | None = None
    for number, output in enumerate(_floating(outputs)):
        if output.requires_grad:
            share = (output * drawn(f"mixture {number}", tuple(output.shape), seed).to(output.dtype)).sum()
            total = share if total is None else total + share
    return total


def _floating(outputs: Any) -> Iterator[Tensor]:
    if isinstance(outputs, Tensor) and outputs.is_floating_point():
        yield outputs
    elif isinstance(outputs, tuple | list):
        for output in outputs:
            yield from _floating(output)


def _or_zeros(gradient: Tensor | None, source: Tensor | None) -> Tensor:
    if gradient is not None:
        return gradient.detach().clone()
    return torch.zeros(1) if source is None else torch.zeros_like(source).detach()
