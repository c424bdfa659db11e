"""One submission in a slot: as few jobs as it takes to get an observation of every run.

Normally one job: the hand-in is imported once and every run is a fork. A job that dies, or is stopped, takes only the
run it was serving; what has not answered is run again in a new job. A unit whose import ended a job is not tried again:
it is `blocked`, and only the runs that touch it get that ending. Runs about memory and leaks (`apart`), and all runs of
a hand-in that has threads after its import, get a job each and no fork. Those that are apart come in an order that
follows from the bytes of the hand-in: it says nothing of what a run changes, and is the same for equal bytes.
The runs of a part share its wall clock.
Two deaths of our own processes, and whatever is left is `broken`.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

from grader.box import endings
from grader.box.clock import Clock
from grader.box.endings import Facts, Stop
from grader.box.order import in_order
from grader.box.slot import BoxDiedError, RunningJob, Zygote, packed, pipe
from grader.box.watch import Memory, Stream, children, tasks
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation, Run, Usage
from grader.safetext import safe_line, safe_text

LINGER_S: Final = 0.1  # how long a descriptor may stay open after its process has ended
KEPT_OUTPUT: Final = 64 * 1024
FRAME_OVERHEAD: Final = 512 * 1024
WALLS: Final = 3  # processes of a job before its first case
DEATHS: Final = 2
UNWATCHED: Final = 3.0  # how much longer the wall clock is when a test has no watchdog
_ENOUGH: Final = 2.0**60
Found = dict[tuple[str, str], Observation]
Told = Callable[[str, str, str], None]  # part, case, phase


class Slot(Protocol):
    """What a job needs of the slot it runs in. `units`: the names that a job may say it imports."""

    watchdog: bool
    units: frozenset[str]

    def zygote(self) -> Zygote:
        """The running zygote, started if need be."""

    def restart(self) -> None:
        """Ends the zygote, so that the next one is new."""


@dataclass(slots=True)
class Progress:
    """What is known and what is left of one submission."""

    left: list[Run]
    found: Found = field(default_factory=dict)
    blocked: dict[str, Observation] = field(default_factory=dict)
    one_by_one: bool = False  # a job each, without a fork
    used_s: dict[str, float] = field(default_factory=dict)  # part -> wall clock used
    last: dict[str, str] = field(default_factory=dict)  # part -> the case that used it last
    deaths: list[str] = field(default_factory=list)  # of our own processes: the story of each
    early_deaths: int = 0  # before any unit was named
    killed: set[object] = field(default_factory=set)  # runs and units whose process somebody killed once
    alone: list[Run] = field(default_factory=list)  # runs that are run again in a job of their own

    def batch(self) -> list[Run]:
        """The runs of the next job."""
        if self.one_by_one:
            return self.left[:1]
        return [run for run in self.left if not run.apart and run not in self.alone] or self.left[:1]

    def add(self, run: Run, seen: Observation) -> None:
        """Notes what a run gave."""
        self.found[run.part, run.case] = seen
        self.left.remove(run)
        self.used_s[run.part] = self.used_s.get(run.part, 0.0) + seen.usage.wall_s
        self.last[run.part] = run.case

    def is_first_kill(self, what: object, exit_status: object) -> bool:
        """Whether this ended by SIGKILL, and never did so before: the machine may have done it, so it is run again."""
        if exit_status != -signal.SIGKILL or what in self.killed:
            return False
        self.killed.add(what)
        return True

    def is_first_stall(self, run: Run) -> bool:
        """Whether this case met the wall clock on a machine that stood still, for the first time; it is run again."""
        if run in self.alone:
            return False
        self.alone.append(run)
        return True

    def end_all(self, seen: Observation) -> None:
        """Gives every run that is left the same ending."""
        for run in list(self.left):
            self.add(run, seen)


def perform(slot: Slot, files: Mapping[str, bytes], runs: Iterable[Run], tell: Told) -> Found:
    """An observation of every run.

    Raises: CancelledError if the pool is being closed.
    """
    runs = tuple(runs)
    progress = Progress(in_order(files, runs))
    try:
        packed_files = packed(files)
    except OSError as error:  # descriptors or memory are spent
        progress.end_all(endings.broken("the hand-in cannot be sent", str(error)))
        return progress.found
    try:
        while progress.left:
            _settle_what_has_no_time(progress)
            if progress.left:
                _one_job(slot, packed_files, progress, tell)
    finally:
        os.close(packed_files)
    return {name: progress.found[name] for run in runs if (name := (run.part, run.case)) in progress.found}


def _settle_what_has_no_time(progress: Progress) -> None:
    for run in list(progress.left):
        if progress.used_s.get(run.part, 0.0) >= run.limits.wall_s:
            reason = f"the part's {run.limits.wall_s:g} s were used up by case {progress.last[run.part]}"
            progress.add(run, Observation(ended="stopped", limit="wall", reason=reason))


def _one_job(slot: Slot, files: int, progress: Progress, tell: Told) -> None:
    batch = progress.batch()
    try:
        with RunningJob(slot.zygote(), _order(batch, progress), files, KEPT_OUTPUT) as job:
            attempt = Attempt(job, batch, progress, tell, slot)
            if attempt.imported():
                attempt.serve()
    except (BoxDiedError, OSError) as died:  # OSError: descriptors, memory or processes are spent
        slot.restart()
        progress.deaths.append(_story(batch, progress, died))
        if len(progress.deaths) >= DEATHS:
            progress.end_all(endings.broken(f"the box died {DEATHS} times", "\n\n".join(progress.deaths)))


def _story(batch: list[Run], progress: Progress, died: Exception) -> str:
    """What is known of a death of our own processes: what was being done, and what they said."""
    left = [f"{run.part}/{run.case}" for run in batch if run in progress.left]
    steps = traceback.extract_tb(died.__traceback__)
    lines = [
        f"death {len(progress.deaths) + 1}: {type(died).__name__} while these cases were open: {', '.join(left)}",
        f"seen before it: {len(progress.found)} cases, blocked units: {', '.join(progress.blocked) or 'none'}",
        "noticed at " + " > ".join(f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in steps),
        str(died),
    ]
    return "\n".join(lines)


def _order(batch: list[Run], progress: Progress) -> dict[str, Any]:
    limits = [run.limits for run in batch]
    processes_of_a_job = 2 if len(batch) == 1 else 1  # import and case in one process, perhaps
    return {
        "forks": WALLS + len(batch),
        "limits": {
            "cpu_s": processes_of_a_job * max(limit.cpu_s for limit in limits),
            "memory_bytes": max(limit.memory_bytes for limit in limits),
            "processes": max(limit.processes for limit in limits),
        },
        "blocked": {unit: (seen.ended, seen.reason) for unit, seen in progress.blocked.items()},
    }


class Attempt:
    """One job, from its import to its last case."""

    def __init__(self, job: RunningJob, batch: list[Run], progress: Progress, tell: Told, slot: Slot) -> None:
        self._job, self._batch, self._progress, self._tell = job, batch, progress, tell
        self._longest = max((run.limits for run in batch), key=lambda limits: limits.wall_s)
        self._pid = job.pid()
        self._units = slot.units - progress.blocked.keys()  # what our worker would name; any other name is theirs
        self._memory = Memory(self._pid, max(run.limits.memory_bytes for run in batch)) if slot.watchdog else None
        self._patience = 1.0 if slot.watchdog else UNWATCHED
        self._student = -1

    # --- the import ---------------------------------------------------------------------------------------------

    def imported(self) -> bool:
        """Whether the hand-in has been imported and this job may serve its cases.

        Raises: BoxDiedError, CancelledError.
        """
        self._tell("", "", "import")
        clock = Clock(self._pid, self._longest.wall_s * self._patience)
        unit, heard, ready, stop = "", False, None, None
        while not ready and not stop and not (self._is_dead() and not self._job.talk.messages):
            for message in self._messages():
                if message["at"] == "error" and not heard:
                    raise BoxDiedError(str(message.get("error")))
                heard, told = True, str(message.get("unit"))
                unit = told if message["at"] == "unit" and told in self._units else unit
                ready = message if message["at"] == "ready" else ready
            if not ready:
                stop = self._wait(clock, self._longest, (self._job.out, self._job.err))
        if not ready:
            self._import_failed(unit, stop)
            return False
        return self._may_fork(ready)

    def _may_fork(self, ready: Mapping[str, Any]) -> bool:
        self._student = next(iter(children(self._pid)), -1)
        if ready.get("threads") != 1 and not self._progress.one_by_one:
            self._progress.one_by_one = True
            return len(self._batch) == 1
        return True

    def _import_failed(self, unit: str, stop: Stop | None) -> None:
        report = self._job.end()
        out, err = self._job.out, self._job.err
        out.drain()
        err.drain()
        seen = endings.observation(
            Facts(
                self._longest,
                stop,
                exit=report["exit"],
                usage=Usage(cpu_s=report["cpu_s"], peak_bytes=report["peak"]),
                stdout=_text(out),
                stderr=_text(err),
            )
        )
        if seen.ended == "left" and self._progress.is_first_kill(unit, report["exit"]):
            return
        if unit:
            self._progress.blocked[unit] = replace(seen, reason=safe_line(f"{seen.reason}, while {unit} was imported"))
            return
        self._progress.early_deaths += 1
        if self._progress.early_deaths >= DEATHS:
            self._progress.end_all(seen)

    # --- the cases ----------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Serves the cases of this job until one of them spoils it.

        Raises: BoxDiedError, CancelledError.
        """
        fork = not self._progress.one_by_one and not self._batch[0].apart
        for run in self._batch:
            left_s = run.limits.wall_s - self._progress.used_s.get(run.part, 0.0)
            if left_s <= 0:
                continue  # settled before the next job
            self._tell(run.part, run.case, "run")
            clock = Clock(self._pid, left_s * self._patience)
            seen, exit_status = self._case(run, clock, fork=fork)
            if seen.ended == "left" and self._progress.is_first_kill((run.part, run.case), exit_status):
                return
            if seen.limit == "wall" and clock.was_stalled(seen.usage.cpu_s) and self._progress.is_first_stall(run):
                return
            self._progress.add(run, seen)
            self._tell(run.part, run.case, seen.ended)
            if not fork or self._is_dead() or seen.ended == "stopped" or self._has_leftovers():
                return

    def _has_leftovers(self) -> bool:
        """Whether a case left a process behind: below the student process, or adopted by pid 1."""
        return bool(children(self._student)) or len(children(self._pid)) > 1

    def _case(self, run: Run, clock: Clock, *, fork: bool) -> tuple[Observation, int | None]:
        """What a case gave, and the exit status of its process."""
        answer, their_answer = pipe(run.limits.answer_bytes + FRAME_OVERHEAD)
        out, their_out = pipe(KEPT_OUTPUT)
        err, their_err = pipe(KEPT_OUTPUT)
        streams = (out, err, answer)
        self._job.read_also(*streams)
        try:
            self._send(run, [their_answer, their_out, their_err], fork=fork)
            stop, told = self._until_ended(run, clock, streams, fork=fork)
            wall_s = clock.used_s()
            if stop or not (told and answer.ended):
                report = self._job.end()
                told = told or report
            for stream in streams:
                stream.drain()
            facts = self._facts(run, stop, told, wall_s, streams)
            return endings.observation(facts), facts.exit
        finally:
            self._job.forget(*streams)

    def _facts(
        self,
        run: Run,
        stop: Stop | None,
        told: Mapping[str, Any],
        wall_s: float,
        streams: tuple[Stream, Stream, Stream],
    ) -> Facts:
        out, err, answer = streams
        peak = max(_number(told.get("peak")), self._memory.peak if self._memory else 0)
        return Facts(
            run.limits,
            stop,
            frame=bytes(answer.data),
            exit=_exit_status(told.get("exit")),
            usage=Usage(wall_s, _number(told.get("cpu_s")), int(peak)),
            stdout=_text(out),
            stderr=_text(err),
            blocked={seen.reason: seen for seen in self._progress.blocked.values()},
        )

    def _send(self, run: Run, theirs: list[int], *, fork: bool) -> None:
        message = {
            "probe": run.probe,
            "args": dict(run.args),
            "seed": run.seed,
            "fills": list(run.fills),
            "cpu_s": run.limits.cpu_s,
            "fork": fork,
        }
        try:
            socket.send_fds(self._job.talk.sock, [json.dumps(message).encode()], theirs)
        except OSError:
            self._job.talk.closed = True  # the student process is gone: its death is the answer
        finally:
            for fd in theirs:
                os.close(fd)

    def _until_ended(
        self, run: Run, clock: Clock, streams: tuple[Stream, Stream, Stream], *, fork: bool
    ) -> tuple[Stop | None, dict[str, Any]]:
        """What stopped the case, if anything did, and what the student process said about its end."""
        told: dict[str, Any] = {}
        answer, until = streams[2], math.inf  # when an open descriptor is waited for no longer
        while not (told and answer.ended) and not self._job.is_over and not (fork and self._job.talk.closed):
            lingers = bool(told) and time.monotonic() >= until
            stop = None if lingers else self._wait(clock, run.limits, streams, until)
            if stop and not (told and stop.limit == "wall"):
                return stop, told
            if lingers:
                break
            for message in self._messages():
                if message["at"] == "done" and not told:
                    told, until = message, time.monotonic() + min(LINGER_S, clock.left_s())
        return None, told

    # --- both ---------------------------------------------------------------------------------------------------

    def _wait(self, clock: Clock, limits: Limits, streams: tuple[Stream, ...], until: float = math.inf) -> Stop | None:
        """Reads what comes next, or until it is time to look at the memory; the limit that is met by then, if any."""
        timeout_s = min(clock.left_s(), until - time.monotonic())
        self._job.step(min(timeout_s, self._memory.wait_s()) if self._memory else timeout_s)
        for stream, name in zip(streams, ("stdout", "stderr", "answer"), strict=False):
            if name == "answer" and stream.total > stream.keep:
                return endings.answer_stop(limits)
            if name != "answer" and stream.total > limits.output_bytes:
                return endings.output_stop(limits, name)
        if self._memory and self._memory.is_over():
            return endings.memory_stop(limits, self._memory.peak)
        clock.look()
        if clock.left_s() <= 0:
            return endings.wall_stop(limits, tasks(self._pid))
        return None

    def _is_dead(self) -> bool:
        return self._job.is_over or self._job.talk.closed

    def _messages(self) -> Iterator[dict[str, Any]]:
        while self._job.talk.messages:
            yield self._job.talk.messages.popleft()


def _text(stream: Stream) -> str:
    cut = f"\n[{stream.total - len(stream.data)} more bytes]" if stream.total > len(stream.data) else ""
    return safe_text(bytes(stream.data).decode("utf-8", "backslashreplace") + cut)


def _exit_status(value: object) -> int | None:
    return value if type(value) is int and -128 <= value <= 255 else None


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _ENOUGH:
        return float(value)
    return 0.0
