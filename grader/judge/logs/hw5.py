"""The log of hw5's notebook: a line for each loss, a BLEU line for each validation, the end of every epoch.

Lines are `date time | LEVEL | name | message`, or the message alone where it was printed. What stands between two
ends of epochs belongs to the later one.
Source: NTU ML 2023 homework 5, the notebook's `train_one_epoch`, `validate` and `validate_and_save`; fairseq 0.12.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from grader.judge.logs.bleu import Score, score_findings, score_in
from grader.judge.logs.find import Text, lines_with
from grader.judge.logs.series import DECIMAL, WHOLE, Line, Printed, Reading, finding, printed, series_of
from grader.nouns.judged import LogFinding

WORDS: Final = ("training loss", "validation loss", "BLEU", "end of epoch", "grouped total_num_itrs")
TRAINING: Final = re.compile(rf"training loss:[ \t]{{0,4}}{DECIMAL}")
VALIDATION: Final = re.compile(rf"validation loss:[ \t]{{0,4}}{DECIMAL}")
EPOCH: Final = re.compile(rf"end of epoch {WHOLE}")
UPDATES: Final = re.compile(rf"grouped total_num_itrs {{0,2}}= {{0,2}}{WHOLE}")
TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:,[0-9]{3})? \|")
SUMMER_TIME: Final = timedelta(hours=1)  # clocks go back by so much, between midnight and four
DROPPED: Final = 0.01  # share of norms that may be missing: those that were infinite
SERIES_NAMES: Final = ("gnorm", "grad_norm", "gradnorm", "grad-norm")


@dataclass
class Run:
    """One training: its points by epoch, its BLEU lines, the updates of an epoch, and every line with its time."""

    training: list[tuple[float, Printed, Line]] = field(default_factory=list)
    validation: list[tuple[float, Printed, Line]] = field(default_factory=list)
    scores: list[tuple[float, Score]] = field(default_factory=list)
    ends: list[tuple[int, Line]] = field(default_factory=list)
    updates: set[int] = field(default_factory=set)
    times: list[tuple[datetime, Line]] = field(default_factory=list)
    misplaced: list[tuple[int, Line, Line]] = field(default_factory=list)  # epoch, line, the line it should follow


def read_hw5(texts: Sequence[Text], data: Sequence[Text] = ()) -> Reading:
    """What the lines of this format say: losses and BLEU by epoch, and what does not add up.

    `data`: files among which a series of gradient norms may be.
    """
    runs = [run for text in texts for run in runs_of(lines_with(text, WORDS))]
    read_lines = sum(len(run.training) + len(run.validation) + len(run.scores) for run in runs)
    if not read_lines:
        return Reading()
    scores = [(epoch, score.bleu, score.line) for run in runs for epoch, score in run.scores]
    return Reading(
        lines=read_lines,
        series=(
            *series_of("training loss", "epoch", [point for run in runs for point in run.training]),
            *series_of("validation loss", "epoch", [point for run in runs for point in run.validation]),
            *series_of("validation BLEU", "epoch", scores),
        ),
        findings=(*(each for run in runs for each in findings(run)), *series_findings(runs, data)),
        facts=tuple(_facts(runs)),
    )


def runs_of(lines: Sequence[Line]) -> Iterator[Run]:
    """The runs in the lines of one text: a new one begins where the epochs go back."""
    run = Run()
    for end, block in _epochs(lines):
        epoch = end[0] if end else run.ends[-1][0] + 1 if run.ends else 1
        if end and run.ends and epoch <= run.ends[-1][0]:
            before = _place_of(epoch, run.ends)
            if before is None:
                yield run
                run = Run()
                run.ends.append(end)
            else:
                run.misplaced.append((*end, run.ends[before][1]))
        elif end:
            run.ends.append(end)
        if end is None and _is_older(block, run):
            yield run
            run, epoch = Run(), 1
        for line in block:
            _note(run, line, epoch)
    yield run


def findings(run: Run) -> Iterator[LogFinding]:
    """What does not add up in one run."""
    for epoch, line, before in run.misplaced:
        yield finding(
            line, "epochs rise", expected=f"after line {before.number}", found=f"the end of epoch {epoch} further down"
        )
    for _, score in run.scores:
        yield from score_findings(score)
    yield from _one_reference(run)
    yield from _times(run)


def series_findings(runs: Sequence[Run], data: Sequence[Text]) -> Iterator[LogFinding]:
    """Whether a series of gradient norms has as many values as the run made updates.

    Only asked where one run tells all its epochs and one number of updates in each.
    """
    whole = [run for run in runs if run.ends]
    if len(whole) != 1 or len(whole[0].updates) != 1:
        return
    epochs, (updates,) = len(whole[0].ends), whole[0].updates
    if [epoch for epoch, _ in whole[0].ends] != list(range(1, epochs + 1)) or not updates:
        return
    for text in data:
        count = _length(text)
        if not count or any(_about(count, updates * each) for each in range(1, epochs + 1)):
            continue
        yield finding(
            Line(text.file, 1, f"{count:,} values"),
            "the series of gradient norms has a value for each update",
            expected=f"{epochs} epochs of {updates:,} updates: {epochs * updates:,}",
            found=f"{count:,}",
            bound=f"{DROPPED:.0%} may be missing, where they were infinite",
        )


# --- reading ---


def _epochs(lines: Sequence[Line]) -> Iterator[tuple[tuple[int, Line] | None, list[Line]]]:
    """The lines up to each end of an epoch, that end among them; what comes after the last one has none."""
    block: list[Line] = []
    before = ""
    for line in lines:
        if line.text == before:  # two handlers of one logger print every line twice
            continue
        before = line.text
        block.append(line)
        match = EPOCH.search(line.text)
        if match:
            yield (int(match[1]), line), block
            block = []
    if block:
        yield None, block


def _is_older(block: Sequence[Line], run: Run) -> bool:
    """Whether lines that belong to no finished epoch begin before the run ends: those of an earlier attempt."""
    found = next((match for line in block if (match := TIME.search(line.text))), None)
    begins = _moment(found[1]) if found else None
    return begins is not None and bool(run.times) and begins < run.times[-1][0]


def _note(run: Run, line: Line, epoch: int) -> None:
    time = TIME.search(line.text)
    moment = _moment(time[1]) if time else None
    if moment is not None:
        run.times.append((moment, line))
    score = score_in(line)
    if score is not None:
        run.scores.append((epoch, score))
    elif match := TRAINING.search(line.text):
        run.training.append((epoch, printed(match[1]), line))
    elif match := VALIDATION.search(line.text):
        run.validation.append((epoch, printed(match[1]), line))
    elif match := UPDATES.search(line.text):
        run.updates.add(int(match[1]))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None


def _place_of(epoch: int, ends: Sequence[tuple[int, Line]]) -> int | None:
    """Where among these rising epochs there is a gap for this one: the index before it."""
    at = bisect_left(ends, epoch, key=lambda end: end[0])
    return at - 1 if 0 < at < len(ends) and ends[at][0] != epoch else None


def _length(text: Text) -> int:
    """How many numbers a file of gradient norms holds; 0 if it is none."""
    path = PurePosixPath(text.file)
    if path.suffix.lower() != ".json" or not any(name in path.stem.lower() for name in SERIES_NAMES):
        return 0
    try:
        values = json.loads(text.content)
    except (ValueError, RecursionError):
        return 0
    return len(values) if isinstance(values, list) and all(isinstance(each, (int, float)) for each in values) else 0


# --- rules ---


def _one_reference(run: Run) -> Iterator[LogFinding]:
    if not run.scores:
        return
    first = run.scores[0][1]
    for _, score in run.scores[1:]:
        if score.ref_len != first.ref_len:
            yield finding(
                score.line,
                "the reference has one length in a run",
                expected=f"ref_len {first.ref_len:,}, as in line {first.line.number}",
                found=f"ref_len {score.ref_len:,}",
            )


def _times(run: Run) -> Iterator[LogFinding]:
    for (before, _), (after, line) in pairwise(run.times):
        if after < before and not _is_summer_time(before, after):
            yield finding(line, "times rise", expected=f"{before} or later", found=f"{after}")


def _is_summer_time(before: datetime, after: datetime) -> bool:
    return before - after <= SUMMER_TIME and before.hour < 4 and after.hour < 4


def _about(count: int, updates: int) -> bool:
    return updates * (1 - DROPPED) <= count <= updates


def _facts(runs: Sequence[Run]) -> Iterator[str]:
    epochs = sum(len(run.ends) for run in runs)
    if not any(run.validation or run.scores for run in runs):
        trained = max(epochs, sum(len(run.training) for run in runs))
        yield f"training not finished (stopped early): {trained} {'epoch' if trained == 1 else 'epochs'}, no validation"
