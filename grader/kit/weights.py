"""Weights and inputs from names: equal layers get equal numbers, whatever order they were made in.

Every tensor has a generator of its own, seeded with the name and the seed of the run; the global random
stream is neither read nor moved.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeVar
from zlib import crc32

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

Thing = TypeVar("Thing")
Model = TypeVar("Model", bound=nn.Module)


def generator(name: str, seed: int) -> torch.Generator:
    """A random stream that belongs to this name and seed alone."""
    return torch.Generator().manual_seed((seed + crc32(name.encode())) % 2**63)


def drawn(name: str, shape: tuple[int, ...], seed: int, *, scale: float = 1.0) -> Tensor:
    """Normal numbers of this standard deviation, float32, the same for every call with this name and seed."""
    return torch.randn(shape, generator=generator(name, seed), dtype=torch.float32) * scale


def leaf(name: str, shape: tuple[int, ...], seed: int) -> Tensor:
    """The same numbers as `drawn`, as a leaf that gradients can be asked for."""
    return drawn(name, shape, seed).requires_grad_()


def fresh(*things: Thing) -> tuple[Thing, ...]:
    """Deep copies: some solutions change what they are given."""
    return tuple(copy.deepcopy(thing) for thing in things)


@torch.no_grad()
def randomize(
    model: Model,
    seed: int,
    *,
    scale: float = 0.5,
    biases: Literal["random", "zero"] = "random",
    layers: Sequence[str] = (),
) -> Model:
    """The same model, every parameter filled from its name; normalisation weights are spread around 1.

    Rows of embeddings at the padding index are filled as well. Buffers stay as they are. A parameter with
    several names takes its first in the alphabet. Layers in plain lists, tuples and dicts are filled as if
    they were registered. `layers` are attributes that the handout fixes: what they lead to is named after
    them, wherever the model keeps it.
    """
    fixed = _fixed_names(model, layers)
    for name, parameter, owner in _parameters(model):
        if is_lazy(parameter):  # has no shape before its first call
            continue
        name = fixed.get(id(parameter), name)
        values = drawn(name, tuple(parameter.shape), seed, scale=scale)
        last = name.rpartition(".")[2]
        if biases == "zero" and last.startswith("bias"):
            values.zero_()
        elif "norm" in type(owner).__name__.lower() and not _is_shift(last):
            values += 1
        parameter.copy_(values)
    return model


def shapes_of(model: nn.Module, layers: Sequence[str] = ()) -> dict[str, list[int]]:
    """Shape of every registered parameter by its name, as `randomize` knows it: what an optimizer would be given."""
    fixed = _fixed_names(model, layers)
    return {
        fixed.get(id(parameter), name): list(parameter.shape)
        for name, parameter in model.named_parameters()
        if not is_lazy(parameter)
    }


def parameter_named(model: nn.Module, name: str) -> nn.Parameter | None:
    """The registered parameter that this dotted attribute leads to; None if there is none."""
    found = _attribute(model, name)
    return found if any(found is parameter for parameter in model.parameters()) else None


def _fixed_names(model: nn.Module, layers: Sequence[str]) -> dict[int, str]:
    """The names below these attributes, by the id of the parameter; of several the first."""
    names: dict[int, str] = {}
    for layer in layers:
        module = _attribute(model, layer)
        if isinstance(module, nn.Module):
            for name, parameter in module.named_parameters(layer, remove_duplicate=False):
                names.setdefault(id(parameter), name)
    return names


def _attribute(model: nn.Module, dotted: str) -> Any:
    try:
        return operator.attrgetter(dotted)(model)
    except Exception:  # a property of theirs may raise anything
        return None


def _is_shift(name: str) -> bool:
    return name.startswith(("bias", "beta", "shift", "b_"))


def _parameters(model: nn.Module) -> Iterator[tuple[str, nn.Parameter, nn.Module]]:
    """Each parameter once, under the first of its names."""
    found: dict[int, tuple[str, nn.Parameter, nn.Module]] = {}
    for path, module in _modules(model, "", set()):
        for name, parameter in module.named_parameters(path.rstrip("."), recurse=False, remove_duplicate=False):
            if id(parameter) not in found or name < found[id(parameter)][0]:
                found[id(parameter)] = (name, parameter, module)
    yield from found.values()


def _modules(module: nn.Module, path: str, above: set[int]) -> Iterator[tuple[str, nn.Module]]:
    """The module and all below it, each under every path that leads to it; those in plain containers too."""
    if id(module) in above:
        return
    above = above | {id(module)}
    yield path, module
    for name, child in module._modules.items():
        if child is not None:
            yield from _modules(child, f"{path}{name}.", above)
    for name, value in vars(module).items():
        if not name.startswith("_"):
            for place, hidden in _hidden(value):
                yield from _modules(hidden, f"{path}{name}.{place}.", above)


def _hidden(value: Any) -> Iterator[tuple[Any, nn.Module]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    yield from ((place, entry) for place, entry in entries if isinstance(entry, nn.Module))
