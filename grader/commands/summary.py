"""What a person reads at the end of `grade run`: a few lines, no names of students but of those who need one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import replace
from io import StringIO
from pathlib import Path
from statistics import mean, median

from grader.kept.recall import Lines
from grader.nouns.judged import Results
from grader.progress import Plain, clock


def not_graded(results: Results) -> list[str]:
    """The ids of those for whom something is missing by our fault or because their files cannot be read."""
    return [
        submission.id
        for submission in results.submissions
        if submission.error or any(part.verdict == "broken" for part in submission.parts)
    ]


def summary(results: Results, out: Path) -> list[str]:
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
            f"{out}/index.html#unexplained"
        )
    lines += _unstable(results)
    lines += _failures(results, out)
    lines.append(f"report {out}/index.html    students {out}/*.html    staff {out}/staff/    data {out}/results.json")
    return lines


def said_again(results: Results, out: Path, *, only: Collection[str], title: str) -> Lines:
    """What the same order prints once more, while nothing changes."""
    cached = tuple(replace(submission, cached=True) for submission in results.submissions)
    listed = [submission for submission in cached if not only or submission.id in only]
    stream = StringIO()
    plain = Plain(stream)
    plain.begin(title, len(listed), 1)
    for submission in listed:
        plain.done(submission)
    plain.step("pages")
    progress = {"plain": stream.getvalue().splitlines(), "rich": [title]}
    return Lines(progress, summary(replace(results, submissions=cached, seconds=0.0), out))


def _counted(results: Results, graded: int) -> str:
    unchanged = sum(submission.cached for submission in results.submissions)
    text = f"  graded {graded}" + (f", of which {unchanged} unchanged since the last run" if unchanged else "")
    return f"{text:<70} {clock(results.seconds)}"


def _scores(results: Results) -> str:
    graded = [submission for submission in results.submissions if not submission.error]
    scores = [submission.score for submission in graded]
    pending = max(submission.pending for submission in graded)
    machine = max(submission.max for submission in graded) - min(submission.pending for submission in graded)
    text = f"  scores    mean {mean(scores):.1f}   median {median(scores):g}   of {machine:g}"
    return text + (f"      up to {pending:g} more {_wait(pending)} for a reader" if pending else "")


def _wait(points: float) -> str:
    return "point waits" if points == 1 else "points wait"


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


def _unstable(results: Results) -> list[str]:
    return [
        f"  unstable  {submission.id}: part {part.id}: {part.unstable}"
        for submission in results.submissions
        for part in submission.parts
        if part.unstable
    ]


def _failures(results: Results, out: Path) -> list[str]:
    missing = not_graded(results)
    if not missing:
        return []
    lines = [f"  not graded {len(missing)}: nobody lost points by it"]
    for submission in results.submissions:
        if submission.error:
            lines += [f"    {line}" for line in submission.error.splitlines()]
        lines += [
            f"    {submission.id}: part {part.id}: {part.reason}" + (f"; see {out}/{part.log}" if part.log else "")
            for part in submission.parts
            if part.verdict == "broken"
        ]
    return lines
