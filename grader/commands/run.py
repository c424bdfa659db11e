"""`grade run`: grade a folder of submissions, write the reports, and say in a few lines what came out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands.browser import open_page
from grader.commands.endings import complain, say
from grader.kept.folder import claimed
from grader.kept.recall import Recall
from grader.rubric.find import find_rubric

if TYPE_CHECKING:  # nothing heavy is imported before it is known that there is something to grade
    from grader.nouns.plain import Level
    from grader.pipeline import Order


def run(
    *,
    submissions: Path,
    rubric: str,
    out: Path,
    workers: int | None,
    only: Sequence[str],
    parts: Sequence[str],
    fresh: bool,
    isolation: Level | None,
    show: bool,
    as_json: bool,
    progress: str | None,
    debug: bool,
) -> int:
    """Grades; 0 if everybody has a verdict, 1 if something could not be graded."""
    found = find_rubric(rubric, submissions)
    kind = kind_of_progress(progress, terminal=_is_terminal())
    words = {"workers": workers, "only": only, "parts": parts, "isolation": isolation}
    with claimed(out):
        recall = Recall(words, submissions=submissions, rubric=found, out=out)
        again = None if fresh or debug or as_json else recall.said()
        if again:
            for line in again.progress.get(kind, ()):
                complain(line)
            code, lines = 0, again.summary
        else:
            from grader.pipeline import Order

            crew = workers or os.cpu_count() or 1
            order = Order(submissions, found, out, _level(isolation, out), crew, tuple(only), tuple(parts), fresh)
            code, lines = _graded(order, recall, kind, as_json)
    say(*lines)
    open_page(out / "index.html", show)
    return code


def _graded(order: Order, recall: Recall, kind: str, as_json: bool) -> tuple[int, Sequence[str]]:
    from grader.commands.summary import not_graded, said_again, summary
    from grader.kept.results import results_json
    from grader.pipeline import grade
    from grader.progress import watch_for

    watch = watch_for(kind)
    results = grade(order, watch)
    missing = not_graded(results)
    if not missing and all(submission.mark for submission in results.submissions):
        recall.keep(said_again(results, order.out, only=order.only, title=watch.title))
    lines = [results_json(results)] if as_json else summary(results, order.out)
    return 1 if missing else 0, lines


def kind_of_progress(choice: str | None, *, terminal: bool) -> str:
    """`rich`, `plain` or `none`: what is chosen, else what a terminal, or something else, is for."""
    return choice or ("rich" if terminal else "plain")


def _is_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _level(wanted: Level | None, out: Path) -> Level:
    from grader.box.levels import require
    from grader.box.remembered import level_of_this_boot
    from grader.nouns.plain import LEVELS

    best = level_of_this_boot(out)
    chosen = wanted or best
    if LEVELS.index(best) < LEVELS.index(chosen) or (wanted is None and best == "open"):
        require(wanted or "container")
    return chosen
