"""Attention maps head by head: yours, expected and their difference, row entropy, and the same before training.

A row of a map is a query, its cells the weights of the keys; its entropy, in nats, is 0 where one key has all the
weight. Heads are counted from 1.

Axes: k heads, r queries, c keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import matrices, strips, wording
from grader.report.images import Image
from grader.report.matrices import MARKS, Scale
from grader.report.model import NumberTable, Panel, PictureView

UNTRAINED = "untrained_"  # how the output begins that is the same map before training
MAX_HEADS, MAX_SIDE = 16, 128
CELLS_PX = 44  # a picture that may have 512 pixels a side holds 5,957 cells
SUM_ATOL = 1e-3
SAME_RTOL, SAME_ATOL = 1e-4, 1e-5
MOST_TOLD = 4  # heads whose entropy stands in a caption
MEANS = "One map for each head, counted from 1: each row is a query, each column a key, dark blue is {}, yellow is {}."
DIFFERENCE = "In the difference, blue is lower than expected, red is higher."
ENTROPY = "The entropy of a row is in nats, 0 where one key has all the weight; told is the mean of a head."


@dataclass(frozen=True, slots=True)
class Maps:
    """The maps of one layer, yours and the expected ones, either of which may be absent. Shapes: both (k, r, c)."""

    yours_krc: Array | None
    expected_krc: Array | None

    @property
    def gap_krc(self) -> Array | None:
        """Yours less expected; none if they cannot be compared. Shapes: -> (k, r, c)."""
        if self.yours_krc is None or self.expected_krc is None or self.yours_krc.shape != self.expected_krc.shape:
            return None
        return matrices.difference(self.yours_krc, self.expected_krc)

    @property
    def is_same(self) -> bool:
        """Whether yours is the expected one, but for the noise of floats."""
        gap_krc = self.gap_krc
        if gap_krc is None or self.expected_krc is None or np.isnan(gap_krc).any():
            return False
        return bool((np.abs(gap_krc) <= SAME_ATOL + SAME_RTOL * np.abs(np.nan_to_num(self.expected_krc))).all())


def are_maps(array: Array | None) -> bool:
    """Whether an array can be drawn head by head. Shapes: (k, r, c) of few heads."""
    return array is not None and array.ndim == 3 and array.shape[0] <= MAX_HEADS and max(array.shape[1:]) <= MAX_SIDE


def view(picture: Picture, trained: Maps, untrained: Maps | None, max_px: int) -> PictureView:
    """The maps as strips of small ones: yours, expected, difference, then those before training."""
    scale, most = _scale(trained), max_px**2 // CELLS_PX
    panels = _panels("", trained, scale, most)
    if untrained is not None:
        kept = _panels("untrained, ", untrained, scale, most)
        panels += kept[:1] if untrained.is_same else kept
    told = [("yours", trained.yours_krc), ("expected", trained.expected_krc)]
    if untrained is not None:
        told.append(("untrained", untrained.expected_krc if untrained.yours_krc is None else untrained.yours_krc))
    shown = [(label, maps_krc) for label, maps_krc in told if maps_krc is not None]
    notes = _notes(picture, panels, [maps_krc for _, maps_krc in shown], scale)
    tables = (_table(shown, trained.gap_krc),)
    return PictureView(picture.title, picture.case, tuple(panels), tuple(notes), tables)


def entropies(maps_krc: Array) -> Array | None:
    """The mean entropy of the rows of each head, in nats; none if the rows are no distributions.

    Shapes: (k, r, c) -> (k,).
    """
    if not np.isfinite(maps_krc).all() or maps_krc.min() < -SUM_ATOL:
        return None
    if not np.allclose(maps_krc.sum(axis=-1), 1, atol=SUM_ATOL):
        return None
    weights_krc = np.clip(maps_krc, 1e-300, None)
    return np.asarray(-(weights_krc * np.log(weights_krc)).sum(axis=-1).mean(axis=-1))


def _scale(maps: Maps) -> Scale:
    """From 0 to 1 for weights, so that all layers and people share it; else that of the values."""
    known = [each for each in (maps.expected_krc, maps.yours_krc) if each is not None]
    if known and entropies(known[0]) is not None:
        return Scale(0.0, 1.0)
    return matrices.value_scale(maps.expected_krc, maps.yours_krc)


def _panels(prefix: str, maps: Maps, scale: Scale, most: int) -> list[Panel]:
    panels = [
        _panel(f"{prefix}{label}", _said(maps_krc), strips.draw(maps_krc, scale, most), maps_krc.shape)
        for label, maps_krc in (("yours", maps.yours_krc), ("expected", maps.expected_krc))
        if maps_krc is not None
    ]
    gap_krc = maps.gap_krc
    if gap_krc is not None and maps.expected_krc is not None:
        reach = matrices.difference_scale(gap_krc, np.nan_to_num(maps.expected_krc))
        image = strips.draw(gap_krc, reach, most, diverging=True)
        panels.append(_panel(f"{prefix}difference", _worst(gap_krc), image, gap_krc.shape))
    return panels


def _panel(label: str, said: str, image: Image, shape: tuple[int, ...]) -> Panel:
    count, rows, columns = shape
    alt = f"{label}: {wording.counted(count, 'head')}, {rows} x {columns} each, {said}"
    return Panel(label, said, alt, image.src, image.width, image.height, "heads")


def _said(maps_krc: Array) -> str:
    entropy_k = entropies(maps_krc)
    if entropy_k is None:
        return f"{matrices.spread(maps_krc)}; not every row sums to 1"
    told = [f"{value:.2f}" for value in entropy_k[:MOST_TOLD]]
    return f"entropy {', '.join(told)}{' ...' if len(entropy_k) > MOST_TOLD else ''}"


def _worst(gap_krc: Array) -> str:
    lost = np.argwhere(np.isnan(gap_krc))
    if len(lost):
        return f"no number in head {lost[0][0] + 1}, query {lost[0][1] + 1}"
    head, query, key = np.unravel_index(int(np.abs(gap_krc).argmax()), gap_krc.shape)
    worst = float(np.abs(gap_krc[head, query, key]))
    return f"largest {wording.number(worst)} in head {head + 1}, query {query + 1}, key {key + 1}" if worst else "none"


def _notes(picture: Picture, panels: Sequence[Panel], shown: Sequence[Array], scale: Scale) -> list[str]:
    notes = [MEANS.format(*map(wording.number, (scale.low, scale.high)))]
    if any(panel.label.endswith("difference") and panel.caption != "none" for panel in panels):
        notes.append(DIFFERENCE)
    if any(entropies(maps_krc) is not None for maps_krc in shown):
        notes.append(ENTROPY)
    if not all(map(matrices.is_finite, shown)):
        notes.append(MARKS)
    return notes + [f"{way}: {name}." for way, name in (("Down", picture.y), ("Across", picture.x)) if name]


def _table(shown: Sequence[tuple[str, Array]], gap_krc: Array | None) -> NumberTable:
    """For each head the mean entropy of its rows, and how far it is from the expected one."""
    columns = [(f"entropy, {label}", _cells(entropies(maps_krc), len(maps_krc))) for label, maps_krc in shown]
    if gap_krc is not None:
        worst_k = np.abs(gap_krc).reshape(len(gap_krc), -1).max(axis=1)
        columns.append(("largest difference", [wording.number(value) for value in worst_k.tolist()]))
    heads = max(len(cells) for _, cells in columns)
    rows = tuple(
        (str(head + 1), *(cells[head] if head < len(cells) else "–" for _, cells in columns)) for head in range(heads)
    )
    return NumberTable("Heads in figures", ("head", *(name for name, _ in columns)), rows)


def _cells(values_k: Array | None, count: int) -> list[str]:
    return ["–"] * count if values_k is None else [f"{value:.3f}" for value in values_k.tolist()]
