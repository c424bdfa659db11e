"""What the formats of a rubric make of one hand-in: series to draw, findings with their lines, facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from grader.judge.logs.find import Found, log_texts
from grader.judge.logs.series import Reading, Series
from grader.nouns.judged import LogFinding, LogSeries, TrainingLog
from grader.nouns.plain import Array

MOST_FINDINGS: Final = 200  # lines that are quoted; an edited log has a few
MOST_SERIES: Final = 12
MOST_NAMED: Final = 3
NO_LOG: Final = "no log"


def _a4(found: Found) -> Reading:
    from grader.judge.logs.a4 import read_a4

    return read_a4(found.printed)


def _hw5(found: Found) -> Reading:
    from grader.judge.logs.hw5 import read_hw5

    return read_hw5(found.printed, found.data)


def _hw9(found: Found) -> Reading:
    from grader.judge.logs.hw9 import read_hw9
    from grader.judge.logs.trainer_state import read_states

    printed, states = read_hw9(found.printed), read_states(found.data)
    return Reading(
        printed.lines + states.lines,
        printed.series + states.series,
        printed.findings + states.findings,
        printed.facts if not states.lines else (),
    )


def _hw12(found: Found) -> Reading:
    from grader.judge.logs.hw12 import read_hw12

    return read_hw12(found.printed, found.data)


FORMATS: Final[dict[str, Callable[[Found], Reading]]] = {"a4": _a4, "hw5": _hw5, "hw9": _hw9, "hw12": _hw12}


def training_log(
    files: Mapping[str, bytes], formats: Sequence[str], events: Sequence[Series] = ()
) -> tuple[TrainingLog, dict[str, Array]]:
    """What the logs of a hand-in say, and the arrays that its series name.

    `events`: series from event files of TensorBoard, which only the jail reads.
    """
    found = log_texts(files)
    readings = [_read(name, found) for name in formats]
    series = _longest([*(each for reading in readings for each in reading.series), *events])
    findings = _once(each for reading in readings for each in reading.findings)
    facts = [fact for reading in readings for fact in reading.facts]
    if not (any(reading.lines for reading in readings) or events or facts):
        facts = _unread(found)
    facts += [f"{name}: too large for a log, not read" for name in found.too_large[:MOST_NAMED]]
    if len(findings) > MOST_FINDINGS:
        facts.append(f"{len(findings) - MOST_FINDINGS:,} more lines do not add up")
    told, arrays = _kept(series)
    return TrainingLog(told, findings[:MOST_FINDINGS], tuple(facts)), arrays


def _read(name: str, found: Found) -> Reading:
    try:
        return FORMATS[name](found)
    except Exception as error:  # a log is a stranger's, and evidence is not worth a hand-in that is not graded
        return Reading(facts=(f"the logs could not be read as {name}, by a fault of ours: {type(error).__name__}",))


def _longest(series: Iterable[Series]) -> list[Series]:
    """Of series of one name, as an excerpt in the answers beside the log itself, the one with most values."""
    kept: dict[str, Series] = {}
    for each in series:
        if each.name not in kept or len(each.values) > len(kept[each.name].values):
            kept[each.name] = each
    return list(kept.values())[:MOST_SERIES]


def _once(findings: Iterable[LogFinding]) -> tuple[LogFinding, ...]:
    """The findings; what a copy of the same log says again is left out."""
    return tuple({(each.quoted, each.rule, each.found): each for each in reversed(list(findings))}.values())[::-1]


def _unread(found: Found) -> list[str]:
    named = [f"{name}: not readable as a training log" for name in found.named_log]
    return named[:MOST_NAMED] or [NO_LOG]


def _kept(series: Sequence[Series]) -> tuple[tuple[LogSeries, ...], dict[str, Array]]:
    told, arrays = [], {}
    for number, each in enumerate(series):
        steps, values = f"log/{number}/steps", f"log/{number}/values"
        arrays[steps] = np.asarray(each.steps, dtype=np.float64)
        arrays[values] = np.asarray(each.values, dtype=np.float64)
        told.append(LogSeries(each.name, each.x, each.file, steps, values))
    return tuple(told), arrays
