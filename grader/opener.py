"""Opens archives for the intake: in the jail, in a slot of its own, by a job without student code."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from grader.intake.archive import ARCHIVE_FILE, archive_handout, archive_run
from grader.nouns.plain import Level
from grader.nouns.seen import Observation

if TYPE_CHECKING:
    from grader.box.pool import Pool


class Opener:
    """A slot that is started with the first archive, and serves nothing else."""

    def __init__(self, level: Level) -> None:
        self._level: Level = level
        self._pool: Pool | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Opener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def open(self, data: bytes, name: str) -> Observation:
        """What the opener says of an archive: its list and bytes, or how it ended."""
        from grader.box.pool import Job, Pool

        if self._pool is None:
            self._pool = self._stack.enter_context(Pool(archive_handout(), level=self._level, workers=1))
        job = Job("archive", {ARCHIVE_FILE: data}, (archive_run(name),))
        ((_, observations),) = self._pool.each([job])  # to its end: a generator left early would close the pool
        return observations["archive", "unpack"]
