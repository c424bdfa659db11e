"""`from grader import check; check("1d")` in a notebook: what `grade check` says, as a table below the cell.

The checker of a homework folder stays open as long as the kernel runs, so that torch is loaded once. What is checked
is what lies in the folder: a notebook counts as it was last saved, and that is said.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.home.folder import find_home, read_home
from grader.kit_line import CHECKS, KIT_FILE
from grader.safetext import safe_line

if TYPE_CHECKING:
    from grader.home.checker import Checker
    from grader.nouns.checked import Checked

WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """What a notebook shows of an answer: a table, or its text where there are no tables."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def shown(parts: Sequence[str] = (), folder: Path | None = None) -> Shown:
    """The public checks of the homework around a folder, the working directory if none is given.

    What is wrong with the question or the kit is an answer as well, since a traceback of ours helps nobody here.
    """
    from grader.home.table import html
    from grader.home.terminal import lines

    try:
        home = find_home(folder or Path())
        found = _checked(home, parts)
    except GraderError as error:
        return Shown(str(error), f"<pre>{escape(str(error))}</pre>")
    checked = replace(found, notes=(*found.notes, *_saved(home)))
    return Shown("\n".join(lines(checked, WIDTH, asked=parts)), html(checked, parts))


# --- checkers that stay open ------------------------------------------------------------------------------------------

_OPENED: Final[dict[Path, tuple[float, Checker]]] = {}  # homework folder -> when its kit was written, and its checker


def _checked(home: Path, parts: Sequence[str]) -> Checked:
    """What the checker of a homework folder says; one that was interrupted is not asked again."""
    from grader.home.checker import Checker

    written = (home / KIT_FILE).stat().st_mtime
    if home in _OPENED and _OPENED[home][0] != written:
        _close(home)
    if home not in _OPENED:
        _OPENED[home] = written, Checker(read_home(home))
    try:
        return _OPENED[home][1].check(parts)
    except GraderError:
        raise
    except BaseException:  # ^C among them: whatever was under way is not there to be read the next time
        _close(home)
        raise


def _close(home: Path) -> None:
    _OPENED.pop(home)[1].close()


@atexit.register
def _close_all() -> None:
    for home in list(_OPENED):
        _close(home)


# --- notebooks --------------------------------------------------------------------------------------------------------


def _saved(home: Path) -> tuple[str, ...]:
    """Which notebook was looked at, and from when it is; nothing where the folder has none."""
    found = [path for pattern in ("*.ipynb", "*/*.ipynb") for path in home.glob(pattern) if _is_theirs(path, home)]
    if not found:
        return ()
    newest = max(found, key=lambda path: (path.stat().st_mtime, path.name))
    when = time.strftime("%H:%M:%S", time.localtime(newest.stat().st_mtime))
    name = safe_line(newest.relative_to(home).as_posix())
    return (f"{name} as it was saved at {when}; what was typed since is not looked at",)


def _is_theirs(path: Path, home: Path) -> bool:
    above = path.relative_to(home).parts[0]
    return path.is_file() and not above.startswith(".") and above != CHECKS
