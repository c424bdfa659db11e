"""What the Trainer prints."""

from __future__ import annotations

import json
from random import Random

import pytest

from grader.judge.logs.find import log_texts
from grader.judge.logs.hw9 import read_hw9
from grader.judge.logs.series import Reading
from tests.judge.logs import simulated as sim

SEED_004 = """\
***** Running training *****
  Num examples = 24358
  Num Epochs = 2
  Instantaneous batch size per device = 16
  Total train batch size (w. parallel, distributed & accumulation) = 16
  Gradient Accumulation steps = 1
  Total optimization steps = 3042
 [3042/3042 22:36, Epoch 2/2]
Epoch\tTraining Loss\tValidation Loss
1\t5.912700\t5.271609
2\t5.269900\t5.010521
***** Running Evaluation *****
  Num examples = 1281
  Batch size = 16
Saving model checkpoint to /content/out/checkpoint-1521
Saving model checkpoint to /content/out/checkpoint-3042
TrainOutput(global_step=3042, training_loss=5.591342718888301, metrics={'train_runtime': 1357.3289, \
'train_samples_per_second': 35.879, 'train_steps_per_second': 2.241, 'total_flos': 0.0, \
'train_loss': 5.591342718888301, 'epoch': 2.0})
"""


def read(text: str) -> Reading:
    """What is read of a log."""
    return read_hw9(log_texts({"hw9.log": text.encode()}).printed)


def test_seed_004_has_more_examples_than_its_steps_and_its_speed_say() -> None:
    steps, samples = read(SEED_004).findings

    assert steps.rule == "an epoch has as many steps as the examples have batches"
    assert steps.expected == ("1,522 steps an epoch (or 1,523), 3,044 in all, from 24,358 examples in batches of 16")
    assert steps.found == "1,521 steps an epoch, 3,042 in all"
    assert samples.rule == "samples a second x runtime = examples x epochs"
    assert (samples.expected, samples.found, samples.bound) == ("24,358 examples", "24,349.8 examples", "0.34 examples")


def test_with_24350_examples_seed_004_adds_up() -> None:
    assert read(SEED_004.replace("24358", "24350")).findings == ()


def test_the_losses_of_the_table_are_series_by_epoch() -> None:
    training, validation = read(SEED_004).series

    assert (training.name, training.x, training.values) == ("training loss", "epoch", (5.9127, 5.2699))
    assert (validation.name, validation.steps, validation.values) == ("validation loss", (1, 2), (5.271609, 5.010521))


@pytest.mark.parametrize(
    ("was", "now", "rule"),
    [
        ("checkpoint-1521", "checkpoint-1500", "checkpoints stand at multiples of one number of steps"),
        ("'train_steps_per_second': 2.241", "'train_steps_per_second': 2.3", "steps a second x runtime = steps"),
        ("'train_loss': 5.59", "'train_loss': 4.59", "training_loss and train_loss are the same number"),
        ("22:36", "20:36", "the progress bar ends a little before the runtime does"),
        ("22:36", "22:59", "the progress bar ends a little before the runtime does"),
        ("global_step=3042", "global_step=3100", "global_step is at most the number of steps"),
    ],
)
def test_a_number_that_was_changed_is_found(was: str, now: str, rule: str) -> None:
    honest = SEED_004.replace("24358", "24350")

    assert rule in [each.rule for each in read(honest.replace(was, now)).findings]


def test_honest_output_has_no_finding() -> None:
    random = Random(5)

    assert [read(sim.trainer_output(sim.trainer(random))).findings for _ in range(100)] == [()] * 100


@pytest.mark.parametrize("what", ["runtime + 2 %", "train_loss - 0.3"])
def test_an_edit_is_found(what: str) -> None:
    random = Random(what)

    assert all(read(sim.HW9_EDITS[what](random, sim.trainer_output(sim.trainer(random)))).findings for _ in range(20))


def test_two_trainings_in_one_text_are_told_apart() -> None:
    random = Random(6)

    assert read("\n".join(sim.trainer_output(sim.trainer(random)) for _ in range(3))).findings == ()


def test_an_early_version_counted_steps_under_the_name_of_samples() -> None:
    honest = SEED_004.replace("24358", "24350").replace(
        "'train_samples_per_second': 35.879", "'train_samples_per_second': 2.241"
    )

    assert read(honest).findings == ()


def test_numbers_with_commas_are_read() -> None:
    honest = SEED_004.replace("24358", "24,350").replace("steps = 3042", "steps = 3,042")

    assert read(honest).findings == ()


def test_steps_that_somebody_set_are_not_compared_with_the_examples() -> None:
    text = "Num examples = 24350\nNum Epochs = 1\nTotal train batch size (w. x) = 16\nTotal optimization steps = 500"

    assert read(text).findings == ()


def test_the_table_of_a_notebook_is_read_from_its_html() -> None:
    html = (
        "<div><progress value='3042' max='3042'></progress> [3042/3042 22:36, Epoch 2/2]</div><table border='1'>"
        "<thead><tr style='text-align: left;'><th>Epoch</th><th>Training Loss</th><th>Validation Loss</th></tr></thead>"
        "<tbody><tr><td>1</td><td>No log</td><td>5.271609</td></tr>"
        "<tr><td>2</td><td>5.2</td><td>5.010521</td></tr></tbody>"
    )
    cell = {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"text/html": [html]}}]}
    files = {"q.ipynb": json.dumps({"cells": [cell]}).encode()}

    training, validation = read_hw9(log_texts(files).printed).series

    assert (training.steps, training.values) == ((2,), (5.2,))
    assert (validation.values, validation.file) == ((5.271609, 5.010521), "q.ipynb, cell 1")


def test_the_dictionaries_of_a_script_are_read() -> None:
    text = (
        "{'loss': 6.1, 'learning_rate': 5e-05, 'epoch': 0.33}\n"
        "{'eval_loss': 5.3, 'eval_runtime': 3.2, 'eval_samples_per_second': 400.1, 'epoch': 1.0}\n"
    )

    training, validation = read(text).series

    assert (training.steps, training.values) == ((0.33,), (6.1,))
    assert (validation.steps, validation.values) == ((1.0,), (5.3,))


def test_a_training_without_output_was_not_finished() -> None:
    assert read("***** Running training *****\n  Num examples = 24350\n").facts == (
        "training not finished (stopped early): no validation, no output of the Trainer",
    )
