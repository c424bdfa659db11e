"""What a process imports before it forks for hand-ins, so that each of them need not."""

from __future__ import annotations

import importlib

from .notebooks import transformer


def ready_for_snippets() -> None:
    """Imports what finds snippets, and IPython for magics: to be called by a probes.py that asks for any."""
    importlib.import_module(f"{__package__}.collection")
    transformer()
