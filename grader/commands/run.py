"""`grade run`: grade a folder of submissions, write the reports, and say in a few lines what came out."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

from grader.commands.browser import open_page
from grader.nouns import LEVELS, Level, Results

if TYPE_CHECKING:
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
) -> int:
    """Grades; 0 if everybody has a verdict, 1 if something could not be graded."""
    from grader.pipeline import Order, grade
    from grader.progress import watch_for
    from grader.rubric.find import find_rubric

    order = Order(
        submissions=submissions,
        rubric=find_rubric(rubric, submissions),
        out=out,
        level=_level(isolation, out),
        workers=workers or os.cpu_count() or 1,
        only=tuple(only),
        parts=tuple(parts),
        fresh=fresh,
    )
    results = grade(order, watch_for(progress, terminal=_is_terminal()))
    print(json.dumps(asdict(results), ensure_ascii=False) if as_json else "\n".join(summary(results, order)))
    open_page(out / "index.html", show)
    return 1 if not_graded(results) else 0


def _is_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _level(wanted: Level | None, out: Path) -> Level:
    from grader.box.levels import require
    from grader.box.remembered import level_of_this_boot

    best = level_of_this_boot(out)
    chosen = wanted or best
    if LEVELS.index(best) < LEVELS.index(chosen) or (wanted is None and best == "open"):
        require(wanted or "container")
    return chosen


def not_graded(results: Results) -> list[str]:
    """The ids of those for whom something is missing by our fault or because their files cannot be read."""
    return [
        submission.id
        for submission in results.submissions
        if submission.error or any(part.verdict == "broken" for part in submission.parts)
    ]


def summary(results: Results, order: Order) -> list[str]:
    """What a TA reads at the end: how many, how well, what was hard, what needs a person, where the pages are."""
    graded = [submission for submission in results.submissions if not submission.error]
    lines = [_counted(results, len(graded))]
    if graded:
        lines += [_scores(results), _hardest(results)]
    if results.groups:
        size = max(len(group.submissions) for group in results.groups)
        group = next(group for group in results.groups if len(group.submissions) == size)
        lines.append(
            f"  new       {size} submissions agree on the same wrong {group.output} ({group.part}): "
            f"{order.out}/index.html#unexplained"
        )
    lines += _failures(results)
    lines.append(
        f"report {order.out}/index.html    students {order.out}/*.html    staff {order.out}/staff/    "
        f"data {order.out}/results.json"
    )
    return lines


def _counted(results: Results, graded: int) -> str:
    from grader.progress import clock

    unchanged = sum(submission.cached for submission in results.submissions)
    text = f"  graded {graded}" + (f", of which {unchanged} unchanged since the last run" if unchanged else "")
    return f"{text:<70} {clock(results.seconds)}"


def _scores(results: Results) -> str:
    graded = [submission for submission in results.submissions if not submission.error]
    scores = [submission.score for submission in graded]
    pending = max(submission.pending for submission in graded)
    machine = max(submission.max for submission in graded) - min(submission.pending for submission in graded)
    text = f"  scores    mean {mean(scores):.1f}   median {median(scores):g}   of {machine:g}"
    return text + (f"      up to {pending:g} more points wait for a reader" if pending else "")


def _hardest(results: Results) -> str:
    won: defaultdict[str, float] = defaultdict(float)
    most: defaultdict[str, float] = defaultdict(float)
    mistakes: Counter[str] = Counter()
    for submission in results.submissions:
        for part in submission.parts:
            won[part.id] += part.score
            most[part.id] += part.max - part.pending
        mistakes.update({name for part in submission.parts for name in part.mistakes})
    judged = [part for part, points in most.items() if points > 0]
    if not judged:
        return "  nothing was judged by machine"
    worst = min(judged, key=lambda part: won[part] / most[part])
    title = results.part_titles.get(worst, "")
    text = f"  hardest   {worst} {title}, {100 * won[worst] / most[worst]:.0f} % of its points"
    if mistakes:
        name, count = mistakes.most_common(1)[0]
        text += f"     commonest  {name}, {count} {'submission' if count == 1 else 'submissions'}"
    return text


def _failures(results: Results) -> list[str]:
    missing = not_graded(results)
    if not missing:
        return []
    lines = [f"  not graded {len(missing)}: nobody lost points by it"]
    for submission in results.submissions:
        if submission.error:
            lines += [f"    {line}" for line in submission.error.splitlines()]
        lines += [
            f"    {submission.id}: part {part.id}: {part.reason}"
            for part in submission.parts
            if part.verdict == "broken"
        ]
    return lines
