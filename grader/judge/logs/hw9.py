"""What the Trainer of Hugging Face prints in hw9's notebook: sizes, the table of epochs, checkpoints, its output.

A training begins at `Running training`; what stands before the first one is read as its own. Numbers of evaluations
are left alone. Source: transformers 4, `trainer.py` and `utils/notebook.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from grader.judge.logs.find import Text, lines_with
from grader.judge.logs.series import NUMBER, WHOLE, Line, Printed, Reading, figure, finding, printed, series_of
from grader.nouns.judged import LogFinding

COUNT: Final = r"([0-9][0-9,]{0,14})"
FIELDS: Final = {
    "examples": re.compile(rf"Num examples = {COUNT}"),
    "epochs": re.compile(rf"Num Epochs = {COUNT}"),
    "device_batch": re.compile(rf"Instantaneous batch size per device = {COUNT}"),
    "batch": re.compile(rf"Total train batch size[^=\n]{{0,80}}= {COUNT}"),
    "accumulated": re.compile(rf"Gradient Accumulation steps = {COUNT}"),
    "steps": re.compile(rf"Total optimization steps = {COUNT}"),
    "global_step": re.compile(rf"global_step={COUNT}"),
    "training_loss": re.compile(rf"training_loss={NUMBER}"),
    "runtime": re.compile(rf"'train_runtime': '?{NUMBER}"),
    "samples_a_second": re.compile(rf"'train_samples_per_second': '?{NUMBER}"),
    "steps_a_second": re.compile(rf"'train_steps_per_second': '?{NUMBER}"),
    "train_loss": re.compile(rf"'train_loss': '?{NUMBER}"),
}
CHECKPOINT: Final = re.compile(rf"Saving model checkpoint to [^\n]{{0,300}}?checkpoint-{WHOLE}")
PROGRESS: Final = re.compile(rf"\[{WHOLE}/{WHOLE} (?:([0-9]{{1,3}}):)?([0-9]{{1,2}}):([0-9]{{2}}), Epoch {NUMBER}/")
LOSS: Final = re.compile(rf"\{{'loss': '?{NUMBER}'?,[^\n]{{0,300}}?'epoch': '?{NUMBER}")
EVALUATED: Final = re.compile(rf"'eval_loss': '?{NUMBER}'?,[^\n]{{0,600}}?'epoch': '?{NUMBER}")
HEAD: Final = re.compile(r"^\s{0,40}(Epoch|Step)\s{1,40}Training Loss(\s{1,40}Validation Loss)?")
ROW: Final = re.compile(rf"^\s{{0,40}}{NUMBER}\s{{1,40}}(?:{NUMBER}|No log)(?:\s{{1,40}}{NUMBER})?")
WORDS: Final = (
    "Running ",
    "Num examples",
    "Num Epochs",
    "batch size",
    "Accumulation steps",
    "optimization steps",
    "checkpoint-",
    "Epoch ",
    "global_step=",
    "'train_runtime'",
    "'loss'",
    "'eval_loss'",
)
MOST_ROWS: Final = 2000
CLOCK_S: Final = 5.0  # the bar stops when the last batch is done, the clock a little later
CLOCK_SHARE: Final = 0.01  # of the time it all took: reading the best checkpoint back
ROUND: Final = 100  # a number of steps that somebody set is round
ONCE: Final = frozenset({"examples", "epochs", "device_batch", "batch", "accumulated", "steps"})


@dataclass
class Training:
    """One training: the numbers that it states, each with its line."""

    said: dict[str, tuple[Printed, Line]] = field(default_factory=dict)
    checkpoints: list[tuple[int, Line]] = field(default_factory=list)
    bar: tuple[int, int, int, Line] | None = None  # done, total, seconds
    evaluates: bool = False

    def value(self, name: str) -> float:
        """A number that it states; NaN if it does not."""
        return self.said[name][0].value if name in self.said else math.nan

    def line(self, name: str) -> Line:
        """Where it states a number."""
        return self.said[name][1]

    def has(self, *names: str) -> bool:
        """Whether it states all of these, as numbers above zero."""
        return all(name in self.said and self.said[name][0].is_finite and self.value(name) > 0 for name in names)

    @property
    def batch(self) -> float:
        """Examples of one update."""
        if self.has("batch"):
            return self.value("batch")
        accumulated = self.value("accumulated") if self.has("accumulated") else 1.0
        return self.value("device_batch") * accumulated


def read_hw9(texts: Sequence[Text]) -> Reading:
    """What the printed lines and tables say: losses by epoch or step, and what does not add up."""
    trainings: list[Training] = []
    training: list[tuple[float, Printed, Line]] = []
    validation: list[tuple[float, Printed, Line]] = []
    axis = "epoch"
    for text in texts:
        lines = lines_with(text, WORDS)
        trainings += _trainings(lines)
        head, rows = _table(text)
        axis = head or axis
        for step, loss, evaluated, line in rows or _printed_losses(lines):
            training += [(step, loss, line)] if loss else []
            validation += [(step, evaluated, line)] if evaluated else []
    said = sum(len(each.said) for each in trainings)
    if not (said or training or validation):
        return Reading()
    series = (
        *series_of("training loss", axis, training),
        *series_of("validation loss", axis, validation),
    )
    found = tuple(found for each in trainings for found in findings(each))
    return Reading(said + len(training) + len(validation), series, found, tuple(_facts(trainings, bool(validation))))


def trainings_of(texts: Sequence[Text]) -> list[Training]:
    """Every training that these texts tell of, with the numbers it states."""
    return [each for text in texts for each in _trainings(lines_with(text, WORDS))]


def findings(training: Training) -> Iterator[LogFinding]:
    """What does not add up in one training."""
    yield from _steps(training)
    yield from _checkpoints(training)
    yield from _samples(training)
    yield from _rate(training)
    yield from _losses(training)
    yield from _clock(training)


# --- reading ---


def _trainings(lines: Sequence[Line]) -> list[Training]:
    current = Training()
    found = [current]
    for line in lines:
        if "Running training" in line.text:
            current = Training()
            found.append(current)
        elif "Running " in line.text and "*****" in line.text:
            current.evaluates = True
        _note(current, line)
    return [each for each in found if each.said or each.checkpoints or each.bar]


def _note(training: Training, line: Line) -> None:
    for name, pattern in FIELDS.items():
        match = pattern.search(line.text)
        if match and not (name in ONCE and (training.evaluates or name in training.said)):
            training.said[name] = printed(match[1].replace(",", "")), line
    match = CHECKPOINT.search(line.text)
    if match:
        training.checkpoints.append((int(match[1]), line))
    match = PROGRESS.search(line.text)
    if match:
        seconds = int(match[3] or 0) * 3600 + int(match[4]) * 60 + int(match[5])
        training.bar = int(match[1]), int(match[2]), seconds, line


def _table(text: Text) -> tuple[str, list[tuple[float, Printed | None, Printed | None, Line]]]:
    """The table of losses that a notebook shows: what its first column counts, and its rows."""
    heads = [line for line in lines_with(text, ("Training Loss",)) if HEAD.search(line.text)]
    if not heads:
        return "", []
    head = HEAD.search(heads[0].text)
    has_validation = head is not None and head[2] is not None
    rows = []
    lines = text.content.split("\n", heads[0].number + MOST_ROWS)
    for number, row in enumerate(lines[heads[0].number : heads[0].number + MOST_ROWS], heads[0].number + 1):
        match = ROW.search(row[:1000])
        if match is None and row.strip():
            break
        if match:
            second = printed(match[2]) if match[2] else None
            third = printed(match[3]) if match[3] and has_validation else None
            rows.append((printed(match[1]).value, second, third, Line(text.file, number, row[:1000])))
    return (head[1].lower() if head else ""), rows


def _printed_losses(lines: Sequence[Line]) -> list[tuple[float, Printed | None, Printed | None, Line]]:
    """The dictionaries that the Trainer prints outside of notebooks."""
    rows: list[tuple[float, Printed | None, Printed | None, Line]] = []
    for line in lines:
        match = LOSS.search(line.text)
        if match:
            rows.append((printed(match[2]).value, printed(match[1]), None, line))
        match = EVALUATED.search(line.text)
        if match:
            rows.append((printed(match[2]).value, None, printed(match[1]), line))
    return rows


# --- rules ---


def _steps(training: Training) -> Iterator[LogFinding]:
    """An epoch has as many updates as whole batches, or one more where the short one counts."""
    if not training.has("examples", "epochs", "steps") or not training.batch > 0:
        return
    steps, epochs = int(training.value("steps")), int(training.value("epochs"))
    whole = int(training.value("examples") // training.batch)
    least = whole + (training.value("examples") % training.batch > 0)
    if steps in (whole * epochs, least * epochs) or steps % ROUND == 0:
        return
    yield finding(
        training.line("steps"),
        "an epoch has as many steps as the examples have batches",
        expected=f"{whole:,} steps an epoch (or {least:,}), {whole * epochs:,} in all, from "
        f"{int(training.value('examples')):,} examples in batches of {int(training.batch):,}",
        found=f"{figure(steps / epochs)} steps an epoch, {steps:,} in all",
        bound="the last batch may be left out or not",
    )


def _checkpoints(training: Training) -> Iterator[LogFinding]:
    numbers = [number for number, _ in training.checkpoints if number]
    if not numbers:
        return
    every, total, epochs = min(numbers), training.value("steps"), training.value("epochs")
    if training.has("steps", "epochs") and len(numbers) == epochs and max(numbers) == total:
        every = int(total // epochs)  # one for each epoch
    for number, line in training.checkpoints:
        if (number % every and number != total) or number > total:
            yield finding(
                line,
                "checkpoints stand at multiples of one number of steps",
                expected=f"a multiple of {every:,}" + (f", at most {int(total):,}" if training.has("steps") else ""),
                found=f"{number:,}",
            )


def _samples(training: Training) -> Iterator[LogFinding]:
    """The samples a second are those of all epochs; where somebody set the steps, those of all steps."""
    if not training.has("examples", "epochs", "samples_a_second", "runtime"):
        return
    rate, runtime = training.said["samples_a_second"][0], training.value("runtime")
    epochs = training.value("epochs")
    found, bound = rate.value * runtime / epochs, _bound(rate, runtime) / epochs
    expected = training.value("examples")
    steps = training.value("steps") / epochs  # early versions of the Trainer counted steps under this name
    if any(abs(found - count) <= bound for count in (expected, steps, steps * training.batch)):
        return
    yield finding(
        training.line("samples_a_second"),
        "samples a second x runtime = examples x epochs",
        expected=f"{figure(expected)} examples",
        found=f"{figure(found)} examples",
        bound=f"{figure(bound, 2)} examples",
    )


def _rate(training: Training) -> Iterator[LogFinding]:
    if not training.has("steps_a_second", "runtime"):
        return
    total = training.value("global_step") if training.has("global_step") else training.value("steps")
    rate, runtime = training.said["steps_a_second"][0], training.value("runtime")
    found, bound = rate.value * runtime, _bound(rate, runtime)
    if math.isfinite(total) and abs(found - total) > bound:
        yield finding(
            training.line("steps_a_second"),
            "steps a second x runtime = steps",
            expected=f"{figure(total)} steps",
            found=f"{figure(found)} steps",
            bound=f"{figure(bound, 2)} steps",
        )


def _bound(rate: Printed, runtime: float) -> float:
    """What rounding may take from rate x runtime; rates have three decimals, though zeros at the end are not shown."""
    return 0.0005 * runtime + 0.00005 * rate.value + 1e-6


def _losses(training: Training) -> Iterator[LogFinding]:
    if training.has("training_loss", "train_loss"):
        one, other = training.said["training_loss"][0], training.said["train_loss"][0]
        if abs(one.value - other.value) > one.half + other.half:
            yield finding(
                training.line("train_loss"),
                "training_loss and train_loss are the same number",
                expected=figure(one.value, 9),
                found=figure(other.value, 9),
            )
    if training.has("global_step", "steps") and training.value("global_step") > training.value("steps"):
        yield finding(
            training.line("global_step"),
            "global_step is at most the number of steps",
            expected=f"at most {figure(training.value('steps'))}",
            found=figure(training.value("global_step")),
        )


def _clock(training: Training) -> Iterator[LogFinding]:
    if training.bar is None or not training.has("runtime"):
        return
    done, total, seconds, line = training.bar
    runtime = training.value("runtime")
    below = max(CLOCK_S, CLOCK_SHARE * runtime)
    if done == total and not runtime - below <= seconds <= runtime + 1:
        yield finding(
            line,
            "the progress bar ends a little before the runtime does",
            expected=f"{figure(runtime)} s",
            found=f"{seconds:,} s",
            bound=f"at most {figure(below, 3)} s below",
        )


def _facts(trainings: Sequence[Training], has_validation: bool) -> Iterator[str]:
    finished = any(training.has("runtime") for training in trainings)
    if trainings and not finished and not has_validation:
        yield "training not finished (stopped early): no validation, no output of the Trainer"
