"""Series from event files of TensorBoard: what the job in the jail says of them, read strictly.

They are drawn, and not checked: an event file states each number once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from grader.judge.logs.series import Line, Series
from grader.nouns.seen import Observation
from grader.safetext import safe_line

MOST_TOLD: Final = 256 * 1024  # bytes of the list, which is a stranger's until it is read
MOST_SERIES: Final = 64
VALIDATION: Final = re.compile(r"val|dev|eval|test", re.IGNORECASE)
LOSS: Final = re.compile(r"loss|nll", re.IGNORECASE)
PERPLEXITY: Final = re.compile(r"ppl|perplexity", re.IGNORECASE)


def event_series(seen: Observation, paths: Sequence[str]) -> tuple[Series, ...]:
    """The series of these files; none if the job did not answer, or answered something else."""
    if seen.ended != "answered":
        return ()
    try:
        return tuple(_series(seen, paths))
    except (KeyError, TypeError, ValueError, RecursionError):
        return ()


def _series(seen: Observation, paths: Sequence[str]) -> Iterator[Series]:
    told: Any = json.loads(seen.tensors["told"].tobytes()[:MOST_TOLD])
    steps_n, values_n = seen.tensors["steps"], seen.tensors["values"]
    if steps_n.dtype != "int64" or values_n.dtype != "float64" or steps_n.ndim != 1 or steps_n.shape != values_n.shape:
        raise ValueError("the points are no points")
    at = 0
    for each in told["series"][:MOST_SERIES]:
        count, file = each["points"], each["file"]
        if type(count) is not int or type(file) is not int or not 0 < count <= len(steps_n) - at:
            raise ValueError("a series lies outside of the points")
        if not 0 <= file < len(paths):
            raise ValueError("a series is of no file")
        place = Line(safe_line(paths[file]), 0, "")
        steps = tuple(map(float, steps_n[at : at + count].tolist()))
        yield Series(_name(str(each["tag"])), "step", steps, tuple(values_n[at : at + count].tolist()), 0, (place,))
        at += count


def _name(tag: str) -> str:
    """What a tag is called here: a loss is a loss however it was tagged, anything else keeps its tag."""
    side = "validation" if VALIDATION.search(tag) else "training"
    if PERPLEXITY.search(tag):
        return f"{side} perplexity"
    return f"{side} loss" if LOSS.search(tag) else safe_line(tag, columns=60)
