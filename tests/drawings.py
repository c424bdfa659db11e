"""Figures for tests: what a few lines of matplotlib draw, as the observation that a probe would give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.figures import Figure, figures_of
from grader.kit.watch import watched
from grader.nouns.seen import Observation

STEPS = 240
EXPLOSIONS = (30, 31, 90, 170)


def series() -> np.ndarray[Any, Any]:
    """Norms below 0.9, but for four steps.

    Shapes: (240,).
    """
    norms = 0.5 + 0.3 * np.sin(np.arange(STEPS) * 1.7) + 0.1 * np.cos(np.arange(STEPS) * 0.61)
    norms[list(EXPLOSIONS)] = [4.0, 2.5, 46.0, 1.2]
    return norms.astype(np.float32)


def similarity(positions: int = 60, channels: int = 16) -> np.ndarray[Any, Any]:
    """Cosines between sinusoidal positions, of which row 1 is padding.

    Shapes: (positions, positions).
    """
    angles = np.arange(positions)[:, np.newaxis] / 100 ** (np.arange(channels // 2) / (channels // 2 - 1))
    table = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    table[1] = 0
    lengths = np.maximum(np.linalg.norm(table, axis=1), 1e-9)
    cosines: np.ndarray[Any, Any] = (table @ table.T / np.outer(lengths, lengths)).astype(np.float32)
    return cosines


def observed(draw: Callable[..., object], *arguments: Any, **more: Any) -> Observation:
    """What a probe would give that runs `draw(plt, *arguments)`; `more` are further outputs."""
    with watched() as figures:
        import matplotlib.pyplot as plt

        draw(plt, *arguments)
    tensors = {name: value.numpy() for name, value in figures.outputs().items() if not isinstance(value, str)}
    return Observation("answered", tensors=tensors | more)


def drawn(draw: Callable[..., object], *arguments: Any) -> tuple[Figure, ...]:
    """The figures that `draw(plt, *arguments)` makes."""
    figures = figures_of(observed(draw, *arguments))
    assert isinstance(figures, tuple), figures
    return figures
