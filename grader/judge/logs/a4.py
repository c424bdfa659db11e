"""The log of a4's `run.py`: loss and perplexity every few iterations, validation, BLEU.

Loss is per example, perplexity per word, speed in words a second: so a line tells the number of its words twice,
    loss * examples / ln(ppl)    and    speed * time since the line before,
and both must agree within what rounding took from the printed numbers. `cum.` lines sum up those since the last
validation, where `cum. examples` starts again. Where half of a run's lines disagree, the log is an excerpt or of
another program, and nothing in it is called wrong.
Source: CS224N assignment 4, `run.py`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from grader.judge.logs.a4_runs import (
    FLAG_ABOVE,
    Run,
    Step,
    Stretch,
    Sum,
    runs_of,
    stretches,
    usual_interval,
    words_bound,
)
from grader.judge.logs.find import Text, lines_with
from grader.judge.logs.series import DECIMAL, WHOLE, Line, Reading, figure, finding, printed, series_of
from grader.nouns.judged import LogFinding

WORDS: Final = ("avg. loss", "cum. loss", "validation: iter", "Corpus BLEU", "early stop!", "reached maximum number")
VALIDATION: Final = re.compile(rf"validation: iter {WHOLE}, dev\. ppl {DECIMAL}")
BLEU: Final = re.compile(rf"Corpus BLEU:? {{0,4}}\(?{DECIMAL}")
# Root mean square of the ratios that are not off, in units of the bound: 0.41 where the clock's rounding is all there
# is, less where other numbers count; beyond 0.58 where so many are off that an honest log would show it.
SCATTERED: Final = 0.55
OUTLIER: Final = 5.5  # times the root mean square of the others
FEWEST_FOREIGN: Final = 3  # lines that are off, for it to be worth a word
WORDS_RULE: Final = "words by loss and perplexity are words by speed and time"


def read_a4(texts: Sequence[Text]) -> Reading:
    """What the lines of this format say: loss, perplexity and validation as series, and what does not add up."""
    lines = [line for text in texts for line in lines_with(text, WORDS)]
    runs = list(runs_of(lines))
    validations = [
        (int(match[1]), printed(match[2]), line) for line in lines if (match := VALIDATION.search(line.text))
    ]
    if not runs and not validations:
        return Reading()
    checked = [(run, stretches(run)) for run in runs]
    steps = [step for run in runs for step in run.steps]
    return Reading(
        lines=len(steps) + len(validations),
        series=(
            *series_of("training loss", "iteration", [(step.iteration, step.loss, step.line) for step in steps]),
            *series_of("training perplexity", "iteration", [(step.iteration, step.ppl, step.line) for step in steps]),
            *series_of("validation perplexity", "iteration", validations),
        ),
        findings=tuple(each for run, known in checked for each in findings(run, known)),
        facts=tuple(_facts(checked, lines, validated=bool(validations))),
    )


def findings(run: Run, known: Sequence[Stretch]) -> list[LogFinding]:
    """What does not add up in a run of these stretches; only lines out of order if it is of another arithmetic."""
    found = [_misplaced(step, before) for step, before in run.misplaced]
    if _is_foreign(known):
        return found
    found += [_words(stretch, _level(known)) for stretch in _off(known)]
    found += _counts(known, _batch(known, usual_interval(run.steps)), usual_interval(run.steps))
    return found + list(_sums(run, known))


# --- rules ---


def _batch(known: Sequence[Stretch], interval: int) -> int:
    """The batch size, if at least half of the stretches agree on one; else 0."""
    counts = Counter(stretch.examples for stretch in known)
    if not counts or not interval:
        return 0
    examples, often = counts.most_common(1)[0]
    return examples // interval if examples % interval == 0 and 2 * often >= len(known) else 0


def _off(known: Sequence[Stretch]) -> list[Stretch]:
    """The stretches that are off; those over a validation only if some of these are right.

    Where lines were left out, the speed after a validation is that of a shorter time, and all of these are off.
    """
    over = [stretch for stretch in known if stretch.can_tell and stretch.validated]
    is_usual = bool(over) and all(stretch.is_off for stretch in over)
    found = [stretch for stretch in known if stretch.is_off and not (stretch.validated and is_usual)]
    level = _level(known)
    return [stretch for stretch in found if stretch.share > level]


def _level(known: Sequence[Stretch]) -> float:
    """So many bounds away from the truth are too many: more than rounding explains, and than the other lines do."""
    return max(FLAG_ABOVE, OUTLIER * _scatter(known))


def _scatter(known: Sequence[Stretch]) -> float:
    """The root mean square of the shares that are not off."""
    inside = [stretch.share for stretch in known if stretch.can_tell and not stretch.is_off]
    return math.sqrt(sum(share**2 for share in inside) / len(inside)) if inside else 0.0


def _is_foreign(known: Sequence[Stretch]) -> bool:
    """Whether the lines are of another arithmetic: many are off, or those that are not off are scattered.

    Of a log with every n-th line left out, loss and speed are not those of the whole time between two lines. Its
    ratios scatter to both sides of the bound, where those of a whole log stay well inside.
    """
    told = [stretch for stretch in known if stretch.can_tell]
    off = sum(stretch.is_off for stretch in told)
    return 3 * off > len(told) or _scatter(told) > SCATTERED


def _words(stretch: Stretch, level: float) -> LogFinding:
    return finding(
        stretch.step.line,
        WORDS_RULE,
        expected=f"{figure(stretch.by_time)} words in {figure(stretch.seconds)} s",
        found=f"{figure(stretch.by_loss)} words in {stretch.examples:,} examples",
        bound=f"{figure(level * stretch.bound * stretch.by_time, 3)} words",
    )


def _misplaced(step: Step, before: Step) -> LogFinding:
    return finding(
        step.line,
        "iterations and time rise from line to line",
        expected=f"after line {before.line.number}, iteration {before.iteration:,}",
        found=f"iteration {step.iteration:,} at {figure(step.elapsed.value)} s further down",
    )


def _counts(known: Sequence[Stretch], batch: int, interval: int) -> list[LogFinding]:
    """Only the last batch of an epoch may be short, so a stretch has nearly interval x batch examples, never more."""
    if not batch:
        return []
    most = interval * batch
    return [
        finding(
            stretch.step.line,
            "cum. examples grows by the batch size with every iteration",
            expected=f"{most:,} examples in {interval:,} iterations of {batch:,}",
            found=f"{stretch.examples:,} examples",
            bound="only the last batch of an epoch may be short",
        )
        for stretch in known
        if not most - (1 + max(0, stretch.crossed)) * batch < stretch.examples <= most
    ]


def _sums(run: Run, known: Sequence[Stretch]) -> Iterator[LogFinding]:
    """The `cum.` lines whose stretches are all there, beside the sum of these."""
    by_step = {id(stretch.step): stretch for stretch in known}
    since: list[Stretch | None] = []
    for entry in run.entries:
        if isinstance(entry, Step):
            since.append(by_step.get(id(entry)))
            continue
        whole = [stretch for stretch in since if stretch is not None and stretch.can_tell]
        if whole and len(whole) == len(since) and whole[-1].step.iteration == entry.iteration:
            yield from _sum(entry, whole)
        since = []


def _sum(total: Sum, whole: Sequence[Stretch]) -> Iterator[LogFinding]:
    examples = sum(stretch.examples for stretch in whole)
    numbers = (total.loss, total.ppl)
    if examples != total.examples or not all(each.is_finite for each in numbers):
        return
    loss = sum(stretch.examples * stretch.step.loss.value for stretch in whole) / examples
    bound = total.loss.half + max(stretch.step.loss.half for stretch in whole) + 1e-6 * loss
    if abs(total.loss.value - loss) > FLAG_ABOVE * bound:
        yield finding(
            total.line,
            "cum. loss is the mean of the lines since the last validation",
            expected=figure(loss),
            found=figure(total.loss.value),
            bound=figure(FLAG_ABOVE * bound, 3),
        )
    words = [stretch.step.loss.value * stretch.examples / math.log(stretch.step.ppl.value) for stretch in whole]
    if total.loss.value <= 0 or total.ppl.value <= 1:
        return
    found = total.loss.value * examples / math.log(total.ppl.value)
    lost = sum(each * words_bound(stretch.step) for each, stretch in zip(words, whole, strict=True))
    share = lost / sum(words) + total.loss.half / total.loss.value
    share += total.ppl.half / (total.ppl.value * math.log(total.ppl.value))
    if abs(found / sum(words) - 1) > FLAG_ABOVE * share:
        yield finding(
            total.line,
            "the words of the cum. line are those of the lines since the last validation",
            expected=f"{figure(sum(words))} words",
            found=f"{figure(found)} words",
            bound=f"{figure(FLAG_ABOVE * share * sum(words), 3)} words",
        )


# --- facts ---


def _facts(
    checked: Sequence[tuple[Run, Sequence[Stretch]]], lines: Sequence[Line], *, validated: bool
) -> Iterator[str]:
    foreign = [(run, known) for run, known in checked if _is_foreign(known)]
    off = sum(stretch.is_off for _, known in foreign for stretch in known)
    if off >= FEWEST_FOREIGN:
        told = sum(stretch.can_tell for _, known in foreign for stretch in known)
        yield (
            f"{foreign[0][0].entries[0].line.file}: {off:,} of {told:,} lines are of another arithmetic than the "
            "handout's: an excerpt, another program, or edited throughout"
        )
    last = max((step.iteration for run, _ in checked for step in run.steps), default=0)
    if last and not validated and not any(BLEU.search(line.text) for line in lines):
        yield f"training not finished (stopped early): {last:,} iterations, no validation, no BLEU"
