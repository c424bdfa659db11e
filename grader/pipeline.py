"""submission + rubric -> (part, case) -> observation, beside the reference's -> verdicts -> score -> results -> pages.

This file is that line and nothing else: the rooms do the work, `Course` holds the trusted side, `Observer` runs code,
`Marker` turns what was seen into a result.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Course, open_course
from grader.errors import IntakeError
from grader.nouns import Handout, Level, Results, Rubric, RubricMark, Submission, SubmissionResult
from grader.observer import HandIn, Observer, Wanted
from grader.progress import Watch
from grader.runs import runs_of

if TYPE_CHECKING:
    from grader.box.pool import Event
    from grader.marker import Marker


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
    from grader.box.store import Store
    from grader.intake import list_submissions
    from grader.rubric.load import load_rubric

    started = time.monotonic()
    rubric = load_rubric(order.rubric)
    entries = list_submissions(order.submissions, rubric.assignment, only=order.only)
    store = Store(order.out / "observations")

    def _observer(handout: Handout, *, fresh: bool = False, loud: bool = False) -> Observer:
        heard = _teller(watch) if loud else None
        return Observer(handout, level=order.level, workers=order.workers, store=store, on_event=heard, fresh=fresh)

    course = open_course(rubric, _observer)
    watch.begin(_title(rubric, len(entries), order), len(entries), order.workers)
    try:
        with course.observer, _observer(course.handout, fresh=order.fresh, loud=True) as students:
            results = _graded(order, course, students, entries, watch)
    finally:
        watch.end()
    return results


def _graded(order: Order, course: Course, students: Observer, entries: Sequence[Entry], watch: Watch) -> Results:
    from grader.marker import Marker, write_arrays

    rubric = course.rubric
    parts = tuple(part for part in rubric.parts if not order.parts or part.id in order.parts)
    marker = Marker(course, parts, order.out / "arrays")
    found: dict[str, SubmissionResult] = {}
    submissions: dict[str, Submission] = {}
    wanted = _wanted(entries, rubric, order, submissions, found)
    for observed in students.each(wanted):
        result = marker.mark(submissions.pop(observed.hand_in.key), observed)
        found[result.id] = result
        watch.done(result)
