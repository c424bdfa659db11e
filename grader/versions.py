"""Which versions took part; they stand in every report and in every key of the store. Nothing is imported for it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from grader import __version__

COUNTED = ("torch", "numpy")


@cache
def versions() -> Mapping[str, str]:
    """Name -> version, of what can change an observation."""
    found = {"grade": __version__, "python": platform.python_version()}
    for name in COUNTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found
