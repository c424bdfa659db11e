"""The history of a training that the Trainer keeps."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from grader.judge.logs.find import log_texts
from grader.judge.logs.series import Reading
from grader.judge.logs.trainer_state import read_states
from tests.judge.logs import simulated as sim


def read(state: Any, *, indent: int | None = 2) -> Reading:
    """What is read of a state."""
    text = state if isinstance(state, str) else json.dumps(state, indent=indent)
    return read_states(log_texts({"out/trainer_state.json": text.encode()}).data)


def test_losses_are_series_by_step() -> None:
    training, validation = read(sim.trainer_state(Random(1))).series

    assert (training.name, training.x, training.steps[:2]) == ("training loss", "step", (50, 100))
    assert validation.name == "validation loss"
    assert set(validation.steps) < set(training.steps)


def test_honest_histories_add_up() -> None:
    random = Random(2)

    assert [read(sim.trainer_state(random)).findings for _ in range(60)] == [()] * 60


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("train_loss", "train_loss is the mean of the losses, each weighted by its steps"),
        ("loss", "train_loss is the mean of the losses, each weighted by its steps"),
        ("best", "best_metric is that of an evaluation"),
    ],
)
def test_an_edited_history_is_found(what: str, rule: str) -> None:
    random = Random(what)

    found = [read(sim.edited_state(random, sim.trainer_state(random), what)).findings for _ in range(10)]

    assert all(rule in [each.rule for each in some] for some in found)


def test_an_edited_runtime_is_found_where_it_stands() -> None:
    state = sim.trainer_state(Random(3))
    entry = next(each for each in state["log_history"] if "eval_runtime" in each)
    entry["eval_runtime"] = round(entry["eval_runtime"] * 1.1, 4)
    line = json.dumps(state, indent=2).split("\n").index(f'      "step": {entry["step"]}', 20) + 1

    found = read(state).findings

    assert {each.rule for each in found} == {
        "eval_samples_per_second x eval_runtime is a whole number of samples",
        "eval_steps_per_second x eval_runtime is a whole number of steps",
    }
    assert all(abs(each.line - line) < 12 for each in found)


def test_the_mean_of_a_resumed_training_is_that_of_its_last_steps() -> None:
    state = sim.trainer_state(Random(4))
    losses = [each for each in state["log_history"] if "loss" in each]
    steps = state["global_step"]
    state["log_history"][-1]["train_loss"] = sum(each["loss"] * 50 for each in losses[5:]) / steps

    assert read(state).findings == ()


def test_an_evaluation_on_other_data_is_as_honest() -> None:
    state = sim.trainer_state(Random(4))
    other = {"step": state["global_step"], "eval_loss": 2.5, "eval_runtime": 7.3113}
    state["log_history"].append({**other, "eval_samples_per_second": round(731 / 7.3113, 3)})

    assert read(state).findings == ()


def test_steps_that_fall_are_found() -> None:
    history = [{"step": 100, "loss": 2.0}, {"step": 50, "loss": 1.9}]

    (found,) = read({"log_history": history}).findings

    assert (found.rule, found.expected, found.found) == ("steps rise", "100 or more", "50")
    assert found.quoted == "step: 50, loss: 1.9"


@pytest.mark.parametrize(
    "state",
    [
        {"log_history": "no list"},
        {"log_history": [1, None, [], {"loss": 2}]},
        {"log_history": [{"step": True, "loss": 2}]},
        "[" * 100_000,
        '{"log_history": [' + "[" * 100_000,
        '{"log_history": [{"step": ' + "9" * 5000 + "}]}",
    ],
    ids=["text", "entries", "boolean", "deep", "deeper", "wide"],
)
def test_what_is_no_history_is_not_read(state: Any) -> None:
    assert read(state) == Reading()


def test_numbers_that_are_none_are_left_out() -> None:
    reading = read('{"log_history": [{"step": 1, "loss": NaN}, {"step": 2, "loss": 1e999}, {"step": 3, "loss": 2.5}]}')

    assert (reading.lines, reading.series[0].values, reading.findings) == (3, (2.5,), ())
