"""Observations of hand-ins: from the store where they are known, else from the box.

One `Observer` serves one kind of hand-in: submissions never share a slot with the reference and its mistakes, so the
pipeline opens one for each. Slots are started when the first run is really needed, and not at all on an unchanged class.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from grader.nouns import Handout, Level, Observation, Run

if TYPE_CHECKING:
    from grader.box.pool import Event, Pool
    from grader.box.store import Store

Observations: TypeAlias = Mapping[tuple[str, str], Observation]  # (part, case) -> what the probe gave
Keys: TypeAlias = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class HandIn:
    """Files to run: a submission, the reference, or the reference with one edit."""

    key: str
    sha256: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Observed:
    """What the runs of one hand-in gave. `cached`: nothing had to be run."""

    hand_in: HandIn
    observations: Observations
    cached: bool


Wanted: TypeAlias = tuple[HandIn, tuple[Run, ...]]


class Observer:
    """Gives the observations of hand-ins, each run at most once for equal bytes, probe, case, seed and versions."""

    def __init__(
        self,
        handout: Handout,
        *,
        level: Level,
        workers: int,
        store: Store,
        on_event: Callable[[Event], None] | None = None,
        fresh: bool = False,
    ) -> None:
        self._handout = handout
        self._level: Level = level
        self._workers = workers
        self._store = store
        self._on_event = on_event
        self._fresh = fresh
        self._pool: Pool | None = None

    def __enter__(self) -> Observer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.__exit__(kind, error, trace)
            self._pool = None

    def each(self, wanted: Iterable[Wanted]) -> Iterator[Observed]:
        """Every hand-in once, in the order in which they are finished; known ones do not wait for a slot."""
        source = iter(wanted)
        known: deque[Observed] = deque()
        unknown = self._unknown(source, known)
        first = next(unknown, None)
        yield from _drain(known)
        if first is None:
            return
        waiting: dict[str, tuple[HandIn, dict[tuple[str, str], Observation], Keys]] = {}
        jobs = self._jobs(first, unknown, waiting)
        with closing(self._started().each(jobs, self._on_event)) as finished:
            for job, got in finished:
                yield from _drain(known)
                hand_in, seen, keys = waiting.pop(job.key)
                self._keep(hand_in, keys, got)
                yield Observed(hand_in, {**seen, **got}, cached=False)
        yield from _drain(known)

    def _started(self) -> Pool:
        if self._pool is None:
            from grader.box.pool import Pool

            self._pool = Pool(self._handout, level=self._level, workers=self._workers).__enter__()
        return self._pool

    def _unknown(
        self, source: Iterator[Wanted], known: deque[Observed]
    ) -> Iterator[tuple[HandIn, tuple[Run, ...], dict[tuple[str, str], Observation], Keys]]:
        for hand_in, runs in source:
            keys = {(run.part, run.case): self._key(run) for run in runs}
            stored = {} if self._fresh else self._store.get_all(hand_in.sha256)
            seen = {name: stored[key] for name, key in keys.items() if key in stored}
            left = tuple(run for run in runs if (run.part, run.case) not in seen)
            if left:
                yield hand_in, left, seen, keys
            else:
                known.append(Observed(hand_in, seen, cached=True))

    def _jobs(
        self,
        first: tuple[HandIn, tuple[Run, ...], dict[tuple[str, str], Observation], Keys],
        rest: Iterator[tuple[HandIn, tuple[Run, ...], dict[tuple[str, str], Observation], Keys]],
        waiting: dict[str, tuple[HandIn, dict[tuple[str, str], Observation], Keys]],
    ) -> Iterator[Job]:
        from grader.box.pool import Job

        for hand_in, runs, seen, keys in chain([first], rest):
            waiting[hand_in.key] = (hand_in, seen, keys)
            yield Job(hand_in.key, hand_in.files, runs)

    def _keep(self, hand_in: HandIn, keys: Keys, got: Observations) -> None:
        lasting = {keys[name]: observation for name, observation in got.items() if observation.ended != "broken"}
        self._store.put_all(hand_in.sha256, lasting)

    def _key(self, run: Run) -> str:
        return observation_key(run, self._handout_sha256, self._level)


def _drain(known: deque[Observed]) -> Iterator[Observed]:
    while known:
        yield known.popleft()
