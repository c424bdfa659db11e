"""The pool: as many slots as asked for, each a thread with its zygote; jobs in, observations out, as they finish.

The caller's thread only waits. A further slot starts once the first has been at work for as long as a start takes:
for a few quick hand-ins it would cost more than it gives. The jobs are pulled by the slots, one at a time and under a
lock, so a class of thousands is never held in memory. A slot's thread lives until the pool is closed, since its
processes die with the thread that started them. Closing the pool, or the generator before its end, wakes every thread,
which drops its job and kills its slot: nothing is left running.
"""

from __future__ import annotations

import math
import os
import platform
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from grader.box import job as jobs_room
from grader.box import recipes, staging
from grader.box.canary import Songs, watched
from grader.box.granted import require_limits
from grader.box.inside.roundup import remove
from grader.box.slot import BoxDiedError, Command, Zygote, command, start
from grader.box.switches import ALL_ON, Switches
from grader.box.uids import take_uids
from grader.box.watch import CancelledError, Loop
from grader.errors import HarnessError, Message
from grader.nouns.asked import Handout
from grader.nouns.plain import Level
from grader.nouns.seen import Observation, Run

JOBS_PER_ZYGOTE: Final = 500
START_S: Final = 1.0  # of CPU, most of it the import of torch
_LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Job:
    """One hand-in and what to run of it; `key` is the caller's name for it."""

    key: str
    files: Mapping[str, bytes]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What a slot turns to; `phase` is `import`, `run`, or how a case ended. Told from the slot's own thread."""

    slot: int
    key: str
    part: str
    case: str
    phase: str


OnEvent = Callable[[Event], None]
Observations = Mapping[tuple[str, str], Observation]
_Result = tuple[Job, Observations] | BaseException | None


class Pool:
    """Slots that run hand-ins in the jail; use it as a context manager."""

    def __init__(
        self, handout: Handout, *, level: Level, workers: int, switches: Switches = ALL_ON, hash_seed: int = 0
    ) -> None:
        require_limits(workers)
        self._folder = staging.make_folder()
        self._level, self._switches, self._hash_seed = level, switches, hash_seed
        self._units = frozenset(unit.name for unit in handout.units)
        is_root = os.getuid() == 0
        self._uids = take_uids(workers) if is_root and level != "open" else []
        self._workers = workers
        told = staging.plan(handout, level, switches, shares_uid=not (is_root and level != "open"))
        self._crew: _Crew | None = None
        self._songs = Songs(silent=level == "open" or switches != ALL_ON)
        try:
            (self._folder / "worker").mkdir()
            staging.stage(self._folder / "worker", handout, told)
            self._folder.chmod(0o711)
        except BaseException:  # no room, most often
            self.close()
            raise

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def each(self, jobs: Iterable[Job], on_event: OnEvent | None = None) -> Iterator[tuple[Job, Observations]]:
        """Every job with the observations of its runs, as they finish.

        Raises: HarnessError if the box does not start; whatever `jobs` raises.
        """
        if self._crew is None:
            self._crew = _Crew([self._slot(number) for number in range(self._workers)])
        finished = False
        try:
            yield from self._crew.each(jobs, on_event or _ignore)
            finished = True
        finally:
            if not finished:
                self._dismiss()

    def close(self) -> None:
        """Kills everything and removes what was staged."""
        self._dismiss()
        for uid in self._uids:
            uid.close()
        staging.end_left(self._folder)
        remove(str(self._folder))

    def _dismiss(self) -> None:
        if self._crew is not None:
            self._crew.close()
        self._crew = None

    def _slot(self, number: int) -> PoolSlot:
        uid = self._uids[number].number if self._uids else None
        scratch = ""
        if self._level != "strict":
            folder = self._folder / f"slot-{number}"
            folder.mkdir(mode=0o700, exist_ok=True)
            if uid is not None:
                os.chown(folder, uid, uid)
            scratch = str(folder)
        host = recipes.this_host(
            self._folder / "worker",
            share_files=not self._switches.slot,
            share_network=not self._switches.netns,
            hash_seed=self._hash_seed,
        )
        slot = PoolSlot(number, host, self._level, uid, scratch, self._songs)
        slot.watchdog, slot.units = self._switches.watchdog, self._units
        return slot


def _ignore(event: Event) -> None:
    pass


