"""What probes may use inside the jail, and what ships to students: torch and the standard library only.

The names below are fetched when they are first asked for, so that finding files needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Answer, beside, pick, plain, plain_all, shares, stacked
    from .chance import draws, dropped_share, training_losses
    from .graph import gradients, handed_on, slopes
    from .recorder import Recorder, replaced
    from .weights import drawn, fresh, leaf, parameter_named, randomize, shapes_of
    from .words import Words, ragged, rectangle, sentences

_HOMES = {
    "answers": ("Answer", "beside", "pick", "plain", "plain_all", "shares", "stacked"),
    "chance": ("draws", "dropped_share", "training_losses"),
    "graph": ("gradients", "handed_on", "slopes"),
    "recorder": ("Recorder", "replaced"),
    "weights": ("drawn", "fresh", "leaf", "parameter_named", "randomize", "shapes_of"),
    "words": ("Words", "ragged", "rectangle", "sentences"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "Recorder",
    "Words",
    "beside",
    "drawn",
    "draws",
    "dropped_share",
    "fresh",
    "gradients",
    "handed_on",
    "leaf",
    "parameter_named",
    "pick",
    "plain",
    "plain_all",
    "ragged",
    "randomize",
    "rectangle",
    "replaced",
    "sentences",
    "shapes_of",
    "shares",
    "slopes",
    "stacked",
    "training_losses",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
