"""Undoing what a hand-in does to the modules of this process, so that the next one finds none of its own."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from grader.kit.stand_ins import _InertModule

INSTALLED = (sys.prefix, sys.base_prefix)


@contextmanager
def undone() -> Iterator[None]:
    """Forgets the modules, finders and lines that come inside the block.

    What is installed stays: parts of torch cannot be imported a second time.
    """
    modules, finders, lines = dict(sys.modules), list(sys.meta_path), dict(linecache.cache)
    yield
    for name in set(sys.modules) - set(modules):
        if not _is_installed(sys.modules[name]):
            del sys.modules[name]
    sys.modules.update(modules)
    sys.meta_path[:] = finders
    linecache.cache.clear()
    linecache.cache.update(lines)


def _is_installed(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if isinstance(module, _InertModule):
        return False
    return str(file).startswith(INSTALLED) if file else module.__name__.partition(".")[0] == "torch"
