"""`grade check`: the public checks on one's own homework, and what to mend first.

What is found is a student's own affair and no failure of the verb: it ends with 0, and with 1 only if we are at fault.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from grader.commands.endings import complain, say
from grader.errors import Message, UsageError
from grader.safetext import safe_line

if TYPE_CHECKING:
    from grader.home.checker import Checker
    from grader.home.folder import Home
    from grader.home.watching import Round
    from grader.nouns.checked import Checked

WIDEST: Final = 100
SIGNS: Final = "✓✗◷–…·"


def check(
    *,
    folder: Path | None = None,
    parts: Sequence[str] = (),
    watch: bool = False,
    as_json: bool = False,
    progress: str | None = None,
) -> int:
    """Checks; `parts` are ids of parts, and at most one folder. 1 if something broke by our fault, else 0."""
    from grader.home.checker import Checker

    home, asked = chosen(folder, parts)
    doing = Doing(progress, sys.stderr)
    with doing, Checker(home, notify=doing.told) as checker:
        if watch:
            return _watched(home.folder, checker, doing, asked, as_json=as_json)
        checked = checker.check(asked)
    show(checked, asked, as_json=as_json)
    return 1 if any(part.state == "broken" for part in checked.parts) else 0


def chosen(folder: Path | None, words: Sequence[str]) -> tuple[Home, tuple[str, ...]]:
    """The homework, and the parts that are asked for: a word is a part of it, else a folder.

    Raises: UsageError if a word is neither, or if there is no homework.
    """
    from grader.home.folder import find_home, read_home

    named = [word for word in words if Path(word).is_dir()] if folder is None else []
    home = None
    with suppress(UsageError) if named else nullcontext():
        home = read_home(find_home(folder or Path.cwd()))
    known = _known(home) if home else {}
    elsewhere = next((word for word in named if word.casefold() not in known), "")
    if home is None or elsewhere:
        home = read_home(find_home(Path(elsewhere)))
        known = _known(home)
    asked = [word for word in words if word != elsewhere]
    for word in asked:
        if word.casefold() not in known:
            raise UsageError(_no_part(word, home))
    return home, tuple(dict.fromkeys(known[word.casefold()] for word in asked))


def _known(home: Home) -> dict[str, str]:
    return {part.id.casefold(): part.id for part in home.rubric.parts}


def _no_part(word: str, home: Home) -> Message:
    ids = [part.id for part in home.rubric.parts]
    close = get_close_matches(word, ids, n=1, cutoff=0.5)
    return Message(
        place=f"grade check {safe_line(word)}",
        fact=f"{home.rubric.assignment} has no part of this id, and there is no such folder",
        code="E-PART",
        allowed=", ".join(ids),
        help=f"write 'grade check {close[0]}'" if close else "give no part to check all of them",
    )


# --- what is shown ----------------------------------------------------------------------------------------------------


def show(checked: Checked, asked: Sequence[str], *, as_json: bool) -> None:
    """Prints what was found, as lines for a person or as a line of JSON."""
    if as_json:
        from grader.home.jsonable import checked_json

        say(checked_json(checked))
        return
    import click

    from grader.home.terminal import lines

    out = sys.stdout
    width = min(WIDEST, shutil.get_terminal_size().columns)
    with suppress(BrokenPipeError):
        for line in lines(checked, width, has_colours(out), signs=knows_signs(out), asked=asked):
            click.echo(line, file=out, color=has_colours(out))  # click knows the consoles of Windows
        out.flush()


def has_colours(stream: TextIO) -> bool:
    """Whether colours are wanted: on a terminal that is not dumb, and without NO_COLOR."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def knows_signs(stream: TextIO) -> bool:
    """Whether the stream can write our signs; old consoles of Windows cannot."""
    try:
        SIGNS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class Doing:
    """What happens now: one line on a terminal that is written over, lines elsewhere, nothing for `none`."""

    def __init__(self, choice: str | None, stream: TextIO) -> None:
        is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._kind = choice or ("rich" if is_terminal else "plain")
        self._stream, self._last, self._shown = stream, "", 0

    def __enter__(self) -> Doing:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def told(self, text: str) -> None:
        """Something begins: `torch is loaded`, `1d Encoder`."""
        from grader.home.wrapping import cells

        if text == self._last or self._kind == "none":
            return
        self._last = text
        if self._kind == "plain":
            complain(f"{text} ...")
            return
        shown = f"  {safe_line(text, columns=60)} ..."
        self._write("\r" + shown + " " * (self._shown - cells(shown)))
        self._shown = cells(shown)

    def clear(self) -> None:
        """Leaves an empty line to whatever is written next."""
        if self._shown:
            self._write("\r" + " " * self._shown + "\r")
        self._last, self._shown = "", 0

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


# --- watching ---------------------------------------------------------------------------------------------------------


def _watched(folder: Path, checker: Checker, doing: Doing, asked: tuple[str, ...], *, as_json: bool) -> int:
    """Shows every round until ^C, which is how watching ends."""
    from grader.home.watching import watch

    def _show_round(found: Round) -> None:
        doing.clear()
        if found.changed and not as_json:
            say("", saved(found.changed), *(f"  {safe_line(turn)}" for turn in found.turned))
        show(found.checked, asked, as_json=as_json)
        if not found.changed:
            complain(f"watching {safe_line(str(folder))}; save a file to check again, ^C ends it")

    with _interruptible(), suppress(KeyboardInterrupt):
        watch(folder, checker, _show_round, parts=asked)
    doing.clear()
    complain("watching has ended")
    return 0


def saved(changed: Sequence[str], now: time.struct_time | None = None) -> str:
    """`21:04:09  saved nmt_model.py`."""
    named = ", ".join(safe_line(path) for path in changed[:3])
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return f"{time.strftime('%H:%M:%S', now or time.localtime())}  saved {named}{more}"


@contextmanager
def _interruptible() -> Iterator[None]:
    """Makes ^C an exception that can be caught, whatever it meant before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
