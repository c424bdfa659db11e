"""What a call gave, brought into the form that a probe returns: plain tensors, or words where there is none.

An answer of the wrong kind is a finding, never a crash: `pick` and `plain` give a text instead ("a list"),
and a check that wants a tensor then says what it got.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

Answer: TypeAlias = Tensor | str
MOST_ELEMENTS = 10  # of an object that is unpacked: one without an end must have one


def plain(value: Any) -> Answer:
    """A detached copy of a tensor, a number as a tensor, and for anything else a text that names its kind.

    Shapes: as given.
    """
    if isinstance(value, Tensor):
        return value.detach().clone().as_subclass(Tensor)
    if isinstance(value, bool | int | float):
        return torch.tensor(value)
    if isinstance(value, str):
        return value
    return kind(value)


def pick(value: Any, *path: int) -> Any:
    """The element of nested tuples and lists at this path; or a text that names what is there instead."""
    for depth, index in enumerate(path):
        value = _unpacked(value)
        if not isinstance(value, tuple | list):
            return f"element {index} of {kind(value)}"
        if index >= len(value):
            return f"element {index} of {kind(value)}" + (" inside another" if depth else "")
        value = value[index]
    return value


def _unpacked(value: Any) -> Any:
    """An object of theirs that can be unpacked, as a tuple; everything else as it is."""
    if isinstance(value, tuple | list | dict | set | str | Tensor) or not hasattr(type(value), "__iter__"):
        return value
    return tuple(itertools.islice(value, MOST_ELEMENTS))


def stacked(values: Sequence[Any]) -> Answer:
    """All values along a new first axis, their graph kept, or a text that says why they cannot be stacked.

    Shapes: n values of shape (...) -> (n, ...).
    """
    if not values:
        return "nothing: there was no call"
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values):
        odd = next(value for value in values if not isinstance(value, Tensor))
        return odd if isinstance(odd, str) else kind(odd)
    if len({(tensor.shape, tensor.dtype) for tensor in tensors}) > 1:
        return "tensors of different shapes: " + ", ".join(sorted({str(tuple(t.shape)) for t in tensors}))
    return torch.stack(tensors)


def beside(batch: Any, alone: Any) -> Answer:
    """The share of the first sentence in the answer to a batch, wherever the batch axis stands.

    The axis is the only one in which the two answers differ; if there is no such axis the batch comes back
    whole, so that a comparison with `alone` fails.

    Shapes: batch (..., b, ...), alone (..., 1, ...) -> as alone.
    """
    if not isinstance(batch, Tensor) or not isinstance(alone, Tensor) or batch.dim() != alone.dim():
        return plain(batch)
    axes = [axis for axis in range(batch.dim()) if batch.size(axis) != alone.size(axis)]
    if len(axes) != 1 or alone.size(axes[0]) != 1:
        return plain(batch)
    return plain(batch.narrow(axes[0], 0, 1))


def plain_all(found: Mapping[str, Any]) -> dict[str, Answer]:
    """Every output of a probe in its plain form."""
    return {name: plain(value) for name, value in found.items()}


def shares(alone: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Answer]:
    """What the first sentence got by itself, and as `NAME_in_batch` its share of the answer to the batch."""
    in_batch = {f"{name}_in_batch": beside(batch[name], value) for name, value in alone.items()}
    return plain_all(alone) | in_batch


def kind(value: Any) -> str:
    """What a value is, in a few words that hold nothing of its content."""
    if value is None:
        return "None"
    if isinstance(value, tuple | list | dict | set):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a value of type {type(value).__name__}"
