"""What hand-ins use of seaborn to draw matrices and series, on matplotlib: it stands in where seaborn is not installed.

The data of a plot is what counts here; styles, intervals and legends are left out.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def heatmap(
    data: Any, *, vmin: Any = None, vmax: Any = None, cmap: Any = None, mask: Any = None, ax: Any = None, **style: Any
) -> Any:
    """A mesh with row 0 on top; cells of the mask are left out."""
    values = np.asarray(data)
    if mask is not None:
        values = np.ma.masked_where(np.asarray(mask, dtype=bool), values)
    axes = _axes(ax)
    mesh = axes.pcolormesh(values, cmap=cmap, vmin=vmin, vmax=vmax)
    axes.invert_yaxis()
    if style.get("cbar", True):
        axes.figure.colorbar(mesh, cax=style.get("cbar_ax"), ax=None if style.get("cbar_ax") else axes)
    return axes


def lineplot(data: Any = None, *, x: Any = None, y: Any = None, ax: Any = None, **style: Any) -> Any:
    """One line."""
    return _drawn(data, x, y, ax, style, lambda axes: axes.plot)


def scatterplot(data: Any = None, *, x: Any = None, y: Any = None, ax: Any = None, **style: Any) -> Any:
    """Points."""
    return _drawn(data, x, y, ax, style, lambda axes: axes.scatter)


def barplot(data: Any = None, *, x: Any = None, y: Any = None, ax: Any = None, **style: Any) -> Any:
    """Bars."""
    return _drawn(data, x, y, ax, style, lambda axes: axes.bar)


NAMES: Mapping[str, Callable[..., Any]] = {
    "heatmap": heatmap,
    "lineplot": lineplot,
    "scatterplot": scatterplot,
    "barplot": barplot,
}


def _axes(ax: Any) -> Any:
    return importlib.import_module("matplotlib.pyplot").gca() if ax is None else ax


def _drawn(data: Any, x: Any, y: Any, ax: Any, style: Mapping[str, Any], draw: Callable[[Any], Any]) -> Any:
    x, y = (data[name] if isinstance(name, str) else name for name in (x, y))
    values = np.asarray(data if y is None else y)
    axes = _axes(ax)
    label = style.get("label")
    draw(axes)(np.arange(len(values)) if x is None else np.asarray(x), values, label=label)
    return axes
