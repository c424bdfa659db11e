"""One order to the child: its runs, which one runs now and since when, and what each gave or how it ended.

Limits are those of the part by the clock, of output and, where Linux tells it, of memory.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias, TypedDict

from grader.box.wire import WireError, read_frame
from grader.nouns.plain import Limit, Limits
from grader.nouns.seen import Observation, Run, Usage
from grader.safetext import safe_line, safe_text

Key: TypeAlias = tuple[str, str]  # part, case
Stop: TypeAlias = tuple[Limit, str]  # the limit that was met, and the sentence about it
START_S: Final = 120.0  # to load torch and import the homework
SHOWN_BYTES: Final = 64 * 1024
MIB: Final = 1024**2


class _Printed(TypedDict):
    stdout: str
    stderr: str


@dataclass
class Job:
    """What is known of one order. Files of a case have its number: `3.answer`, `3.out`, `3.err`."""

    runs: Sequence[Run]
    folder: Path
    pid: int = 0
    unit: str = ""  # being imported
    now: int = -1  # number of the case that runs
    case_pid: int = 0
    since: float = field(default_factory=time.monotonic)
    spent: dict[str, float] = field(default_factory=dict)  # part -> seconds of the cases that have ended
    seen: dict[Key, Observation] = field(default_factory=dict)
    asked: dict[Key, frozenset[str]] = field(default_factory=dict)  # units that the probe asked for
    stop: Stop | None = None

    @property
    def running(self) -> Run | None:
        """The run that the child is at; none while it imports."""
        return self.runs[self.now] if self.now >= 0 else None

    def path(self, number: int | str, kind: str) -> Path:
        """The file for the answer or output of a case."""
        return self.folder / f"{number}.{kind}"

    def note(self, told: Mapping[str, Any]) -> None:
        """Takes in one line of the child."""
        at = told["at"]
        if at == "job":
            self.pid = told["pid"]
        elif at == "unit":
            self.unit, self.since = told["unit"], time.monotonic()
        elif at == "case":
            self.unit, self.now, self.case_pid, self.since = "", told["number"], told.get("pid", 0), time.monotonic()
        elif at == "asked":
            run = self.runs[told["number"]]
            self.asked[run.part, run.case] = frozenset(told["units"])
        elif at == "done":
            self._done(told)

    def ended(self, status: int | None) -> Observation | None:
        """Notes that the process has ended within a case, and how; None if it was at none."""
        if self.running is None:
            return None
        used = Usage(wall_s=time.monotonic() - self.since)
        found = self._observation(self.now, status, used)
        self.seen[self.running.part, self.running.case] = found
        return found

    def limit_met(self) -> Stop | None:
        """The limit that the case or import has met by now."""
        seconds = time.monotonic() - self.since
        run = self.running
        if run is None:
            allowed = max(START_S, *(each.limits.wall_s for each in self.runs))
            return ("wall", f"{allowed:g} s are allowed here") if seconds > allowed else None
        allowed = run.limits.wall_s
        if seconds + self.spent.get(run.part, 0.0) > allowed:
            return "wall", f"{allowed:g} s are allowed here; it was still running"
        return self._output_met(run.limits) or _memory_met(self.case_pid, run.limits)

    def _output_met(self, limits: Limits) -> Stop | None:
        for name, kind in (("stdout", "out"), ("stderr", "err")):
            with suppress(OSError):
                if self.path(self.now, kind).stat().st_size > limits.output_bytes:
                    return "output", f"{limits.output_bytes / MIB:.0f} MiB of output are allowed; {name} had more"
        return None

    def _done(self, told: Mapping[str, Any]) -> None:
        run = self.runs[told["number"]]
        used = Usage(wall_s=time.monotonic() - self.since, cpu_s=told["cpu_s"])
        self.spent[run.part] = self.spent.get(run.part, 0.0) + used.wall_s
        self.seen[run.part, run.case] = self._observation(told["number"], told["exit"], used)
        self.now, self.case_pid, self.since = -1, 0, time.monotonic()

    def _observation(self, number: int, status: int | None, used: Usage) -> Observation:
        printed = _Printed(stdout=shown(self.path(number, "out")), stderr=shown(self.path(number, "err")))
        if self.stop is not None:
            return Observation(ended="stopped", limit=self.stop[0], reason=self.stop[1], usage=used, **printed)
        try:
            frame = self.path(number, "answer").read_bytes()
            head, tensors = read_frame(frame, answer_bytes=self.runs[number].limits.answer_bytes)
        except OSError:
            return Observation(ended="left", reason=how_it_left(status), usage=used, **printed)
        except WireError as error:
            return Observation(ended="unreadable", reason=str(error), usage=used, **printed)
        short = safe_line(f"{head.fault.type}: {head.fault.message}".strip(": ")) if head.fault else ""
        return Observation(
            ended=head.ended,
            tensors=tensors,
            texts=head.texts,
            fault=head.fault,
            reason=head.reason or short,
            notes=head.notes,
            usage=used,
            **printed,
        )


def how_it_left(status: int | None) -> str:
    """In words, why a process ended without an answer; `status` is its exit code, or minus a signal."""
    if status is None or status == 0:
        return "left before answering"
    if status > 0:
        return f"left before answering, with exit status {status}"
    with suppress(ValueError):
        return f"ended by {signal.Signals(-status).name} before answering"
    return f"ended by signal {-status} before answering"


def shown(path: Path) -> str:
    """The beginning of what was printed into a file, as safe text; nothing if there is no such file."""
    with suppress(OSError), path.open("rb") as file:
        return safe_text(file.read(SHOWN_BYTES).decode("utf-8", "replace"))
    return ""


def _memory_met(pid: int, limits: Limits) -> Stop | None:
    with suppress(OSError, ValueError, IndexError):
        if pid:
            pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
            held = pages * os.sysconf("SC_PAGE_SIZE")
            if held > limits.memory_bytes:
                return "memory", f"{limits.memory_bytes / MIB:.0f} MiB are allowed; {held / MIB:.0f} MiB were in use"
    return None
