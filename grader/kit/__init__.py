"""What probes may use inside the jail, and what ships to students: torch, numpy, safetensors, the standard library.

    weights    parameters and inputs from names and seeds
    words      a vocabulary without words of any language, and sentences made of it
    recorder   a stand-in for a method that notes what it is called with
    answers    what a call gave, as plain tensors or in words
    graph      gradients, and whether the graph is whole
    chance     draws in train mode, the rate of dropout, a short training
    language   a language model: trained on a budget, then asked for the next word
    watch      the figures that matplotlib makes, as data
    variation  inputs with some places changed
    formulas   formulas of theirs, found and evaluated at points
    series     numbers in the place of a list that a training fills; snippets take them

All of them are imported with the first name that is asked for: who uses none does not wait for torch. A zygote asks for
what its probes name, so that no case does. The other modules find and load a hand-in; probes meet them as `hw`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answers import Answer, beside, pick, plain, plain_all, shares, stacked
    from .chance import draws, dropped_share, training_losses
    from .formulas.maths import evaluated
    from .graph import gradients, handed_on, slopes
    from .language import logits_at, next_logits, token_lines, train_language_model, window_logits
    from .ready import ready_for_snippets, ready_to_train
    from .recorder import Recorder, replaced
    from .seen import Figures
    from .series import Series
    from .variation import Change, is_about, varied
    from .watch import close_figures, ready_to_watch, watched
    from .weights import drawn, fresh, leaf, parameter_named, randomize, shapes_of
    from .words import Words, ragged, rectangle, sentences

__all__ = [
    "Answer",
    "Change",
    "Figures",
    "Recorder",
    "Series",
    "Words",
    "beside",
    "close_figures",
    "drawn",
    "draws",
    "dropped_share",
    "evaluated",
    "fresh",
    "gradients",
    "handed_on",
    "is_about",
    "leaf",
    "logits_at",
    "next_logits",
    "parameter_named",
    "pick",
    "plain",
    "plain_all",
    "ragged",
    "randomize",
    "ready_for_snippets",
    "ready_to_train",
    "ready_to_watch",
    "rectangle",
    "replaced",
    "sentences",
    "shapes_of",
    "shares",
    "slopes",
    "stacked",
    "token_lines",
    "train_language_model",
    "training_losses",
    "varied",
    "watched",
    "window_logits",
]

_MODULES = """
    answers chance formulas.maths graph language ready recorder seen series variation watch weights words
""".split()  # noqa: SIM905 (a list of words reads better)


def __getattr__(name: str) -> Any:
    """What probes may use, by name."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in _MODULES:
        found = vars(import_module(f".{module}", __name__))
        globals().update({each: found[each] for each in __all__ if each in found})
    return globals()[name]
