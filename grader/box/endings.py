"""How a case ended: one table, first match from the top, so that every death has one owner.

What the worker says about itself is a claim; exit status, sizes and clock are ours. A fault of ours never comes through
here: it is `broken`, made where it was noticed.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from grader.box.wire import Head, WireError, read_frame
from grader.nouns.plain import Array, Fault, Limit, Limits
from grader.nouns.seen import Observation, Usage
from grader.safetext import safe_line, safe_text

MIB: Final = 1024**2
_ALLOCATOR: Final = ("can't allocate memory", "not enough memory", "cannot allocate memory")
_NO_MORE: Final = ("can't start new thread", "resource temporarily unavailable")
_STARTING: Final = ("BlockingIOError", "RuntimeError", "OSError")
_BY_NAME: Final = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGKILL: "killed",
    signal.SIGFPE: "arithmetic fault",
    signal.SIGILL: "illegal instruction",
    signal.SIGBUS: "bus error",
    signal.SIGXFSZ: "its files took more room than is allowed",
    signal.SIGSYS: "a system call that is not allowed",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """A limit that was met, and the sentence about it: allowed, used."""

    limit: Limit
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen of one case, or of the import when no case was reached."""

    limits: Limits
    stop: Stop | None = None  # by grade: wall, memory of the tree, output, answer
    frame: bytes = b""
    exit: int | None = None  # status, or minus a signal; None if it was never told
    usage: Usage = field(default_factory=Usage)
    stdout: str = ""
    stderr: str = ""
    blocked: Mapping[str, Observation] = field(default_factory=dict)  # reason -> how that unit's import ended


def observation(facts: Facts) -> Observation:
    """What the case gave, or how it ended."""
    found = _stopped(facts.stop) if facts.stop else _by_frame(facts)
    return replace(found, stdout=facts.stdout, stderr=facts.stderr, usage=facts.usage)


def _by_frame(facts: Facts) -> Observation:
    try:
        head, tensors = read_frame(facts.frame, answer_bytes=facts.limits.answer_bytes)
    except WireError as error:
        stop = cpu_stop(facts.exit, facts.usage.cpu_s, facts.limits)
        return _stopped(stop) if stop else _without_frame(facts, str(error))
    return _of_head(head, tensors, facts)


def broken(reason: str, log: str) -> Observation:
    """Our own fault: costs nobody points. The log, a traceback of ours, is for staff."""
    last = log.strip().splitlines()[-1:] or [""]
    return Observation(ended="broken", reason=safe_line(f"{reason}: {last[0]}"), stderr=safe_text(log))


def cpu_stop(exit_status: int | None, cpu_s: float, limits: Limits) -> Stop | None:
    """The stop of a process that the kernel ended for its CPU seconds, if it was that."""
    if exit_status in (-signal.SIGXCPU, -signal.SIGKILL) and cpu_s >= 0.95 * limits.cpu_s:
        return Stop("cpu", f"used its {limits.cpu_s:g} s of CPU time")
    return None


def wall_stop(limits: Limits, tasks: int) -> Stop:
    """The stop of a case that was still running at its deadline; a bomb stands at the limit of processes then."""
    if tasks >= limits.processes - limits.processes // 8:
        return Stop("processes", f"{limits.processes} processes are allowed; all were in use when time was up")
    return Stop("wall", f"{limits.wall_s:g} s are allowed; it was still running")


def memory_stop(limits: Limits, peak: int) -> Stop:
    """The stop of a job whose processes together hold too much."""
    return Stop("memory", f"{_mib(limits.memory_bytes)} are allowed; {_mib(peak)} were in use")


def output_stop(limits: Limits, name: str) -> Stop:
    """The stop of a case that printed too much."""
    return Stop("output", f"{_mib(limits.output_bytes)} of output are allowed; {name} had more")


def answer_stop(limits: Limits) -> Stop:
    """The stop of a case whose answer does not end."""
    return Stop("answer", f"{_mib(limits.answer_bytes)} of answer are allowed; there was more")


def how_it_left(exit_status: int | None) -> str:
    """In words, why a process ended without an answer."""
    if exit_status is None:
        return "left before answering"
    if exit_status >= 0:
        return f"left before answering, with exit status {exit_status}"
    with suppress(ValueError):
        number = signal.Signals(-exit_status)
        return f"{_BY_NAME.get(number, 'ended by a signal')} ({number.name}) before answering"
    return f"ended by signal {-exit_status} before answering"


def _mib(count: int) -> str:
    return f"{count / MIB:.0f} MiB" if count >= MIB else f"{count / 1024:.0f} KiB"


def _stopped(stop: Stop) -> Observation:
    return Observation(ended="stopped", limit=stop.limit, reason=stop.reason)


def _without_frame(facts: Facts, rule: str) -> Observation:
    if facts.frame and (facts.exit is None or facts.exit >= 0):
        return Observation(ended="unreadable", reason=rule)
    return Observation(ended="left", reason=how_it_left(facts.exit))


def _of_head(head: Head, tensors: Mapping[str, Array], facts: Facts) -> Observation:
    if head.ended in ("left", "stopped"):  # said only of a unit whose import ended an earlier job, which we know of
        known = facts.blocked.get(head.reason)
        return replace(known, notes=head.notes) if known else _claimed(head)
    stop = _limit_behind(head.fault, facts.limits)
    if stop is not None:
        return replace(_stopped(stop), fault=head.fault, notes=head.notes)
    return Observation(
        ended=head.ended,
        tensors=tensors,
        texts=head.texts,
        fault=head.fault,
        reason=head.reason or _in_short(head.fault),
        notes=head.notes,
    )


def _claimed(head: Head) -> Observation:
    return Observation(ended="left", reason=head.reason or how_it_left(None), notes=head.notes)


def _in_short(fault: Fault | None) -> str:
    return safe_line(f"{fault.type}: {fault.message}".strip(": ")) if fault else ""


def _limit_behind(fault: Fault | None, limits: Limits) -> Stop | None:
    """The limit that an exception of theirs speaks of, if it is one of ours."""
    if fault is None:
        return None
    message = fault.message.lower()
    if fault.type == "MemoryError" or any(words in message for words in _ALLOCATOR):
        return Stop("memory", f"{_mib(limits.memory_bytes)} are allowed; more was asked for")
    if fault.type in _STARTING and any(words in message for words in _NO_MORE):
        return Stop("processes", f"{limits.processes} processes are allowed; one more was asked for")
    return None
