"""The trainings that the Trainer's logs of a hand-in tell of: epochs done, and the validation loss after each.

They stand wherever they were handed in: in a file, the output of a notebook's cell, a `trainer_state.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np

from grader.judge.logs.find import Text, log_texts
from grader.judge.logs.hw9 import Training, read_hw9, trainings_of
from grader.nouns.seen import Observation

MOST_ENTRIES: Final = 20_000
HISTORY: Final = '"log_history"'


@dataclass(frozen=True, slots=True)
class _Told:
    """What one text says: epochs that were done, and the validation loss after an epoch each."""

    file: str
    done: float
    losses: tuple[tuple[float, float], ...]


def read_trainings(files: Mapping[str, bytes], path: str) -> Observation:
    """The epochs that were done as `done`; epoch and validation loss as `losses`, for each row that states one.

    `path` is what the handout calls the log; it may have any name.
    Shapes: done (trainings,); losses (rows, 2), the first epoch is 1.
    """
    found = log_texts(files)
    told = [each for text in found.printed for each in _printed(text)] + [*_histories(found.data)]
    if not told and found.named_log:
        return Observation("answered", {"done": np.zeros(0), "losses": np.zeros((0, 2))}, {"file": found.named_log[0]})
    if not told:
        return Observation("missing", reason=f"no log of the Trainer was handed in, as {path} or otherwise")
    losses = [row for each in told for row in each.losses]
    return Observation(
        "answered",
        {"done": np.array([each.done for each in told]), "losses": np.array(losses, float).reshape(-1, 2)},
        {"file": max(told, key=lambda each: each.done).file},
    )


# --- what was printed ---


def _printed(text: Text) -> Iterator[_Told]:
    trainings = trainings_of([text])
    series = {each.name: each for each in read_hw9([text]).series}
    validation, training = series.get("validation loss"), series.get("training loss")
    if not (trainings or validation or training):
        return
    done = max((_epochs_done(each) for each in trainings), default=0.0)
    rows = []
    for each in (training, validation):
        if each is not None and each.x == "epoch":
            done = max(done, *(step for step in each.steps if math.isfinite(step)), 0.0)
    if validation is not None:
        per_epoch = _steps_an_epoch(trainings) if validation.x == "step" else 1.0
        rows = [(step / per_epoch, loss) for step, loss in zip(validation.steps, validation.values, strict=True)]
    yield _Told(text.file, done, tuple(row for row in rows if math.isfinite(row[0]) and math.isfinite(row[1])))


def _epochs_done(training: Training) -> float:
    """How many epochs of a training its own lines say were done."""
    shares = [training.bar[0] / training.bar[1]] if training.bar is not None and training.bar[1] else []
    if training.has("global_step", "steps"):
        shares.append(training.value("global_step") / training.value("steps"))
    elif training.has("runtime"):
        shares.append(1.0)
    return max(shares, default=0.0) * training.value("epochs") if training.has("epochs") else 0.0


def _steps_an_epoch(trainings: Sequence[Training]) -> float:
    known = [each for each in trainings if each.has("steps", "epochs")]
    return known[-1].value("steps") / known[-1].value("epochs") if known else math.nan


# --- what the Trainer keeps ---


def _histories(data: Sequence[Text]) -> Iterator[_Told]:
    for text in data:
        if PurePosixPath(text.file).suffix.lower() == ".json" and HISTORY in text.content:
            entries = _entries(text.content)
            epochs = [epoch for entry in entries if (epoch := _number(entry, "epoch")) is not None]
            if epochs:
                rows = ((_number(entry, "epoch"), _number(entry, "eval_loss")) for entry in entries)
                yield _Told(text.file, max(epochs), tuple((a, b) for a, b in rows if a is not None and b is not None))


def _entries(content: str) -> list[dict[str, Any]]:
    try:
        state = json.loads(content)
    except (ValueError, RecursionError):
        return []
    history = state.get("log_history") if isinstance(state, dict) else None
    return [each for each in history if isinstance(each, dict)][:MOST_ENTRIES] if isinstance(history, list) else []


def _number(entry: Mapping[str, Any], name: str) -> float | None:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
