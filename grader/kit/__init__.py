"""What probes may use inside the jail, and what ships to students: torch and the standard library only.

    weights    parameters and inputs from names and seeds
    words      a vocabulary without words of any language, and sentences made of it
    recorder   a stand-in for a method that notes what it is called with
    answers    what a call gave, as plain tensors or in words
    graph      gradients, and whether the graph is whole
    chance     draws in train mode, the rate of dropout, a short training

The other modules find and load a hand-in; probes meet them as `hw`.
"""

from __future__ import annotations

from .answers import Answer, beside, pick, plain, plain_all, shares, stacked
from .chance import draws, dropped_share, training_losses
from .graph import gradients, handed_on, slopes
from .recorder import Recorder, replaced
from .weights import drawn, fresh, leaf, parameter_named, randomize, shapes_of
from .words import Words, ragged, rectangle, sentences

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
