"""What a process imports before it forks for hand-ins, so that each of them need not."""

from __future__ import annotations

import importlib
import os
from contextlib import suppress

from .notebooks import transformer


def ready_for_snippets() -> None:
    """Imports what finds snippets, and IPython for magics: to be called by a probes.py that asks for any."""
    importlib.import_module(f"{__package__}.collection")
    with suppress(ImportError):  # at home, where IPython may not be installed
        transformer()


def ready_to_train() -> None:
    """Imports what the first optimizer of a process would: more than a second of every case that trains.

    Not at home, where hardly any public case trains, and somebody waits.
    """
    if "GRADE_AT_HOME" not in os.environ:
        importlib.import_module("torch._dynamo")
