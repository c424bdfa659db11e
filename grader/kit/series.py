"""Our numbers in the place of a list that a training would have filled, whatever they keep it in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch

NEAR = "norm"
# What of a tensor it has. Not `ndim`: matplotlib would take it for an array.
OF_TENSORS = frozenset(
    """
    numpy tolist cpu detach max min mean std sum argmax argmin argsort topk quantile median cumsum shape flatten clone
    float double squeeze log log10 sqrt
    """.split()  # noqa: SIM905 (a list of words reads better)
)
# What of an array it has: where torch knows the word too, numpy asks for it by itself (`np.nonzero(series)`).
OF_ARRAYS = frozenset(["astype", "ravel", "reshape", "round", "nonzero", "size"])


class Series(list[Any]):
    """A list of 0-d tensors or floats that is also found under a key or attribute that names a norm.

    So `stats["gnorm"]`, `history.grad_norms` and `gnorms` all lead to it. Other keys give other numbers, as many.
    Where a list would fail it does what an array does: `norms > 1`, `norms[mask]`, `norms.max()`.
    """

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self if NEAR in key.lower() else self.others()
        if isinstance(key, slice | int | np.integer):
            return super().__getitem__(key)
        return self._index(key)

    def _index(self, key: Any) -> Any:
        if isinstance(key, torch.Tensor) and key.dim() == 0:
            return super().__getitem__(int(key))
        if isinstance(key, np.ndarray) and key.ndim == 0:
            return super().__getitem__(int(key))
        if isinstance(key, tuple):
            return self._column(*key)
        return self.array()[np.asarray(key)]

    def _column(self, rows: Any, column: Any = None, *more: Any) -> Any:
        """Of a table as files have it: the first column counts the updates, any other one is the series."""
        if more or not isinstance(column, int | np.integer):
            return self.array()[(rows, column, *more)]
        return (self.array() if column else np.array(steps(len(self)), dtype=float))[rows]

    def __contains__(self, item: object) -> bool:
        return NEAR in item.lower() if isinstance(item, str) else super().__contains__(item)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or (NEAR not in name.lower() and name not in OF_TENSORS | OF_ARRAYS):
            raise AttributeError(name)
        if name in OF_ARRAYS:
            return getattr(self.array(), name)
        return self if NEAR in name.lower() else getattr(torch.tensor(self.floats()), name)

    def floats(self) -> list[float]:
        """The numbers as floats."""
        return [float(value) for value in self]

    def array(self) -> Any:
        """The numbers as an array."""
        return np.array(self.floats())

    def others(self) -> Beside:
        """As many other numbers, for what is kept beside the series: a loss, say."""
        return Beside(self)

    def get(self, key: Any, default: Any = None) -> Any:
        """As a mapping has it."""
        del default
        return self[key]

    def keys(self) -> list[str]:
        """As a mapping has it: one key."""
        return ["gnorm"]

    def items(self) -> Iterator[tuple[str, Any]]:
        """As a mapping has it."""
        return iter([("gnorm", self)])

    # Comparisons and sums with numbers are those of arrays; a list has none.

    def __gt__(self, other: Any) -> Any:
        return self.array() > other

    def __ge__(self, other: Any) -> Any:
        return self.array() >= other

    def __lt__(self, other: Any) -> Any:
        return self.array() < other

    def __le__(self, other: Any) -> Any:
        return self.array() <= other

    def __add__(self, other: Any) -> Any:
        return list(self) + list(other) if isinstance(other, list) else self.array() + other

    def __sub__(self, other: Any) -> Any:
        return self.array() - other

    def __truediv__(self, other: Any) -> Any:
        return self.array() / other

    def __pow__(self, other: Any) -> Any:
        return self.array() ** other

    def __mul__(self, other: Any) -> Any:
        return super().__mul__(other) if isinstance(other, int) else self.array() * other

    __rmul__ = __mul__


class Beside(list[float]):
    """Other numbers than the series, as many; a key that names a norm leads back: `checkpoint["stats"]["gnorm"]`."""

    def __init__(self, series: Series) -> None:
        super().__init__(2.0 + 7.0 * math.exp(-3.0 * (at + 1) / (len(series) + 1)) for at in range(len(series)))
        self._series = series

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._series if NEAR in key.lower() else self
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """As a mapping has it."""
        del default
        return self[key]


def steps(length: int) -> list[int]:
    """As many update numbers, from 1."""
    return list(range(1, length + 1))


def as_series(values: Iterable[Any]) -> Series:
    """A fresh series, since a hand-in may change it in place."""
    return Series(values)
