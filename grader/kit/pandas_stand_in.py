"""What hand-ins use of pandas to draw what they have at hand: series and tables that hold arrays.

Whatever else is asked of them leads to nothing, as all other names of pandas: `df.to_csv(...)` writes no file.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

STYLE = ("color", "marker", "linestyle", "ls", "label")


def _inert(name: str) -> Any:
    from .stand_ins import Inert  # which leads to here

    if name.startswith("_"):
        raise AttributeError(name)
    return Inert(f"pandas.{name}")


class Series(np.ndarray[Any, Any]):
    """An array of one axis that keeps labels beside its values."""

    _index: Any = None

    def __new__(cls, data: Any = (), index: Any = None, **kept: Any) -> Series:
        """Values; what numpy cannot take is held as text."""
        try:
            made = np.atleast_1d(np.asarray(data)).view(cls)
        except (TypeError, ValueError, RuntimeError):
            made = np.array([*map(repr, data)]).view(cls)
        made._index = index
        return made

    def __array_finalize__(self, obj: Any) -> None:
        self._index = getattr(obj, "_index", None) if np.shape(obj) == self.shape else None

    values = property(lambda self: self.view(np.ndarray))
    index = property(lambda self: Series(np.arange(len(self)) if self._index is None else self._index))
    iloc = property(lambda self: self)
    plot = property(lambda self: _Plot({None: self}, self.index.values, is_table=False))

    def to_numpy(self, *args: Any, **kwargs: Any) -> Any:
        """The values."""
        return self.values

    def __getitem__(self, key: Any) -> Any:
        found = self.values[key]
        return Series(found, self.index.values[key]) if np.ndim(found) == 1 else found

    def nlargest(self, n: int = 5) -> Any:
        """The largest values, the largest first."""
        return self[np.argsort(-self.values, kind="stable")[:n]]

    def __getattr__(self, name: str) -> Any:
        return _inert(name)


class DataFrame:
    """Columns by name."""

    def __init__(self, data: Any = None, index: Any = None, columns: Any = None, **kept: Any) -> None:
        if isinstance(data, list) and data and isinstance(data[0], Mapping):
            data = {name: [row.get(name) for row in data] for name in data[0]}
        if not isinstance(data, Mapping):
            table = np.asarray([] if data is None else data)
            table = table[:, None] if table.ndim == 1 else table
            data = dict(zip(range(table.shape[1]) if columns is None else columns, table.T, strict=False))
        self._columns = {name: Series(values, index) for name, values in data.items()}

    columns = property(lambda self: [*self._columns])
    values = property(lambda self: np.column_stack([*self._columns.values()]) if self._columns else np.empty((0, 0)))
    shape = property(lambda self: (len(self), len(self._columns)))
    index = property(lambda self: next(iter(self._columns.values()), Series()).index)
    plot = property(lambda self: _Plot(self._columns, self.index.values, is_table=True))

    def to_numpy(self, *args: Any, **kwargs: Any) -> Any:
        """All columns side by side."""
        return self.values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(self.values, dtype=dtype)

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._columns)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, list) and all(name in self._columns for name in key):
            return DataFrame({name: self._columns[name] for name in key})
        if not isinstance(key, np.ndarray):
            return self._columns[key]
        kept = {name: column[key] for name, column in self._columns.items()}
        return DataFrame(kept, self.index.values[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        self._columns[key] = Series(value)

    def __getattr__(self, name: str) -> Any:
        return self._columns[name] if name in vars(self).get("_columns", ()) else _inert(name)


class _Plot:
    """`df.plot(...)` and `df.plot.bar(...)`: as for pandas, a table begins a figure and a series goes on with one."""

    def __init__(self, columns: Mapping[Any, Any], along: Any, *, is_table: bool) -> None:
        self._columns, self._along, self._is_table = columns, along, is_table

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        return partial(self, kind=kind)

    def __call__(self, x: Any = None, y: Any = None, *, kind: str = "line", ax: Any = None, **style: Any) -> Any:
        """One line for each column, or its points or bars."""
        pyplot = importlib.import_module("matplotlib.pyplot")
        axes = ax if ax is not None else pyplot.figure().gca() if self._is_table else pyplot.gca()
        draw = {"bar": axes.bar, "scatter": axes.scatter}.get(kind, axes.plot)
        along = self._along if x is None or kind == "bar" else self._columns[x]
        for name, column in self._columns.items():
            if (name != x or not self._is_table) and (y is None or name in np.atleast_1d(y)):
                draw(along, column, **{key: value for key, value in style.items() if key in STYLE})
        if style.get("logy"):
            axes.set_yscale("log")
        return axes


NAMES: Mapping[str, Any] = {"DataFrame": DataFrame, "Series": Series}
