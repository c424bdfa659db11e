"""Does what was computed still hang together with what it was computed from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from .weights import drawn

DIRECTIONS = 4
STRIDE = 0.004  # in float32 rounding and curvature both stay below 1 % of a usual slope


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


def handed_on(name: str, fed: Any, answers: Sequence[Tensor], seed: int) -> dict[str, Tensor | str]:
    """For each answer: do its values stand in what was fed, and do they stand there with their graph.

    The outputs are `NAME_fed` and `NAME_fed_with_graph`; they differ where something was detached on its way.

    Shapes: anything fed, n answers of any shape -> (n,) bool each.
    """
    both = (f"{name}_fed", f"{name}_fed_with_graph")
    if not isinstance(fed, Tensor):
        return dict.fromkeys(both, "no tensor")
    there = set(fed.detach().flatten().tolist())
    sources: dict[str, Tensor | None] = {str(number): answer for number, answer in enumerate(answers)}
    connected = gradients(fed, sources, seed)
    values = [there.issuperset(answer.detach().flatten().tolist()) for answer in answers]
    whole = [known and bool(connected[key].any()) for key, known in zip(sources, values, strict=True)]
    return dict(zip(both, (torch.tensor(values), torch.tensor(whole)), strict=True))


def slopes(call: Callable[[Mapping[str, Tensor]], Any], at: Mapping[str, Tensor], seed: int) -> dict[str, Tensor]:
    """How fast a random mixture of the outputs grows along random directions of each input, told in two ways.

    `NAME` is what the gradient says, `NAME_measured` what two calls nearby say. They differ where a part of the graph
    is cut, even if gradients still flow beside the cut. `call` must be smooth and not random.

    Shapes: inputs of any shape -> (directions,) each.
    """
    leaves = {name: tensor.detach().clone().requires_grad_() for name, tensor in at.items()}
    by_graph = gradients(call(leaves), leaves, seed)
    found: dict[str, Tensor] = {}
    for name, tensor in at.items():
        directions = drawn(f"directions of {name}", (DIRECTIONS, *tensor.shape), seed).to(tensor.dtype)
        ways = [STRIDE * direction / direction.norm() for direction in directions]
        found[name] = torch.stack([(by_graph[name] * way).sum() / STRIDE for way in ways])
        ends = [[_size(call({**at, name: tensor.detach() + sign * way}), seed) for sign in (1, -1)] for way in ways]
        found[f"{name}_measured"] = torch.stack([(plus - minus) / (2 * STRIDE) for plus, minus in ends])
    return found


def _size(outputs: Any, seed: int) -> Tensor:
    total = torch.zeros(())
    for number, output in enumerate(_floating(outputs)):
        total = total + (output.detach() * drawn(f"mixture {number}", tuple(output.shape), seed)).sum()
    return total


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
