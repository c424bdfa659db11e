"""Grades PyTorch homework: runs every hand-in in a jail and compares what it computes with a reference."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from grader.home.cell import Shown

__version__ = "0.1.0"


def check(*parts: str) -> Shown | None:
    """In a cell of a notebook: the public checks of the homework around it, as a table; `check("1d")` tells 1d in full.

    Nothing happens where the homework is being run already: a notebook that is handed in may hold this very line.
    """
    import os
    from importlib.util import find_spec

    if os.environ.get("GRADE_AT_HOME") or find_spec("grader.home") is None:  # the latter in the jail
        return None
    from grader.home.cell import shown

    return shown(parts)
