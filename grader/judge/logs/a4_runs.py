"""The lines of a4's log as runs, and the stretches between neighbouring lines, whose words are told twice.

A run ends where the iteration or the clock goes back; a line that goes back into a gap of the run is out of order
instead. Stretches are between lines that follow each other at the usual distance: where a line is missing, or one was
torn by another thread's output, nothing is said.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from grader.judge.logs.series import DECIMAL, WHOLE, Line, Printed, printed

STEP: Final = re.compile(
    rf"epoch {WHOLE}, iter {WHOLE}, avg\. loss {DECIMAL},? avg\. ppl {DECIMAL},? cum\. examples {WHOLE}, "
    rf"speed {DECIMAL} words/sec, time elapsed {DECIMAL} sec"
)
SUM: Final = re.compile(
    rf"epoch {WHOLE}, iter {WHOLE}, cum\. loss {DECIMAL}, cum\. ppl {DECIMAL},? cum\. examples {WHOLE}"
)
# What is left when both sides are known exactly: the clock is read twice for one line. Seed 003 measured it.
CLOCK: Final = 2e-4
FLAG_ABOVE: Final = 1.5  # of 3,471 honest pairs of lines the worst stands at 1.01 times the bound
SHORT_GAP: Final = 3  # times the shortest distance of two lines
USELESS: Final = 0.25  # a bound this wide says nothing: perplexity near 1, or no time between the lines


@dataclass(frozen=True, slots=True)
class Step:
    """A line of one stretch of training; loss, perplexity and speed are those since the line before."""

    line: Line
    epoch: int
    iteration: int
    loss: Printed
    ppl: Printed
    examples: int  # since the last validation
    speed: Printed
    elapsed: Printed


@dataclass(frozen=True, slots=True)
class Sum:
    """A line that sums up what came since the last validation."""

    line: Line
    iteration: int
    loss: Printed
    ppl: Printed
    examples: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lies between two neighbouring lines of a run: its examples and seconds, and its words, told twice."""

    step: Step
    examples: int
    seconds: float
    crossed: int  # ends of epochs in between
    validated: bool  # whether there is a validation in between
    by_loss: float  # words by loss and perplexity; NaN where the numbers cannot tell
    by_time: float  # words by speed and time
    bound: float  # how far their quotient may be from 1 by rounding alone

    @property
    def can_tell(self) -> bool:
        """Whether all its numbers are such that the bound means something."""
        return not math.isnan(self.by_loss)

    @property
    def share(self) -> float:
        """How far the words are apart, in units of the bound."""
        return abs(self.by_loss / self.by_time - 1) / self.bound

    @property
    def is_off(self) -> bool:
        """Whether its words do not add up."""
        return self.can_tell and self.share > FLAG_ABOVE


Entry: TypeAlias = Step | Sum


