"""What the jail says of event files, read strictly."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from grader.judge.logs.events import event_series
from grader.nouns.seen import Observation

PATHS = ("runs/a/events.out.tfevents.1", "runs/b/events.out.tfevents.2")


def seen(series: Any, steps: Any, values: Any, instead: dict[str, Any] | None = None) -> Observation:
    """An answer of the job."""
    told = np.frombuffer(json.dumps({"series": series, "notes": []}).encode(), dtype=np.uint8)
    tensors = {"told": told, "steps": np.array(steps, dtype=np.int64), "values": np.array(values, dtype=np.float64)}
    return Observation("answered", tensors={**tensors, **(instead or {})})


def test_series_follow_each_other_and_name_their_file() -> None:
    told = [{"file": 0, "tag": "Train/Loss", "points": 2}, {"file": 1, "tag": "lr", "points": 1}]

    loss, rate = event_series(seen(told, [10, 20, 5], [3.5, 3.0, 1e-3]), PATHS)

    assert (loss.name, loss.x, loss.steps, loss.values) == ("training loss", "step", (10, 20), (3.5, 3.0))
    assert (loss.file, rate.file) == PATHS
    assert (rate.name, rate.values) == ("lr", (1e-3,))


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("loss", "training loss"),
        ("val_loss", "validation loss"),
        ("Loss/dev", "validation loss"),
        ("eval/perplexity", "validation perplexity"),
        ("ppl", "training perplexity"),
        ("a\x1b[2J", "a␛[2J"),
    ],
)
def test_a_loss_is_a_loss_however_it_was_tagged(tag: str, name: str) -> None:
    (series,) = event_series(seen([{"file": 0, "tag": tag, "points": 1}], [1], [2.0]), PATHS)

    assert series.name == name


@pytest.mark.parametrize(
    "observation",
    [
        Observation("stopped"),
        Observation("broken", reason="ours"),
        Observation("answered"),
        seen([{"file": 0, "tag": "loss", "points": 3}], [1], [1.0]),
        seen([{"file": 2, "tag": "loss", "points": 1}], [1], [1.0]),
        seen([{"file": -1, "tag": "loss", "points": 1}], [1], [1.0]),
        seen([{"file": 0, "tag": "loss", "points": True}], [1], [1.0]),
        seen([{"file": 0, "tag": "loss", "points": -1}], [1], [1.0]),
        seen([{"tag": "loss"}], [1], [1.0]),
        seen({"a": 1}, [1], [1.0]),
        seen(3, [1], [1.0]),
        seen([{"file": 0, "tag": "loss", "points": 1}], [1], [1.0], {"values": np.ones((1, 1))}),
        seen([{"file": 0, "tag": "loss", "points": 1}], [1], [1.0], {"steps": np.ones(1, dtype=np.float32)}),
        seen([{"file": 0, "tag": "loss", "points": 1}], [1], [1.0], {"told": np.frombuffer(b"[" * 9999, np.uint8)}),
    ],
)
def test_an_answer_that_is_none_has_no_series(observation: Observation) -> None:
    assert event_series(observation, PATHS) == ()
