"""Undoing what a hand-in does to the modules of this process, so that the next one finds none of its own."""

from __future__ import annotations

import itertools
import linecache
import math
import sys
import typing
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch

from grader.kit.stand_ins import _InertModule

INSTALLED = (sys.prefix, sys.base_prefix)
PLACES: tuple[Any, ...] = (torch, torch.cuda, torch.Tensor, torch.nn.Module)  # of which functions are replaced
ADDED_TO = (itertools, math, typing, warnings)  # which answer for names of a newer Python


@contextmanager
def undone() -> Iterator[None]:
    """Forgets the modules, finders and lines that come inside the block, and what stands in for functions of torch.

    What is installed stays: parts of torch cannot be imported a second time.
    """
    modules, finders, lines = dict(sys.modules), list(sys.meta_path), dict(linecache.cache)
    functions = [dict(vars(place)) for place in PLACES]
    yield
    for place, before in zip(PLACES, functions, strict=True):
        _put_back(place, before)
    for module in ADDED_TO:
        vars(module).pop("__getattr__", None)
    for name in set(sys.modules) - set(modules):
        if not _is_installed(sys.modules[name]):
            del sys.modules[name]
    sys.modules.update(modules)
    sys.meta_path[:] = finders
    linecache.cache.clear()
    linecache.cache.update(lines)


def _put_back(place: Any, before: dict[str, Any]) -> None:
    for name, value in dict(vars(place)).items():
        if name in before and before[name] is not value:
            setattr(place, name, before[name])
        elif name not in before and getattr(value, "__module__", "").startswith("grader."):
            delattr(place, name)


def _is_installed(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if isinstance(module, _InertModule):
        return False
    return str(file).startswith(INSTALLED) if file else module.__name__.partition(".")[0] == "torch"
