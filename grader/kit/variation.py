"""Inputs with some places changed: how a probe does what the run of a varied case asks of it.

`change` is what the run was given: `{"axis": "position", "first": 3, "end": 4}`, or nothing on the unchanged run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from zlib import crc32

import torch
from torch import Tensor

Change: TypeAlias = Mapping[str, str | int] | None


def is_about(change: Change, axis: str) -> bool:
    """Whether this run changes something on that axis."""
    return change is not None and change["axis"] == axis


def varied(values: Tensor, change: Change, axis: str, dim: int, *, low: int = 0, high: int = 0, seed: int) -> Tensor:
    """The values, with the changed places along a dimension replaced where the change is about this axis.

    Whole numbers become others from low to high - 1, each different from what stood there; floats are drawn anew, as
    wide as they were; truth values are turned. What is new at a place is the same in every run that changes it. Shape
    and dtype stay.
    Raises: ValueError if there are whole numbers and fewer than two from low to high - 1.
    """
    if change is None or not is_about(change, axis):
        return values
    chance = torch.Generator().manual_seed(crc32(f"{axis}/{seed}".encode()))
    places = [slice(None)] * values.dim()
    places[dim] = slice(int(change["first"]), int(change["end"]))
    result = values.clone()
    result[tuple(places)] = _others(values, low, high, chance)[tuple(places)].to(values.dtype)
    return result


def _others(values: Tensor, low: int, high: int, chance: torch.Generator) -> Tensor:
    """Another value for each."""
    if values.dtype == torch.bool:
        return ~values
    if not values.is_floating_point():
        if high - low < 2:
            raise ValueError(f"whole numbers from {low} to {high - 1} cannot become others")
        step = torch.randint(1, high - low, values.shape, generator=chance)
        return low + (values - low + step) % (high - low)
    wide = values.double()
    finite = wide[torch.isfinite(wide)]
    centre, width = (finite.mean(), finite.std(correction=0)) if len(finite) else (0.0, 0.0)
    draws = torch.randn(values.shape, generator=chance, dtype=torch.float64)
    return centre + draws * (width if width > 0 else 1.0)