class PoolSlot:
    """The zygote of one slot, started when it is first needed and again after it has died or is worn."""

    watchdog = True
    units: frozenset[str] = frozenset()

    def __init__(
        self, number: int, host: recipes.Host, level: Level, uid: int | None, scratch: str, songs: Songs
    ) -> None:
        self.number, self._songs = number, songs
        self._host, self._level, self._uid, self._scratch = host, level, uid, scratch
        self._zygote: Zygote | None = None
        self._wake, self._waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._loop = Loop(self._wake)

    @property
    def is_first(self) -> bool:
        """Whether it starts without waiting for the work to be worth it."""
        return self.number == 0 or self._zygote is not None

    def pause(self) -> None:
        """Waits a moment.

        Raises: CancelledError.
        """
        self._loop.step(_LOOK_S)

    def zygote(self) -> Zygote:
        """The running zygote, started if need be.

        Raises: HarnessError if it does not start; CancelledError.
        """
        if self._zygote is None:
            self._zygote = self._started_at_last()
        return self._zygote

    def is_worn(self) -> bool:
        """Whether the zygote has served so many jobs that it is replaced."""
        return self._zygote is not None and self._zygote.jobs >= JOBS_PER_ZYGOTE

    def canary_fault(self) -> str:
        """What the canary of this slot says otherwise than the pool's first one; empty if nothing.

        Raises: HarnessError if a zygote that has died is not to be replaced; CancelledError.
        """
        if self._zygote is None:
            self.zygote()  # whose canary has been heard
            return ""
        return self._songs.fault(self._zygote, self.units)

    def _started_at_last(self) -> Zygote:
        with suppress(BoxDiedError):
            return self._started()
        try:
            return self._started()  # the machine may have been short of something for a moment
        except BoxDiedError as error:
            raise HarnessError(_no_start(str(error))) from error

    def _started(self) -> Zygote:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        zygote = start(self._command(theirs.fileno()), ours, theirs, self._loop)
        try:
            self._compare(zygote.hello())
            fault = self._songs.fault(zygote, self.units)
            if fault:
                raise BoxDiedError(f"the canary differs: {fault}")
        except BaseException:
            zygote.kill()
            raise
        return zygote

    def _command(self, control: int) -> Command:
        return command(self._host, self._level, control, self._uid, self._scratch)

    def _compare(self, hello: Mapping[str, Any]) -> None:
        prefix = self._host.prefix_inside if self._level == "strict" else self._host.venv
        wanted = (platform.python_version(), prefix, self._host.base)
        told = (hello["python"], hello["prefix"], hello["base_prefix"])
        if told != wanted:
            raise BoxDiedError(f"another Python answers: {' '.join(told)}")
        if hello["threads"] != 1:
            raise BoxDiedError(f"the zygote has {hello['threads']} threads; probes.py may start none")

    def restart(self) -> None:
        """Ends the zygote, so that the next one is new."""
        if self._zygote is not None:
            self._zygote.kill()
        self._zygote = None

    def cancel(self) -> None:
        """Makes whatever this slot waits for raise CancelledError; may be called from any thread."""
        with suppress(OSError):
            os.write(self._waker, b"x")

    def close(self) -> None:
        """Ends the zygote and gives back the descriptors."""
        self.restart()
        self._loop.close()
        os.close(self._wake)
        os.close(self._waker)


def _no_start(seen: str) -> Message:
    return Message(
        place="box",
        fact=f"a slot does not start: {seen.strip()}",
        code="E-BOX-START",
        help="run `grade doctor`; if the box is well, the fault stands in probes.py",
    )


class _Crew:
    """The threads of a pool."""

    def __init__(self, slots: list[PoolSlot]) -> None:
        self._slots = slots
        self._orders: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, args=(slot,), name=f"slot-{slot.number}", daemon=True) for slot in slots
        ]
        for thread in self._threads:
            thread.start()

    def each(self, jobs: Iterable[Job], on_event: OnEvent) -> Iterator[tuple[Job, Observations]]:
        """Every job with its observations, as they finish; raises what a slot or the jobs raised."""
        call = _Call(iter(jobs), on_event)
        for _ in self._slots:
            self._orders.put(call)
        running = len(self._slots)
        while running:
            result = call.results.get()
            if result is None:
                running -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result

    def _work(self, slot: PoolSlot) -> None:
        try:
            while (call := self._orders.get()) is not None:
                call.serve(slot)
        except CancelledError:
            pass
        finally:
            slot.close()

    def close(self) -> None:
        """Ends every thread and all that it started."""
        for slot in self._slots:
            slot.cancel()
            self._orders.put(None)
        for thread in self._threads:
            thread.join()


class _Call:
    """One pass over jobs, shared by all slots."""

    def __init__(self, jobs: Iterator[Job], on_event: OnEvent) -> None:
        self._jobs, self._on_event = jobs, on_event
        self._lock = threading.Lock()
        self._is_over = False
        self._further_at = math.inf  # when slots that are not yet there begin to start
        self.results: queue.SimpleQueue[_Result] = queue.SimpleQueue()

    def serve(self, slot: PoolSlot) -> None:
        """Runs jobs in this slot until there are none left; what goes wrong reaches the caller's thread."""
        try:
            while not slot.is_first and time.monotonic() < self._further_at and not self._is_over:
                slot.pause()
            while (job := self._next()) is not None:
                slot.zygote()
                self._further_at = min(self._further_at, time.monotonic() + START_S)
                self.results.put((job, self._watched(slot, job)))
        except CancelledError:
            raise
        except BaseException as error:
            self.results.put(error)
        self.results.put(None)

    def _watched(self, slot: PoolSlot, job: Job) -> jobs_room.Found:
        tell = self._teller(slot.number, job.key)
        return watched(slot, job.runs, lambda: jobs_room.perform(slot, job.files, job.runs, tell))

    def _next(self) -> Job | None:
        with self._lock:
            job = next(self._jobs, None)
        self._is_over = self._is_over or job is None
        return job

    def _teller(self, slot: int, key: str) -> jobs_room.Told:
        return lambda part, case, phase: self._on_event(Event(slot, key, part, case, phase))
