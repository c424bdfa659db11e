"""What the figures of a block showed, each time that somebody looked, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from .answers import Answer
from .artists import Shape
from .panels import Panel, all_axes, drawn_on, panels

MAX_FIGURES = 16
MAX_ARTISTS = 64
MAX_VALUES = 4_000_000
MAX_TEXT = 200
MANY = 4 * MAX_FIGURES  # figures that are held before the least of those that are closed are let go
MARKS_FIRST = 48  # places kept for everything but lines, which can be many
MOST_STATES = MAX_FIGURES  # of one figure that is drawn again and again


@dataclass(eq=False)
class State:
    """What a figure showed at one time. `artists` are kept alive, so that one can be told from the next."""

    panels: list[Panel]
    artists: dict[int, Any] = field(default_factory=dict)
    was_shown: bool = False

    @property
    def size(self) -> int:
        """How many values it holds."""
        return sum(shape.values.size for panel in self.panels for shape in panel.shapes)

    def goes_on_from(self, other: State) -> bool:
        """Whether this is another state with more on it: the same artists, and none of them with other values."""
        if not other.artists.keys() <= self.artists.keys():
            return False
        old, new = ([s for panel in state.panels for s in panel.shapes] for state in (other, self))
        return all(
            any(each.kind == shape.kind and np.array_equal(each.values, shape.values, equal_nan=True) for each in new)
            for shape in old
            if shape.kind == "image" or (shape.kind == "line" and len(shape.values) > 2)
        )


@dataclass(eq=False)
class Seen:
    """One figure of theirs and what it showed; one that was cleared, or drawn anew, in between counts as two."""

    figure: Any
    states: list[State] = field(default_factory=list)

    def look(self, *, shown: bool = False) -> None:
        """Notes what the figure shows now."""
        artists = {id(artist): artist for axes in all_axes(self.figure) for artist in drawn_on(axes)}
        now = State(panels(self.figure), artists, shown)
        last = self.states[-1] if self.states else None
        if last is None:
            self.states.append(now)
        elif now.goes_on_from(last):
            now.was_shown |= last.was_shown
            self.states[-1] = now
        elif last.goes_on_from(now):
            last.was_shown |= shown
        else:
            self.states = [*self.states[1 - MOST_STATES :], now]


class Figures:
    """The figures of a block."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    def __len__(self) -> int:
        return len(self._states())

    def outputs(self, name: str = "figures") -> dict[str, Answer]:
        """A description of all figures as bytes of JSON, and the values of every artist as `NAME.FIGURE.AXES.ARTIST`.

        Shapes: (n,) uint8; values as `grader.figures` has them. At most 16 figures, 64 artists and 4 M values: empty
        figures are left out first, then the smallest ones and the largest shapes.
        """
        states = _chosen_figures(self._states())
        kept = _chosen_shapes([shape for state in states for panel in state.panels for shape in panel.shapes])
        told, outputs = [], {}
        for at, state in enumerate(states):
            axes = []
            for place, panel in enumerate(state.panels[: MAX_ARTISTS // len(states)]):
                shapes = [shape for shape in panel.shapes if id(shape) in kept]
                axes.append(_told(panel, shapes))
                for number, shape in enumerate(shapes):
                    outputs[f"{name}.{at}.{place}.{number}"] = torch.from_numpy(shape.values)
            told.append({"shown": state.was_shown, "axes": axes})
        text = json.dumps({"figures": told}, ensure_ascii=False).encode()
        return {name: torch.from_numpy(np.frombuffer(text, np.uint8).copy()), **outputs}

    def _states(self) -> list[State]:
        return [state for seen in self.seen for state in seen.states]

    def of(self, figure: Any) -> Seen:
        """What was seen of a figure; nothing yet of a new one."""
        seen = next((each for each in reversed(self.seen) if each.figure is figure), None)
        if seen is None:
            seen = Seen(figure)
            self.seen.append(seen)
        return seen

    def look(self, figure: Any, *, shown: bool) -> None:
        """Notes what a figure shows now."""
        with suppress(Exception):  # a figure in pieces: what was seen of it before stays
            self.of(figure).look(shown=shown)

    def let_go(self, is_open: Callable[[Any], bool]) -> None:
        """Of very many figures keeps those that are open, the newest, and the largest of those that are closed."""
        if len(self.seen) <= MANY:
            return
        closed = [seen for seen in self.seen[:-1] if seen.figure is None or not is_open(seen.figure)]
        for seen in closed:
            if seen.figure is not None:
                self.look(seen.figure, shown=False)
                seen.figure = None
        size = {id(seen): max((state.size for state in seen.states), default=0) for seen in closed}
        for seen in sorted(closed, key=lambda each: -size[id(each)])[MAX_FIGURES:]:
            self.seen.remove(seen)


# --- what is told ---------------------------------------------------------------------------------------------------


def _chosen_figures(states: list[State]) -> list[State]:
    if len(states) <= MAX_FIGURES:
        return states
    kept = {id(state) for state in sorted(states, key=lambda state: -state.size)[:MAX_FIGURES]}
    return [state for state in states if id(state) in kept]


def _chosen_shapes(shapes: list[Shape]) -> set[int]:
    """The shapes that fit, by id: the longest lines beside everything else; small ones before large ones."""
    by_size = sorted(shapes, key=lambda shape: -shape.values.size)
    others = [shape for shape in by_size if shape.kind != "line"]
    lines = [shape for shape in by_size if shape.kind == "line"]
    room = max(MAX_ARTISTS - len(lines), MARKS_FIRST)
    chosen = others[:room]
    chosen += lines[: MAX_ARTISTS - len(chosen)]
    kept, values = set(), 0
    for shape in sorted(chosen, key=lambda shape: shape.values.size):
        values += shape.values.size
        if values <= MAX_VALUES:
            kept.add(id(shape))
    return kept


def _told(panel: Panel, shapes: list[Shape]) -> dict[str, Any]:
    return {
        "title": _short(panel.title),
        "x_label": _short(panel.x_label),
        "y_label": _short(panel.y_label),
        "x_scale": _short(panel.x_scale),
        "y_scale": _short(panel.y_scale),
        "colour_bar": panel.has_colour_bar,
        "artists": [{"kind": shape.kind, "label": _short(shape.label)} for shape in shapes],
    }


def _short(text: Any) -> str:
    return str(text).encode("utf-8", "backslashreplace").decode()[:MAX_TEXT]
