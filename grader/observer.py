"""Observations of hand-ins: from the store where they are known, else from the box.

One `Observer` serves one kind of hand-in: submissions never share a slot with the reference and its mistakes, so the
pipeline opens one for each. Slots are started when the first run is really needed, not at all for an unchanged class.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from grader.box.store import Store, handout_sha256, observation_key
from grader.nouns.asked import Handout
from grader.nouns.plain import Level
from grader.nouns.seen import Observation, Run
from grader.versions import versions

if TYPE_CHECKING:
    from grader.box.pool import Event, Job, Pool

Observations: TypeAlias = Mapping[tuple[str, str], Observation]  # (part, case) -> what the probe gave


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


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A hand-in with the runs that are left, what is known already, and the key of every run in the store."""

    hand_in: HandIn
    runs: tuple[Run, ...]
    seen: Observations
    keys: Mapping[tuple[str, str], str]


class Observer:
    """Gives the observations of hand-ins, each run at most once for equal bytes, probe, case, seed and versions.

    `hash_seed`: of its zygotes; runs that are graded have 0, repetitions another one.
    """

    def __init__(
        self,
        handout: Handout,
        *,
        level: Level,
        workers: int,
        store: Store,
        on_event: Callable[[Event], None] | None = None,
        fresh: bool = False,
        hash_seed: int = 0,
    ) -> None:
        self._handout = handout
        self._beside = handout_sha256(handout)
        self._level: Level = level
        self._workers = workers
        self._store = store
        self._on_event = on_event
        self._fresh = fresh
        self._hash_seed = hash_seed
        self._pool: Pool | None = None

    def __enter__(self) -> Observer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def each(self, wanted: Iterable[Wanted], repeat: int = 0) -> Iterator[Observed]:
        """Every hand-in once, in the order in which they are finished; known ones do not wait for a slot.

        `repeat`: 0 for the runs that are graded, n for their n-th repetition.
        """
        known: deque[Observed] = deque()
        unknown = self._unknown(wanted, known, repeat)
        first = next(unknown, None)
        yield from _drained(known)
        if first is None:
            return
        waiting: dict[str, _Unknown] = {}
        for job, got in self._started().each(_jobs(chain([first], unknown), waiting), self._on_event):
            yield from _drained(known)
            yield self._kept(waiting.pop(job.key), got)
        yield from _drained(known)

    def _started(self) -> Pool:
        if self._pool is None:
            from grader.box.pool import Pool

            self._pool = Pool(self._handout, level=self._level, workers=self._workers, hash_seed=self._hash_seed)
        return self._pool

    def _unknown(self, wanted: Iterable[Wanted], known: deque[Observed], repeat: int) -> Iterator[_Unknown]:
        for hand_in, runs in wanted:
            keys = {(run.part, run.case): self._key(hand_in, run, repeat) for run in runs}
            stored = {} if self._fresh else self._store.get_all(hand_in.sha256, set(keys.values()))
            seen = {name: stored[key] for name, key in keys.items() if key in stored}
            left = tuple(run for run in runs if (run.part, run.case) not in seen)
            if left:
                yield _Unknown(hand_in, left, seen, keys)
            else:
                known.append(Observed(hand_in, seen, cached=True))

    def _kept(self, asked: _Unknown, got: Observations) -> Observed:
        lasting = {asked.keys[name]: seen for name, seen in got.items() if seen.ended != "broken"}
        self._store.put_all(asked.hand_in.sha256, lasting)
        return Observed(asked.hand_in, {**asked.seen, **got}, cached=False)

    def _key(self, hand_in: HandIn, run: Run, repeat: int) -> str:
        return observation_key(hand_in.sha256, run, self._beside, versions(), self._level, repeat)


def _jobs(unknown: Iterable[_Unknown], waiting: dict[str, _Unknown]) -> Iterator[Job]:
    from grader.box.pool import Job

    for asked in unknown:
        waiting[asked.hand_in.key] = asked
        yield Job(asked.hand_in.key, asked.hand_in.files, asked.runs)


def _drained(known: deque[Observed]) -> Iterator[Observed]:
    while known:
        yield known.popleft()
