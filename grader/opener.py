"""Opens archives for the intake and shows documents for the report: in the jail, in a slot of its own, without student
code.

The slot is started with the first archive, or the first document that is not known yet. What was seen of a document is
kept by the hash of its bytes, as observations are.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from grader.box.store import Store, handout_sha256, observation_key
from grader.errors import HarnessError
from grader.intake.archive import ARCHIVE_FILE, archive_handout, archive_run
from grader.intake.documents import (
    document_run,
    documents_handout,
    documents_in,
    file_name,
    read_document,
    untried,
)
from grader.intake.events import event_files, event_job, event_run
from grader.nouns.plain import DocumentKind, Level
from grader.nouns.seen import Document, Observation, Run
from grader.versions import versions

if TYPE_CHECKING:
    from grader.box.pool import Pool


class Opener:
    """A slot that opens archives and, for a course that `shows` documents, makes them fit to be shown."""

    def __init__(self, level: Level, store: Store | None = None, *, shows: bool = False) -> None:
        self._level: Level = level
        self._store = store
        self._shows = shows
        self._handout = documents_handout() if shows else archive_handout()
        self._beside = handout_sha256(self._handout)
        self._pool: Pool | None = None
        self._fault = ""  # why no slot starts; it is not tried for every document
        self._stack = ExitStack()
        self._lock = Lock()  # archives are opened for the thread of a slot, documents for that of the pipeline

    def __enter__(self) -> Opener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def open(self, data: bytes, name: str) -> Observation:
        """What the opener says of an archive: its list and bytes, or how it ended."""
        (seen,) = self._run({ARCHIVE_FILE: data}, (archive_run(name),))
        return seen

    def documents(self, files: Mapping[str, bytes]) -> tuple[Document, ...]:
        """What people read of these files, as the jail shows it; nothing for a course that shows nothing."""
        if not self._shows:
            return ()
        chosen = documents_in(files)
        tried = {file_name(files[path]): kind for path, kind in chosen if untried(path, kind, files[path]) is None}
        seen = {name: known for name, kind in tried.items() if (known := self._known(name, kind)) is not None}
        left = {name: kind for name, kind in tried.items() if name not in seen}
        if left:
            named = {file_name(files[path]): files[path] for path, _ in chosen}
            seen |= self._seen({name: named[name] for name in left}, left)
        return tuple(self._document(path, kind, files[path], seen) for path, kind in chosen)

    def events(self, files: Mapping[str, bytes]) -> Observation | None:
        """The scalars of the event files of TensorBoard among these files, as the jail reads them; nothing without."""
        paths = event_files(files)
        if not (self._shows and paths):
            return None
        name, job_files = event_job(files, paths)
        run = event_run(name, len(paths))
        known = self._store.get_all(name).get(self._key(name, run)) if self._store is not None else None
        if known is not None or self._fault:
            return known
        try:
            (seen,) = self._run(job_files, (run,))
        except HarnessError as error:  # a report without a curve is better than none
            self._fault = str(error)
            return None
        if self._store is not None and seen.ended != "broken":
            self._store.put_all(name, {self._key(name, run): seen})
        return seen

    def _document(self, path: str, kind: DocumentKind, data: bytes, seen: Mapping[str, Observation]) -> Document:
        return untried(path, kind, data) or read_document(path, kind, file_name(data), seen[file_name(data)])

    def _seen(self, files: Mapping[str, bytes], left: Mapping[str, DocumentKind]) -> dict[str, Observation]:
        runs = tuple(document_run(kind, name) for name, kind in left.items())
        try:
            found = {} if self._fault else dict(zip(left, self._run(files, runs), strict=True))
        except HarnessError as error:  # a report without its notebook is better than none
            self._fault = str(error)
        if self._fault:
            return dict.fromkeys(left, Observation("broken", reason=self._fault))
        if self._store is not None:
            for run in runs:
                self._store.put_all(run.part, {self._key(run.part, run): found[run.part]})
        return found

    def _known(self, name: str, kind: DocumentKind) -> Observation | None:
        if self._store is None:
            return None
        return self._store.get_all(name).get(self._key(name, document_run(kind, name)))

    def _key(self, name: str, run: Run) -> str:
        return observation_key(name, run, self._beside, versions(), self._level)

    def _run(self, files: Mapping[str, bytes], runs: tuple[Run, ...]) -> list[Observation]:
        from grader.box.pool import Job, Pool

        with self._lock:
            if self._pool is None:
                self._pool = self._stack.enter_context(Pool(self._handout, level=self._level, workers=1))
            job = Job("documents", dict(files), runs)
            ((_, seen),) = self._pool.each([job])  # to its end: a generator left early would close the pool
        return [seen[run.part, run.case] for run in runs]
