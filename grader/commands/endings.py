"""How a verb can end: well, with a message for a person, interrupted, or by our own bug."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from grader.errors import GraderError, Message
from grader.safetext import safe_line

INTERRUPTED = 130
OUR_BUG = 3


def ended(verb: Callable[[], int], *, debug: bool = False) -> int:
    """The exit code of a verb: 0, 1 and 2 as the verb or its error says, 3 our bug, 130 interrupted."""
    try:
        return _code_of(verb, debug=debug)
    finally:
        _drop_what_nobody_reads()


def _code_of(verb: Callable[[], int], *, debug: bool) -> int:
    try:
        code = verb()
        say()
        return code
    except KeyboardInterrupt:
        return interrupted()
    except BrokenPipeError:  # `grade ... | head`: the reader has gone, there is nobody left to tell
        return 0
    except GraderError as error:
        if debug:
            traceback.print_exc()
        complain(error)
        return error.exit_code
    except Exception as error:  # whatever is left is ours; the reader is told so and shown no traceback
        if debug:
            raise
        complain(_bug(error))
        return OUR_BUG


def say(*lines: str) -> None:
    """Prints lines; if their reader has gone (`grade ... | head`), that changes nothing of how the run ends."""
    with suppress(BrokenPipeError):
        for line in lines:
            print(line)
        if sys.stdout is not None:
            sys.stdout.flush()


def complain(told: object) -> None:
    """Prints a message, unless nobody can read it any more."""
    with suppress(OSError):
        print(told, file=sys.stderr, flush=True)


def _drop_what_nobody_reads() -> None:
    """What is left for a reader who has gone would be written once more as Python ends, and the failure would count."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def interrupted(by: str = "") -> int:
    """Says what is kept after ^C or another signal of that name; the exit code."""
    message = Message(
        place="grade",
        fact=f"interrupted by {by}" if by else "interrupted",
        code="E-INTERRUPTED",
        allowed="what was finished is kept",
        label="kept",
        help="give the same command again; it goes on where it stopped",
    )
    complain(message)
    return INTERRUPTED


def _bug(error: Exception) -> Message:
    fact = safe_line(f"a bug of ours: {type(error).__name__}: {error}")
    return Message(
        place="grade",
        fact=fact[:300],
        code="E-BUG",
        allowed=f"nobody lost points by it; the traceback is in {_written(error)}",
        label="kept",
        help="send us that file; what was finished is kept, and the next run goes on from it",
    )


def _written(error: Exception) -> str:
    text = "".join(traceback.format_exception(error))
    for folder in (Path("out/log"), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, prefix="bug-", suffix=".txt", delete=False) as file:
                file.write(text)
            return file.name
        except OSError:  # a full or read-only disk: try the next folder
            continue
    return "no file (the disk is full or read-only); use --debug"
