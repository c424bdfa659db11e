"""Pools that go on running from test to test: for tests that are about what was seen, not how a slot starts or ends.

A pool is lent to one user at a time, so that what is graded never shares a slot with the reference of the same run.
Tests about the start, the end, the death or the number of slots have pools of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from grader.box.pool import Job, Observations, OnEvent, Pool
from grader.nouns.asked import Handout
from grader.nouns.plain import Level

MOST = 4  # that wait for a user: each has a process with torch in it


class KeptPools:
    """The pools that this process keeps; the end of the context ends them, lent or not."""

    def __init__(self) -> None:
        self._asked: dict[Pool, tuple[Handout, dict[str, Any]]] = {}  # every running pool -> what it was made from
        self._free: list[Pool] = []  # the one that waits longest comes first

    def __enter__(self) -> KeptPools:
        return self

    def __exit__(self, *_: object) -> None:
        for pool in self._asked:
            pool.close()

    @property
    def lent(self) -> int:
        """How many pools have a user."""
        return len(self._asked) - len(self._free)

    def lend(self, handout: Handout, *, level: Level, workers: int, hash_seed: int = 0) -> Lent:
        """To be called in the place of `Pool`: one that was given back, else a new one."""
        asked = (handout, {"level": level, "workers": workers, "hash_seed": hash_seed})
        pool = next((pool for pool in self._free if self._asked[pool] == asked), None)
        if pool is None:
            pool = Pool(handout, **asked[1])
            self._asked[pool] = asked
        else:
            self._free.remove(pool)
        return Lent(pool, self)

    def give_back(self, pool: Pool) -> None:
        """Keeps a pool for its next user; ends the one that has waited longest where too many wait."""
        self._free.append(pool)
        if len(self._free) > MOST:
            oldest = self._free.pop(0)
            del self._asked[oldest]
            oldest.close()


class Lent:
    """A kept pool as its user sees it: closing it gives it back, and it runs on."""

    def __init__(self, pool: Pool, owner: KeptPools) -> None:
        self._pool: Pool | None = pool
        self._owner = owner

    def __enter__(self) -> Lent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def each(self, jobs: Iterable[Job], on_event: OnEvent | None = None) -> Iterator[tuple[Job, Observations]]:
        """Every job with the observations of its runs, as they finish; see `Pool.each`."""
        assert self._pool is not None, "a pool that was closed is asked for more"

        return self._pool.each(jobs, on_event)

    def close(self) -> None:
        """Gives the pool back, once."""
        if self._pool is not None:
            self._owner.give_back(self._pool)
        self._pool = None
