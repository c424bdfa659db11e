"""`trainer_state.json`, which the Trainer of Hugging Face writes beside its checkpoints: the history of a training.

Losses are means since the entry before, rounded to four decimals; `train_loss` is the mean over all steps of this
start. A resumed training holds the older entries too, so its mean is that of the last ones.
Source: transformers 4, `trainer.py` and `trainer_callback.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any, Final

from grader.judge.logs.find import Text
from grader.judge.logs.series import Line, Printed, Reading, figure, finding, series_of
from grader.nouns.judged import LogFinding

MOST_ENTRIES: Final = 20_000
MOST_COUNTED: Final = 1e12  # samples; a float tells whole numbers from others up to here
HALF_LOSS: Final = 5e-5  # `round(loss, 4)`
HALF_RUNTIME, HALF_RATE = 5e-5, 5e-4  # `round(runtime, 4)`, `round(rate, 3)`
FLOAT32: Final = 2e-5  # relative: losses are summed in single precision


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history; `numbers` are those of its values that are finite."""

    numbers: Mapping[str, float]
    line: Line

    def has(self, *names: str) -> bool:
        """Whether it states all of these."""
        return all(name in self.numbers for name in names)


def read_states(data: Sequence[Text]) -> Reading:
    """What the histories among these files say: losses by step, and what does not add up."""
    found = [(text, state) for text in data if (state := _state(text)) is not None]
    series, findings, lines = [], [], 0
    for text, state in found:
        entries = _entries(text, state)
        lines += len(entries)
        training = [(each.numbers["step"], _loss(each, "loss"), each.line) for each in entries if each.has("loss")]
        evaluated = [
            (each.numbers["step"], _loss(each, "eval_loss"), each.line) for each in entries if each.has("eval_loss")
        ]
        series += [*series_of("training loss", "step", training), *series_of("validation loss", "step", evaluated)]
        findings += [*_order(entries), *_mean(entries), *_rates(entries), *_best(entries, state, text)]
    return Reading(lines, tuple(series), tuple(findings))


def _state(text: Text) -> dict[str, Any] | None:
    if PurePosixPath(text.file).suffix.lower() != ".json" or '"log_history"' not in text.content:
        return None
    try:
        state = json.loads(text.content)
    except (ValueError, RecursionError):
        return None
    return state if isinstance(state, dict) and isinstance(state.get("log_history"), list) else None


def _entries(text: Text, state: Mapping[str, Any]) -> list[Entry]:
    found = []
    at, number = max(0, text.content.find('"log_history"')), 0
    number = text.content.count("\n", 0, at) + 1
    for entry in state["log_history"][:MOST_ENTRIES]:
        if not isinstance(entry, dict):
            continue
        numbers = {name: value for name, given in entry.items() if (value := _finite(given)) is not None}
        if "step" not in numbers:
            continue
        after = text.content.find('"step"', at + 1)
        after = at if after < 0 else after
        number += text.content.count("\n", at, after)
        at = after
        shown = ", ".join(f"{name[:40]}: {value:.10g}" for name, value in list(numbers.items())[:12])
        found.append(Entry(numbers, Line(text.file, number, shown)))
    return found


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _loss(entry: Entry, name: str) -> Printed:
    return Printed(entry.numbers[name], HALF_LOSS, 4)


def _order(entries: Sequence[Entry]) -> Iterator[LogFinding]:
    for before, after in pairwise(entries):
        if after.numbers["step"] < before.numbers["step"]:
            yield finding(
                after.line,
                "steps rise",
                expected=f"{figure(before.numbers['step'])} or more",
                found=figure(after.numbers["step"]),
            )


def _mean(entries: Sequence[Entry]) -> Iterator[LogFinding]:
    """`train_loss` is the mean of the losses, weighted by their steps; of a resumed training, of the last ones."""
    losses = [entry for entry in entries if entry.has("loss")]
    last = next((entry for entry in reversed(entries) if entry.has("train_loss")), None)
    if last is None or not losses or losses[-1].numbers["step"] != last.numbers["step"] or last.numbers["step"] <= 0:
        return
    steps = last.numbers["step"]
    expected, bound = last.numbers["train_loss"], HALF_LOSS + FLOAT32 * abs(last.numbers["train_loss"])
    summed, after, means = 0.0, steps, []
    starts = [0.0, *(entry.numbers["step"] for entry in losses)]
    for entry, start in zip(reversed(losses), reversed(starts[:-1]), strict=True):
        summed += entry.numbers["loss"] * (after - start)
        after = start
        means.append(summed / steps)
    if any(abs(mean - expected) <= bound for mean in means):
        return
    yield finding(
        last.line,
        "train_loss is the mean of the losses, each weighted by its steps",
        expected=figure(means[-1]),
        found=figure(expected),
        bound=figure(bound, 2),
    )


def _rates(entries: Sequence[Entry]) -> Iterator[LogFinding]:
    """Rate x runtime is a number of samples or steps: a whole one in evaluations, all steps in the training."""
    for entry in entries:
        for what in ("samples", "steps"):
            names = f"eval_{what}_per_second", "eval_runtime"
            count = entry.numbers.get(names[0], 0.0) * entry.numbers.get(names[1], 0.0)
            if entry.has(*names) and abs(count) < MOST_COUNTED:
                yield from _counted(entry, f"is a whole number of {what}", names, count, float(round(count)))
        names = "train_steps_per_second", "train_runtime"
        if entry.has(*names):
            count = entry.numbers[names[0]] * entry.numbers[names[1]]
            yield from _counted(entry, "= the steps", names, count, entry.numbers["step"])


def _counted(entry: Entry, what: str, names: tuple[str, str], count: float, expected: float) -> Iterator[LogFinding]:
    bound = HALF_RATE * entry.numbers[names[1]] + HALF_RUNTIME * entry.numbers[names[0]] + 1e-6
    if abs(count - expected) > bound:
        yield finding(
            entry.line,
            f"{names[0]} x {names[1]} {what}",
            expected=figure(expected),
            found=figure(count),
            bound=figure(bound, 2),
        )


def _best(entries: Sequence[Entry], state: Mapping[str, Any], text: Text) -> Iterator[LogFinding]:
    """The best metric stands in the history, as it is kept of every evaluation."""
    best = _finite(state.get("best_metric"))
    told = [value for entry in entries for name, value in entry.numbers.items() if name.startswith("eval_")]
    if best is None or not told or any(abs(best - value) <= 1e-9 * abs(best) for value in told):
        return
    at = max(0, text.content.find('"best_metric"'))
    line = Line(text.file, text.content.count("\n", 0, at) + 1, f"best_metric: {best:.10g}")
    nearest = min(told, key=lambda value: abs(value - best))
    yield finding(line, "best_metric is that of an evaluation", expected=figure(nearest, 9), found=figure(best, 9))
