"""What hand-ins use of sklearn to compare rows, in numpy: it stands in where sklearn is not installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

LENGTHS: Mapping[str, Callable[[Any, int], Any]] = {
    "l2": lambda table, axis: np.linalg.norm(table, axis=axis, keepdims=True),
    "l1": lambda table, axis: np.abs(table).sum(axis=axis, keepdims=True),
    "max": lambda table, axis: np.abs(table).max(axis=axis, keepdims=True),
}


def cosine_similarity(X: Any, Y: Any = None, dense_output: bool = True) -> Any:  # noqa: N803 (sklearn's names)
    """The cosine of each row of X to each row of Y, or of X; 0 for rows of length 0.

    Shapes: (n, c), (m, c) -> (n, m), in the float type of the rows.
    """
    del dense_output
    return normalize(X) @ normalize(X if Y is None else Y).T


def normalize(X: Any, norm: str = "l2", *, axis: int = 1, **kept: Any) -> Any:  # noqa: N803
    """Rows (columns for axis 0) of length 1; those of length 0 stay.

    Shapes: (n, c) -> (n, c).
    """
    del kept
    table = _table(X)
    lengths = LENGTHS[norm](table, axis)
    return table / np.where(lengths == 0, np.ones_like(lengths), lengths)


def euclidean_distances(X: Any, Y: Any = None, *, squared: bool = False, **kept: Any) -> Any:  # noqa: N803
    """The distance of each row of X to each row of Y, or of X.

    Shapes: (n, c), (m, c) -> (n, m), in the float type of the rows.
    """
    del kept
    left = _table(X)
    right = left if Y is None else _table(Y)
    # In double: in single the differences of near rows are lost in their lengths.
    rows, others = left.astype(np.float64), right.astype(np.float64)
    squares = (rows**2).sum(1)[:, None] + (others**2).sum(1) - 2 * rows @ others.T
    if Y is None:
        np.fill_diagonal(squares, 0)
    squares = np.maximum(squares, 0)
    return (squares if squared else np.sqrt(squares)).astype(np.result_type(left, right))


NAMES: Mapping[str, Callable[..., Any]] = {
    "cosine_similarity": cosine_similarity,
    "normalize": normalize,
    "euclidean_distances": euclidean_distances,
}


def _table(values: Any) -> Any:
    """Rows of floats, of an array, a tensor or lists; float64 for all that are no floats."""
    table = np.asarray(values)
    if table.ndim != 2:
        raise ValueError(f"Expected 2D array, got {table.ndim}D array instead")
    return table if table.dtype in (np.float32, np.float64) else table.astype(np.float64)