@dataclass
class Run:
    """One training from its first line that is there to its last; lines out of order stand apart."""

    entries: list[Entry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    misplaced: list[tuple[Step, Step]] = field(default_factory=list)  # (line, the line it should follow)
    least: int = 0  # the shortest distance of two lines in iterations

    def add(self, entry: Entry) -> None:
        """Puts a line at the end."""
        self.entries.append(entry)
        if isinstance(entry, Step):
            distance = entry.iteration - self.steps[-1].iteration if self.steps else 0
            self.least = min(self.least, distance) if self.least else distance
            self.steps.append(entry)


def runs_of(lines: Sequence[Line]) -> Iterator[Run]:
    """The runs in these lines: a new one begins where the file changes, or the iteration or the clock goes back."""
    run = Run()
    for line in lines:
        entry = _entry(line)
        if entry is None or (run.entries and _is_repeated(run.entries[-1], entry)):
            continue
        same_file = bool(run.entries) and run.entries[-1].line.file == line.file
        goes_back = isinstance(entry, Step) and bool(run.steps) and _goes_back(run.steps[-1], entry)
        before = _place_of(entry, run) if same_file and goes_back and isinstance(entry, Step) else None
        if before is not None and isinstance(entry, Step):
            run.misplaced.append((entry, before))
            continue
        if run.entries and (goes_back or not same_file):
            yield run
            run = Run()
        run.add(entry)
    if run.entries:
        yield run


def stretches(run: Run) -> list[Stretch]:
    """The stretches between lines that follow each other without one missing; the first line counts from the start."""
    interval = usual_interval(run.steps)
    found = []
    before: Step | None = None
    sums: list[Sum] = []
    for entry in run.entries:
        if isinstance(entry, Sum):
            sums.append(entry)
            continue
        examples = _examples(before, entry, sums)
        if before is not None and examples and entry.iteration - before.iteration == interval:
            found.append(_stretch(before, entry, examples, validated=bool(sums)))
        elif before is None and entry.iteration == interval > 0 and entry.examples % interval == 0 and not sums:
            found.append(_stretch(None, entry, examples, validated=False))
        before, sums = entry, []
    return found


def _stretch(before: Step | None, step: Step, examples: int, *, validated: bool) -> Stretch:
    seconds = step.elapsed.value - (before.elapsed.value if before is not None else 0.0)
    crossed = step.epoch - (before.epoch if before is not None else 1)
    numbers = (step.loss, step.ppl, step.speed, step.elapsed)
    by_loss, by_time, bound = math.nan, step.speed.value * seconds, math.inf
    if all(number.is_finite for number in numbers) and min(examples, seconds, step.loss.value, step.speed.value) > 0:
        if step.ppl.value > 1:
            bound = 2 * step.elapsed.half / seconds + words_bound(step) + step.speed.half / step.speed.value + CLOCK
        if bound <= USELESS:
            by_loss = step.loss.value * examples / math.log(step.ppl.value)
    return Stretch(step, examples, seconds, crossed, validated, by_loss, by_time, bound)


def words_bound(step: Step) -> float:
    """The share that rounding may have taken from the words by loss and perplexity."""
    return step.loss.half / step.loss.value + step.ppl.half / (step.ppl.value * math.log(step.ppl.value))


def _entry(line: Line) -> Entry | None:
    match = STEP.search(line.text)
    if match:
        epoch, iteration, loss, ppl, examples, speed, elapsed = match.groups()
        numbers = (printed(loss), printed(ppl)), (printed(speed), printed(elapsed))
        return Step(line, int(epoch), int(iteration), *numbers[0], int(examples), *numbers[1])
    match = SUM.search(line.text)
    if match:
        return Sum(line, int(match[2]), printed(match[3]), printed(match[4]), int(match[5]))
    return None


def _is_repeated(before: Entry, entry: Entry) -> bool:
    """Whether a line stands twice, as where stdout and stderr go to one file by two ways."""
    return type(before) is type(entry) and before.line.text.strip() == entry.line.text.strip()


def _goes_back(before: Step, step: Step) -> bool:
    return step.iteration <= before.iteration or step.elapsed.value < before.elapsed.value


def _place_of(step: Step, run: Run) -> Step | None:
    """The earlier line after which this one belongs, if there is a gap of a few lines that it fits into.

    A long gap is one that its author left, as between two parts that are shown in a report.
    """
    at = bisect_left(run.steps, step.iteration, key=lambda each: each.iteration)
    if not 0 < at < len(run.steps):
        return None
    before, after = run.steps[at - 1], run.steps[at]
    if step.iteration == after.iteration or after.iteration - before.iteration > SHORT_GAP * run.least:
        return None
    return before if before.elapsed.value < step.elapsed.value < after.elapsed.value else None


def usual_interval(steps: Sequence[Step]) -> int:
    """The commonest distance of neighbouring lines in iterations; of a single line its own iteration."""
    counts = Counter(after.iteration - before.iteration for before, after in pairwise(steps))
    return min(counts, key=lambda each: (-counts[each], each)) if counts else steps[0].iteration if steps else 0


def _examples(before: Step | None, step: Step, sums: Sequence[Sum]) -> int:
    """The examples since the line before; 0 if the count started again and no line says where.

    It starts again at a validation, just after the line that sums up.
    """
    counted = before.examples if before is not None else 0
    if not sums:
        return max(0, step.examples - counted)
    return sum(each.examples for each in sums) - counted + step.examples
