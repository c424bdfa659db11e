"""`torch.compile` here leaves code as it is, which computes the same.

The first compiled call takes half a minute and a C++ compiler, and even to import what compiles takes two seconds, in
each case anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

_COMPILES: Final = re.compile(r"\btorch\s*\.\s*compile\b|(?<!\bre)\.compile\(|\bfrom torch import [^\n]*\bcompile\b")


def is_compiled(text: str) -> bool:
    """Whether a file has something compiled by torch; true too often rather than too seldom."""
    return "compile" in text and "torch" in text and _COMPILES.search(text) is not None


def leave_uncompiled() -> bool:
    """Replaces `torch.compile` and `Module.compile` for the rest of this process; False if that was done before."""
    import torch

    if torch.compile is _compile:
        return False
    torch.compile = _compile
    torch.nn.Module.compile = _nothing  # type: ignore[method-assign]
    return True


def _compile(model: Callable[..., Any] | None = None, *args: object, **options: object) -> Any:
    """The function or module itself; as a decorator with options, what gives back what it decorates."""
    return (lambda decorated: decorated) if model is None else model


def _nothing(*args: object, **options: object) -> None:
    """Does nothing."""
