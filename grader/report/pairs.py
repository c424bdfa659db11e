"""Pictures of a part that belong together become one: a heat map and the same before training, maps head by head.

What a plot has shown with its difference is not shown again because a check failed on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import attention_maps, matrices, pictures
from grader.report.attention_maps import UNTRAINED, Maps
from grader.report.model import Panel, PictureView
from grader.report.pictures import Gallery


def views(shown: Sequence[Picture], gallery: Gallery) -> tuple[PictureView, ...]:
    """The pictures in their order, those that belong together in one."""
    plotted = {(each.case, each.output): each for each in shown if each.kind == "heatmap"}
    made = []
    for picture in shown:
        trained = picture.output.removeprefix(UNTRAINED)
        is_second = picture.kind == "heatmap" and trained != picture.output and (picture.case, trained) in plotted
        plot = plotted.get((picture.case, picture.output))
        is_again = picture.kind == "matrices" and plot is not None and _maps(plot, gallery) is not None
        if not is_second and not is_again:
            untrained = plotted.get((picture.case, UNTRAINED + picture.output)) if picture.kind == "heatmap" else None
            made.append(_view(picture, untrained, gallery))
    return tuple(made)


def _view(picture: Picture, untrained: Picture | None, gallery: Gallery) -> PictureView:
    try:
        found = _special(picture, untrained, gallery) if picture.kind == "heatmap" else None
    except Exception:  # numbers at the end of what floats can hold: no array that anybody sends stops a report
        found = None
    return found or pictures.view(picture, gallery)


def _special(picture: Picture, untrained: Picture | None, gallery: Gallery) -> PictureView | None:
    """The heat map head by head, or with the one before training; nothing if it is a plain one."""
    maps = _maps(picture, gallery)
    if maps is not None:
        second = _maps(untrained, gallery) if untrained is not None else None
        return attention_maps.view(picture, maps, second, gallery.max_px)
    panels = _together(picture, untrained, gallery) if untrained is not None else ()
    return replace(pictures.view(picture, gallery), panels=panels) if panels else None


def _together(picture: Picture, untrained: Picture, gallery: Gallery) -> tuple[Panel, ...]:
    """Matrices after and before training on one scale; nothing if they are no matrices."""
    found = {
        f"{prefix}{label}": file.read(name)
        for prefix, each in (("", picture), ("untrained, ", untrained))
        for label, file, name in (("yours", gallery.yours, each.yours), ("expected", gallery.expected, each.expected))
    }
    arrays = {label: array for label, array in found.items() if array is not None}
    if gallery.max_px == 0 or any(array.ndim != 2 for array in arrays.values()):
        return ()
    if is_same(arrays.get("untrained, yours"), arrays.get("untrained, expected")):
        del arrays["untrained, expected"]
    sides = [
        [array.ravel() for label, array in arrays.items() if label.endswith(side)] for side in ("expected", "yours")
    ]
    scale = matrices.value_scale(*(np.concatenate(side) if side else None for side in sides))
    return tuple(pictures.panel(label, array, (), scale, gallery.max_px) for label, array in arrays.items())


def is_same(yours: Array | None, expected: Array | None) -> bool:
    """Whether both are there and equal but for the noise of floats."""
    if yours is None or expected is None or yours.shape != expected.shape:
        return False
    return np.allclose(yours, expected, rtol=attention_maps.SAME_RTOL, atol=attention_maps.SAME_ATOL, equal_nan=True)


def _maps(picture: Picture, gallery: Gallery) -> Maps | None:
    """The maps of both sides; nothing if there is nothing to draw head by head."""
    if gallery.max_px == 0:
        return None
    sides = gallery.yours.read(picture.yours), gallery.expected.read(picture.expected)
    known = [array for array in sides if array is not None]
    return Maps(*sides) if known and all(map(attention_maps.are_maps, known)) else None
