"""submission + rubric -> (part, case) -> observation, beside the reference's -> verdicts -> score -> results -> pages.

This file is that line and nothing else: the rooms do the work, `Course` holds the trusted side, `Observer` runs code,
`Marker` turns what was seen into a result.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.course import Course, open_course
from grader.errors import HarnessError, IntakeError, Message, UsageError
from grader.intake.documents import are_wanted
from grader.narrowing import Narrower
from grader.nouns.asked import Handout, Part, Rubric
from grader.nouns.judged import Results, RubricMark, SubmissionResult
from grader.nouns.plain import Level
from grader.nouns.seen import Run, Submission
from grader.observer import HandIn, Observer, Wanted
from grader.opener import Opener
from grader.progress import Watch
from grader.repeats import Repeater
from grader.runs import runs_of
from grader.safetext import safe_line
from grader.versions import versions

if TYPE_CHECKING:
    from grader.box.pool import Event
    from grader.intake import Entry


_SPENT: Final = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    submissions: Path
    rubric: Path
    out: Path
    level: Level
    workers: int = os.cpu_count() or 1
    only: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    fresh: bool = False


def grade(order: Order, watch: Watch) -> Results:
    """Grades every submission, and writes results.json and the pages into `order.out`.

    Raises: RubricError; UsageError if there is nothing to grade; HarnessError if the box does not start.
    """
    from grader.box.staging import remove_left
    from grader.box.store import Store
    from grader.intake import list_submissions
    from grader.rubric.load import load_rubric

    started = time.monotonic()
    remove_left()  # of a run that was killed when all was known: this one may need no slot
    rubric = load_rubric(order.rubric)
    parts = chosen_parts(rubric, order.parts)
    entries = list_submissions(order.submissions, rubric.assignment, only=order.only)
    _refuse_open(order.level, len(entries))
    store = Store(order.out / "observations")
    workers = min(order.workers, len(entries))

    def _observer(handout: Handout, *, fresh: bool = False, loud: bool = False, hash_seed: int = 0) -> Observer:
        def _heard(event: Event) -> None:
            if loud:
                watch.working(event.slot, event.key, event.part, event.case)

        return Observer(
            handout,
            level=order.level,
            workers=1 if hash_seed else workers,
            store=store,
            on_event=_heard,
            fresh=fresh,
            hash_seed=hash_seed,
        )

    course = open_course(rubric, _observer)
    repeater = Repeater(rubric, lambda seed: _observer(course.handout, fresh=order.fresh, hash_seed=seed))
    watch.begin(_title(rubric, len(entries), order.level, workers), len(entries), workers)
    try:
        opener = Opener(order.level, store, shows=are_wanted(rubric))
        with course.observer, opener, _observer(course.handout, fresh=order.fresh, loud=True) as students, repeater:
            marked = _mark_all(order, course, parts, students, repeater, opener, entries, watch)
        for fault in store.faults:
            watch.warn(fault)
        return _written(order, marked, course, started, watch)
    except OSError as error:
        raise HarnessError(_no_room(order.out, error)) from error
    finally:
        watch.end()


def chosen_parts(rubric: Rubric, wanted: Sequence[str]) -> tuple[Part, ...]:
    """The parts of these ids, or all.

    Raises: UsageError if an id is not in the rubric.
    """
    known = [part.id for part in rubric.parts]
    for part in wanted:
        if part not in known:
            raise UsageError(
                Message(rubric.path, f"there is no part '{part}'", "E-PART", ", ".join(known), "copy the id from there")
            )
    return tuple(part for part in rubric.parts if not wanted or part.id in wanted)


def _mark_all(
    order: Order,
    course: Course,
    parts: tuple[Part, ...],
    students: Observer,
    repeater: Repeater,
    opener: Opener,
    entries: Sequence[Entry],
    watch: Watch,
) -> tuple[SubmissionResult, ...]:
    from grader.box.levels import offers
    from grader.kept.logs import with_logs
    from grader.marker import Marker, unread

    offered = offers(order.level)
    marker = Marker(course, parts, order.level, order.out / "arrays", offered)
    runnable = [part.id for part in parts if set(part.needs) <= offered]
    runs = tuple(run for run in runs_of(course.rubric) if run.part in runnable)
    narrower = Narrower(course, parts)
    desk = _Desk(order, course.rubric, runs, marker.name_of, watch, opener, narrower)
    passes = (students.each(desk.wanted(entries)), students.each(narrower.waiting()))
    for observed in chain.from_iterable(passes):
        result = narrower.narrowed(observed)
        if result is None:
            submission = desk.submissions.pop(observed.hand_in.key)
            documents = opener.documents(submission.files)
            events = opener.events(submission.files) if course.rubric.logs else None
            result = marker.mark(submission, observed, documents=documents, events=events)
            rounds = repeater.rounds(observed, result)
            result = marker.mark(submission, observed, rounds, documents, events) if rounds else result
            result = with_logs(result, order.out)
            if narrower.takes(observed.hand_in, result):
                continue
        desk.results[result.id] = result
        watch.done(result)
    for entry_id, error in desk.unread.items():
        desk.results[entry_id] = unread(entry_id, sum(part.points for part in parts), str(error))
        watch.done(desk.results[entry_id])
    marker.keep_expected()
    marked = tuple(desk.results[entry.id] for entry in entries)
    return marked if not order.only else _among_the_others(marked, order, course.rubric)


def _among_the_others(
    marked: tuple[SubmissionResult, ...], order: Order, rubric: Rubric
) -> tuple[SubmissionResult, ...]:
    """With `--only`: these results, and those that an earlier run gave the rest of the class."""
    from grader.intake import list_submissions

    there = {entry.id for entry in list_submissions(order.submissions, rubric.assignment)}
    new = {result.id for result in marked}
    before = _results_before(order.out, rubric).values()
    kept = (replace(result, cached=True) for result in before if result.id in there - new)
    return tuple(sorted([*marked, *kept], key=lambda result: result.id))


class _Desk:
    """Where submissions lie between being read and being marked."""

    def __init__(
        self,
        order: Order,
        rubric: Rubric,
        runs: tuple[Run, ...],
        name_of: Callable[[Submission], str],
        watch: Watch,
        opener: Opener,
        narrower: Narrower,
    ) -> None:
        self.submissions: dict[str, Submission] = {}
        self.results: dict[str, SubmissionResult] = {}
        self.unread: dict[str, IntakeError] = {}
        self._order = order
        self._rubric = rubric
        self._runs = runs
        self._opener = opener
        self._narrower = narrower
        self._name_of = name_of
        self._watch = watch
        self._before = {} if order.fresh else _results_before(order.out)

    def wanted(self, entries: Sequence[Entry]) -> Iterator[Wanted]:
        """Every entry that can be read, as a hand-in to run; read only when a slot is free for it.

        Small inputs of those that are marked come first, so that few hand-ins are kept for them.
        """
        from grader.intake import collect, inodes_of

        course = inodes_of(Path(self._rubric.folder), self._order.rubric.resolve())
        assignment = self._rubric.assignment
        for entry, read in collect(entries, self._opener.open, course=course, assignment=assignment):
            if isinstance(read, IntakeError):
                self.unread[entry.id] = read
                continue
            before = self._before.get(self._name_of(read))
            if before is not None:
                self.results[read.id] = replace(before, cached=True)
                self._watch.done(self.results[read.id])
                continue
            self.submissions[read.id] = read
            yield from self._narrower.waiting()
            yield HandIn(read.id, read.sha256, read.files), self._runs


def _results_before(out: Path, rubric: Rubric | None = None) -> dict[str, SubmissionResult]:
    """What an earlier run said (by this rubric), by what it rests on; nothing that was broken or lost its pictures."""
    from grader.kept.results import read_results
    from grader.report.unchanged import is_as_written

    try:
        results = read_results(out / "results.json")
    except UsageError:  # none, cut, or of another version: everything is judged anew
        return {}
    if not is_as_written(out) or (rubric is not None and results.rubric.sha256 != rubric.sha256):
        return {}
    return {result.mark: result for result in results.submissions if result.mark and _is_whole(result, out)}


def _is_whole(result: SubmissionResult, out: Path) -> bool:
    arrays = [result.arrays, "expected.safetensors"] if result.arrays else []
    files = [out / "arrays" / name for name in arrays]
    for document in result.documents:
        files += [out / "documents" / name for name in (document.content, *document.pictures) if name]
    there = all(path.is_file() for path in files)
    return there and not any(part.verdict == "broken" for part in result.parts)


def _written(
    order: Order, submissions: tuple[SubmissionResult, ...], course: Course, started: float, watch: Watch
) -> Results:
    from grader.judge.groups import grouped
    from grader.kept.logs import clear_logs
    from grader.report.unchanged import class_is_stale, stale

    watch.step("pages")
    rubric = course.rubric
    submissions, groups = grouped(submissions)
    results = Results(
        assignment=rubric.assignment,
        title=rubric.title,
        rubric=RubricMark(rubric.sha256, rubric.path),
        isolation=order.level,
        versions=versions(),
        seed=rubric.seed,
        max=rubric.points,
        reveal=rubric.reveal,
        submissions=submissions,
        groups=groups,
        mistake_hints={name: mistake.hint for name, mistake in course.mistakes.items()},
        part_titles={part.id: part.title for part in rubric.parts},
        seconds=time.monotonic() - started,
    )
    clear_logs(order.out, results)
    pages = stale(order.out, results)
    if pages or class_is_stale(order.out, results):
        _write(order.out, results, pages)
    return results


def _write(out: Path, results: Results, pages: Collection[str]) -> None:
    from grader.kept.results import write_results
    from grader.report.site import write_site
    from grader.report.unchanged import forget, note

    forget(out, pages)
    write_results(out / "results.json", results)
    write_site(out, results, only=pages)
    note(out, results)


def _refuse_open(level: Level, count: int) -> None:
    if level == "open" and count > 1:
        raise UsageError(
            Message(
                place="--isolation open",
                fact=f"{count} submissions would run without a jail",
                code="E-OPEN",
                allowed="one submission, named by --only: one's own code",
                help="leave --isolation out; `grade doctor` says which level this machine offers",
            )
        )


def _no_room(out: Path, error: OSError) -> Message:
    if error.errno in _SPENT:
        return Message(
            place="this machine",
            fact=f"it has no more to give: {error.strerror}",
            code="E-SPENT",
            allowed="what was finished is kept; nobody lost points by it",
            label="kept",
            help="use fewer workers (-j 1) or raise the limit (ulimit -n 4096), then give the same command again",
        )
    reason = str(error.args[0][0][2]) if isinstance(error, shutil.Error) else error.strerror or str(error)
    return Message(
        place=safe_line(str(error.filename or out)),
        fact=f"cannot be read or written: {safe_line(reason)}",
        code="E-OUT",
        allowed="what was finished is kept; nobody lost points by it",
        label="kept",
        help="make room or mend the rights, then give the same command again; it goes on where it stopped",
    )


def _title(rubric: Rubric, count: int, level: Level, workers: int) -> str:
    plural = "submission" if count == 1 else "submissions"
    crew = "worker" if workers == 1 else "workers"
    return f"{rubric.assignment} · {count} {plural} · rubric {rubric.sha256[:6]} · isolation {level} · {workers} {crew}"
