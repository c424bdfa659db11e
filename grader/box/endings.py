"""How a case ended: one table, first match from the top, so that every death has one owner.

What the worker says about itself is a claim; exit status, sizes and clock are ours. A fault of ours never comes through
here: it is `broken`, made where it was noticed.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from grader.box.wire import WireError, read_frame
from grader.nouns import Array, Ended, Fault, Frame, Limit, Limits, Observation, Usage
from grader.safetext import safe_line, safe_text

BELIEVED: Final = ("answered", "raised", "import_error", "missing", "untouched")
MIB: Final = 1024**2
_ALLOCATOR: Final = ("can't allocate memory", "not enough memory", "cannot allocate memory")
_NO_MORE: Final = ("can't start new thread", "resource temporarily unavailable")
_BY_NAME: Final = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGKILL: "killed",
    signal.SIGFPE: "arithmetic fault",
    signal.SIGILL: "illegal instruction",
    signal.SIGBUS: "bus error",
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
    found = _whole_frame(facts) if facts.stop is None else None
    if found is None:
        stop = facts.stop or cpu_stop(facts.exit, facts.usage.cpu_s, facts.limits)
        found = _stopped(stop) if stop else _without_frame(facts)
    return replace(found, stdout=facts.stdout, stderr=facts.stderr, usage=facts.usage)


def broken(reason: str) -> Observation:
    """Our own fault: costs nobody points."""
    return Observation(ended="broken", reason=safe_line(reason)[:400])


def cpu_stop(exit_status: int | None, cpu_s: float, limits: Limits) -> Stop | None:
    """The stop of a process that the kernel ended for its CPU seconds, if it was that."""
    if exit_status in (-signal.SIGXCPU, -signal.SIGKILL) and cpu_s >= 0.95 * limits.cpu_s:
        return Stop("cpu", f"used its {limits.cpu_s:g} s of CPU time")
    return None


def wall_stop(limits: Limits, tasks: int) -> Stop:
    """The stop of a case that was still running at its deadline; a bomb stands at the limit of processes then."""
    if tasks >= limits.processes - 2:
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


def _without_frame(facts: Facts) -> Observation:
    if facts.frame and facts.exit == 0:
        return _unreadable(_why_unreadable(facts))
    return Observation(ended="left", reason=how_it_left(facts.exit))


def _why_unreadable(facts: Facts) -> str:
    try:
        read_frame(facts.frame, limit=facts.limits.answer_bytes)
    except WireError as error:
        return str(error)
    return "it has no known ending"


def _unreadable(rule: str) -> Observation:
    return Observation(ended="unreadable", reason=safe_line(rule))


def _whole_frame(facts: Facts) -> Observation | None:
    """The observation that a readable frame holds; None if there is no such frame."""
    try:
        head, tensors = read_frame(facts.frame, limit=facts.limits.answer_bytes)
    except WireError:
        return None
    return _of_head(head, tensors, facts)


def _of_head(head: Mapping[str, Any], tensors: Mapping[str, Array], facts: Facts) -> Observation | None:
    how = head["ended"]
    notes = tuple(safe_line(note) for note in head.get("notes") or ())
    reason = safe_line(head.get("reason") or "")
    if how in ("left", "stopped"):  # said only of a unit whose import ended an earlier job
        known = facts.blocked.get(head.get("reason") or "")
        return replace(known, notes=notes) if known else None
    if how not in BELIEVED:
        return None
    fault = _fault(head["fault"]) if head.get("fault") else None
    if how == "answered":
        texts = {name: safe_text(text) for name, text in (head.get("texts") or {}).items()}
        return Observation(ended="answered", tensors=tensors, texts=texts, notes=notes)
    stop = _limit_behind(fault, facts.limits)
    if stop is not None:
        return replace(_stopped(stop), fault=fault, notes=notes)
    ended: Ended = how
    return Observation(ended=ended, fault=fault, reason=reason or _in_short(fault), notes=notes)


def _in_short(fault: Fault | None) -> str:
    if fault is None:
        return ""
    return f"{fault.type}: {fault.message}".strip(": ")[:400]


def _limit_behind(fault: Fault | None, limits: Limits) -> Stop | None:
    if fault is None:
        return None
    message = fault.message.lower()
    if fault.type == "MemoryError" or any(words in message for words in _ALLOCATOR):
        return Stop("memory", f"{_mib(limits.memory_bytes)} are allowed; more was asked for")
    if fault.type in ("BlockingIOError", "RuntimeError", "OSError") and any(words in message for words in _NO_MORE):
        return Stop("processes", f"{limits.processes} processes are allowed; one more was asked for")
    return None


def _fault(told: Mapping[str, Any]) -> Fault:
    return Fault(
        type=safe_line(told["type"]),
        message=safe_text(told["message"]),
        frames=tuple(_frame(frame) for frame in told.get("frames") or ()),
        traceback=safe_text(told.get("traceback") or ""),
    )


def _frame(told: Mapping[str, Any]) -> Frame:
    near = tuple((int(number), safe_line(text)) for number, text in told.get("near") or ())
    return Frame(safe_line(told["file"]), int(told["line"]), safe_line(told["function"]), near)
