"""What a case says: the head of its frame (how it ended, what was raised) and its outputs as tensors and texts.

Made in the student's own process, under its limits, and cut here for politeness; grade cuts again.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from numbers import Number
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import torch

from grader.box.inside.frame import write_frame

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


def send(fd: int, head: dict[str, Any], tensors: Mapping[str, Any]) -> None:
    """Writes the one frame of this case."""
    _write_frame(fd, head, tensors)


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
    try:
        lines = file.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    except OSError:
        lines = []
    first, last = max(1, line - NEAR), min(len(lines), line + NEAR)
    near = [[number, lines[number - 1][:LINE_CHARACTERS]] for number in range(first, last + 1)]
    return {"file": str(file.relative_to(root)), "line": line, "function": function, "near": near}


def sorted_outputs(outputs: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """A probe's outputs as texts and as tensors.

    Raises: TypeError if one of them is neither a tensor, nor a number, nor a list of numbers, nor text.
    """
    if not isinstance(outputs, dict):
        raise TypeError(f"the probe gave a {type(outputs).__name__}; a dict of named outputs is needed")
    texts = {str(name): value for name, value in outputs.items() if isinstance(value, str)}
    return texts, {str(name): _tensor(name, value) for name, value in outputs.items() if name not in texts}


def _tensor(name: str, value: Any) -> Any:
    if isinstance(value, torch.Tensor | np.ndarray):
        return value
    if isinstance(value, bool | Number | list | tuple):
        try:
            array = np.asarray(value)
        except (ValueError, TypeError, RuntimeError):
            array = np.asarray(None)
        if array.dtype.kind in "biuf":
            return array
    raise TypeError(f"output '{name}' is a {type(value).__name__}; a tensor or a number is needed")
