"""What the log of the Trainer says about epochs and the validation loss."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.judge.logs.trainings import read_trainings
from grader.nouns.asked import Check, Part
from grader.nouns.judged import Verdict

LOG = """\
***** Running training *****
  Num examples = 24350
  Num Epochs = 2
  Total train batch size (w. parallel, distributed & accumulation) = 16
  Total optimization steps = 3042
Epoch\tTraining Loss\tValidation Loss
1\t5.912700\t5.271609
2\t5.269900\t5.010521
 [3042/3042 22:36, Epoch 2/2]
TrainOutput(global_step=3042, training_loss=5.59, metrics={'train_runtime': 1357.3289, 'train_loss': 5.59})
"""
DICTIONARIES = """\
{'loss': 5.91, 'learning_rate': 5e-05, 'epoch': 1.0}
{'eval_loss': 5.27, 'eval_runtime': 3.2, 'epoch': 1.0}
{'loss': 5.26, 'learning_rate': 0.0, 'epoch': 2.0}
{'eval_loss': 4.93, 'eval_runtime': 3.2, 'epoch': 2.0}
"""
BY_STEPS = LOG.replace("Epoch\tTraining", "Step\tTraining").replace("\n1\t", "\n1521\t").replace("\n2\t", "\n3042\t")
HISTORY = [{"epoch": 1.0, "eval_loss": 5.27, "step": 1521}, {"epoch": 2.0, "eval_loss": 4.93, "step": 3042}]
STATE = json.dumps({"log_history": HISTORY})
FINISHED, LOSS = {"epochs": 2}, {"epochs": 2, "loss": [4.8, 5.2]}
Judge = Callable[[Mapping[str, object], Mapping[str, str]], Verdict]


@pytest.fixture
def judge(
    a_check: Callable[..., Check], a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]
) -> Callable[..., Verdict]:
    def verdict(rule: Mapping[str, object], files: Mapping[str, str]) -> Verdict:
        check = a_check("trained", rule, cases=())
        part = a_part(check, source="file", probe="", reads="trainer.log", cases=())
        seen = read_trainings({name: text.encode() for name, text in files.items()}, "trainer.log")
        return conclude(check, findings(check, an_evidence(part, {}, {"file": seen})))

    return verdict


def notebook(*texts: str) -> str:
    """A notebook whose cells printed these texts."""
    cells = [{"cell_type": "code", "outputs": [{"output_type": "stream", "text": [text]}]} for text in texts]
    return json.dumps({"cells": cells})


@pytest.mark.parametrize(
    "files",
    [
        {"trainer.log": LOG},
        {"out/slurm-12.out": DICTIONARIES},
        {"trainer.log": BY_STEPS},
        {"q.ipynb": notebook("Downloading", LOG)},
        {"run/trainer_state.json": STATE},
        {"trainer.log": LOG.replace("\r", ""), "first_try.log": LOG.replace("5.010521", "7.5")},
        {"windows.log": LOG.replace("\n", "\r\n")},
    ],
    ids=["table", "dictionaries", "by steps", "notebook", "history", "two trainings", "Windows"],
)
def test_a_finished_training_is_found_wherever_it_stands(judge: Judge, files: Mapping[str, str]) -> None:
    assert [judge(rule, files).outcome for rule in (FINISHED, LOSS)] == ["passed", "passed"]


def test_a_pass_says_what_was_found(judge: Judge) -> None:
    assert judge(FINISHED, {"a.log": LOG}).reason == "2 epochs"
    assert judge(LOSS, {"a.log": LOG}).reason == "validation loss 5.011"


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("5.010521", "5.210521", "a.log: the validation loss after epoch 2 is 5.211, expected 4.8 to 5.2"),
        ("5.010521", "0.412000", "a.log: the validation loss after epoch 2 is 0.412, expected 4.8 to 5.2"),
        ("2\t5.269900\t5.010521\n", "", "a.log: no validation loss after epoch 2 is there"),
        ("5.010521", "nan", "a.log: no validation loss after epoch 2 is there"),
    ],
)
def test_a_loss_out_of_bounds_is_told_with_both(judge: Judge, was: str, now: str, told: str) -> None:
    verdict = judge(LOSS, {"a.log": LOG.replace(was, now)})

    assert (verdict.outcome, verdict.code, verdict.reason) == ("failed", "E-TRAINED", told)


def test_a_training_that_was_stopped_is_not_finished(judge: Judge) -> None:
    stopped = LOG[: LOG.index("2\t5.2699")] + " [1521/3042 11:18, Epoch 1/2]\n"
    verdict = judge(FINISHED, {"a.log": stopped})

    assert (verdict.outcome, verdict.reason) == ("failed", "a.log: 1 of 2 epochs were done")


def test_one_epoch_that_was_finished_is_one_epoch(judge: Judge) -> None:
    short = "Num Epochs = 1\nTotal optimization steps = 1521\nTrainOutput(global_step=1521, training_loss=5.9)\n"

    assert judge(FINISHED, {"a.log": short}).reason == "a.log: 1 of 2 epochs were done"


def test_sizes_alone_are_no_training(judge: Judge) -> None:
    assert judge(FINISHED, {"a.log": LOG.split("Epoch\t")[0]}).reason == "a.log: 0 of 2 epochs were done"


def test_without_a_log_the_part_is_skipped(judge: Judge) -> None:
    verdict = judge(FINISHED, {"model.py": "x = 1"})

    assert verdict.outcome == "skipped"
    assert verdict.reason == "no log of the Trainer was handed in, as trainer.log or otherwise"


def test_a_log_of_another_kind_waits_for_a_person(judge: Judge) -> None:
    verdict = judge(LOSS, {"train.log": "epoch one went well, epoch two even better\n"})

    assert (verdict.outcome, verdict.code) == ("pending", "E-TRAINED")
    assert verdict.reason == "train.log: no line of the Trainer could be read"


@pytest.mark.parametrize(
    "state",
    [
        '{"log_history": [[[1]]]}',
        '{"log_history": {"epoch": 2}}',
        '{"log_history": [{"epoch": true, "eval_loss": "5"}]}',
        f'{{"log_history": [{{"epoch": {10**400}}}]}}',
        '{"log_history": ' + "[" * 100_000,
        '["log_history"]',
    ],
)
def test_a_history_that_is_none_is_passed_over(judge: Judge, state: str) -> None:
    assert judge(LOSS, {"trainer_state.json": state}).outcome == "skipped"


@pytest.mark.parametrize(
    "line",
    [
        "Num Epochs = 2\n [0/0 00:00, Epoch 2/2]",
        "Num Epochs = 0\nTotal optimization steps = 0\nglobal_step=0",
        "[9/3 1:00",
    ],
)
def test_numbers_that_make_no_sense_break_nothing(judge: Judge, line: str) -> None:
    assert judge(FINISHED, {"a.log": f"{line}\n"}).outcome in ("failed", "skipped", "pending")
