"""What a case says: the head of its frame (how it ended, what was raised) and its outputs as tensors and texts.

Made in the student's own process, under its limits, and cut here for politeness; grade cuts again.
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from grader.box.inside.frame import BadAnswer, write_frame

MESSAGE_CHARACTERS: Final = 4_000
TRACEBACK_CHARACTERS: Final = 32_000
FRAMES: Final = 20
NEAR: Final = 2
LINE_CHARACTERS: Final = 200

_write_frame = write_frame


def ended(how: str, reason: str = "") -> dict[str, Any]:
    """The head of a frame for a case that ended so."""
    return {"ended": how, "fault": None, "reason": reason, "texts": {}, "notes": []}


def raised(error: BaseException, root: Path, how: str) -> dict[str, Any]:
    """The head of a frame for an exception: type, message, the frames in their own files, and all of the traceback."""
    fault = {
        "type": type(error).__name__[:LINE_CHARACTERS],
        "message": _message(error),
        "frames": [_frame(root, *place) for place in [*_own_places(error, root)][-FRAMES:]],
        "traceback": full_traceback(error),
    }
    return {**ended(how), "fault": fault}


def send(fd: int, head: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Writes the one frame of this case; an output that cannot be sent becomes their fault, in words."""
    try:
        _write_frame(fd, head, values)
    except BadAnswer as bad:
        fault = {"type": "TypeError", "message": str(bad), "frames": [], "traceback": ""}
        _write_frame(fd, {**ended("raised"), "fault": fault, "notes": head["notes"]}, {})


def _message(error: BaseException) -> str:
    try:
        return str(error)[:MESSAGE_CHARACTERS]
    except BaseException as second:
        return f"(its own text could not be made: {type(second).__name__})"


def full_traceback(error: BaseException) -> str:
    """The whole traceback, its end if it is too long."""
    try:
        return "".join(traceback.format_exception(error))[-TRACEBACK_CHARACTERS:]
    except BaseException as second:
        return f"(the traceback could not be made: {type(second).__name__})"


def _own_places(error: BaseException, root: Path) -> Iterator[tuple[Path, int, str]]:
    """File, line and function of every step in their own files, outermost first."""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if file.is_relative_to(root):
            yield file, step.tb_lineno, step.tb_frame.f_code.co_name
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(root):
        yield Path(error.filename), error.lineno or 1, ""


def _frame(root: Path, file: Path, line: int, function: str) -> dict[str, Any]:
    lines = [text.rstrip("\n") for text in linecache.getlines(str(file))]  # the kit puts cells and decoded files there
    first, last = max(1, line - NEAR), min(len(lines), line + NEAR)
    near = [[number, lines[number - 1][:LINE_CHARACTERS]] for number in range(first, last + 1)]
    return {"file": str(file.relative_to(root)), "line": line, "function": function, "near": near}


def outputs(value: Any) -> dict[str, Any]:
    """What a probe returned, if it is a dict of named outputs.

    Raises: TypeError if not.
    """
    if not isinstance(value, dict):
        raise TypeError(f"the probe gave a {type(value).__name__}; a dict of named outputs is needed")
    return value
