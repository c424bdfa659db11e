"""Losses and perplexities by epoch, in whatever form they were handed in."""

from __future__ import annotations

import json
import math

import pytest

from grader.judge.logs.curves import Epoch, curves_of

HEAD = "epoch,train_loss,train_ppl,valid_loss,valid_ppl\n"
ROWS = [(1, 6.0, 403.4, 6.1, 445.9), (2, 5.5, 244.7, 5.7, 298.9)]


def told(epochs: tuple[Epoch, ...]) -> list[tuple[str, float, float, float]]:
    """The rows as kind, epoch, loss and perplexity; NaN for what is not said."""
    return [
        (row.kind, row.number, *(each.value if each else math.nan for each in (row.loss, row.perplexity)))
        for row in epochs
    ]


EXPECTED = [
    ("training", 1.0, 6.0, 403.4),
    ("validation", 1.0, 6.1, 445.9),
    ("training", 2.0, 5.5, 244.7),
    ("validation", 2.0, 5.7, 298.9),
]


def table(head: str, separator: str = ",", comma: bool = False) -> str:
    rows = [separator.join(f"{value:g}".replace(".", "," if comma else ".") for value in row) for row in ROWS]
    return "\n".join([head.replace(",", separator), *rows]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        table("epoch,train_loss,train_ppl,valid_loss,valid_ppl"),
        table("Epoch,Train Loss,Train PPL,Val Loss,Val Perplexity"),
        table("epoch,loss,perplexity,val_loss,val_perplexity"),
        table('"epoch","trainLoss","trainPpl","devLoss","devPpl"'),
        table("ep,tr_loss,tr_ppl,test_loss,test_ppl", ";"),
        table("epoch,train_loss,train_ppl,valid_loss,valid_ppl", ";", comma=True),
        table("epoch,train_loss,train_ppl,valid_loss,valid_ppl", "\t"),
        table("epoch,train_loss,train_ppl,valid_loss,valid_ppl", "   "),
        table("step,train-nll,perplexity (train),eval-nll,perplexity (eval)"),
        "epoch,split,loss,ppl\n1,train,6.0,403.4\n1,valid,6.1,445.9\n2,train,5.5,244.7\n2,valid,5.7,298.9\n",
    ],
)
def test_a_table_is_read_whatever_its_columns_are_called(text: str) -> None:
    place, rows = curves_of({"out/curve.csv": text.encode()}, "curve.csv")

    assert place == "out/curve.csv"
    assert told(rows) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "epoch 1\ntraining: loss 6.0000, ppl 403.4000\nvalidation: loss 6.1, ppl 445.9\n"
        "epoch 2\ntraining: loss 5.5, ppl 244.7\nvalidation: loss 5.7, ppl 298.9\n",
        "| epoch 1 | train loss 6.0 | train ppl 403.4 | valid loss 6.1 | valid ppl 445.9\n"
        "| epoch 2 | train loss 5.5 | train ppl 244.7 | valid loss 5.7 | valid ppl 298.9\n",
        "Epoch 1: Train Loss: 6.0 Train Perplexity: 403.4\nEpoch 1: Val. Loss=6.1 Val. PPL=445.9\n"
        "Epoch 2: Train Loss: 5.5 Train Perplexity: 244.7\nEpoch 2: Val. Loss=5.7 Val. PPL=298.9\n",
        "train loss 6.0\ntrain ppl 403.4\nvalid loss 6.1\nvalid ppl 445.9\n"
        "train loss 5.5\ntrain ppl 244.7\nvalid loss 5.7\nvalid ppl 298.9\n",
    ],
)
def test_without_a_table_a_log_is_read(text: str) -> None:
    place, rows = curves_of({"train.log": text.encode()}, "curve.csv")

    assert place == "train.log"
    assert sorted(told(rows)) == sorted(EXPECTED)


FORMS = {
    "colons": "train_loss: {} train_ppl: {} valid_loss: {} valid_ppl: {}",
    "equals": "train_loss={} train_ppl={} eval_loss={} eval_ppl={}",
    "dashes": " - train_loss: {} - train_ppl: {} - val_loss: {} - val_ppl: {}",
    "Keras": "662/662 [====] - 12s 18ms/step - loss: {} - ppl: {} - val_loss: {} - val_ppl: {}",
    "commas": "epoch 1: loss {}, ppl {}, val_loss {}, val_ppl {}",
    "brackets": "[12.0 s] Loss {} (PPL {}), valid loss {} (PPL {})",
    "Chinese": "第1轮 训练损失: {} 训练困惑度: {} 验证损失: {} 验证困惑度: {}",
    "Chinese signs": "第1轮训练集损失：{}，困惑度：{}，验证集损失：{}，困惑度：{}",
    "Chinese Keras": "第1轮 损失 {} 困惑度 {} 验证损失 {} 验证困惑度 {}",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_line_may_tell_of_both_kinds(form: str) -> None:
    text = "\n".join(form.format(*row[1:]) for row in ROWS)

    assert sorted(told(curves_of({"train.log": text.encode()}, "curve.csv")[1])) == sorted(EXPECTED)


@pytest.mark.parametrize(
    "said",
    [
        "loss 6.0, ppl 403.4",
        "best loss 6.0, val_loss 6.1, val_ppl 445.9",
        "val_loss 6.1, val_ppl 445.9, loss 6.0, ppl 403.4",
        "loss_a 6.0, kl_loss 6.0, val_loss 6.1, val_ppl 445.9",
        "loss 6.0, val_ppl 445.9",
    ],
)
def test_a_loss_that_may_be_another_is_not_that_of_the_training(said: str) -> None:
    assert "training" not in [row.kind for row in curves_of({"train.log": said.encode()}, "curve.csv")[1]]


def batches(epoch: int, *counts: int) -> str:
    """An epoch as PyTorch's word_language_model prints it, of 662 batches."""
    losses = [(at, epoch + at / 1000, math.exp(epoch + at / 1000)) for at in counts]
    lines = [
        f"| epoch {epoch:3d} | {at:5d}/  662 batches | lr 20.00 | ms/batch 10.1 | loss {loss:5.2f} | ppl {ppl:8.2f}\n"
        for at, loss, ppl in losses
    ]
    end = f"| end of epoch {epoch:3d} | time: 12.0s | valid loss  5.52 | valid ppl   249.00 \n"
    return "".join([*lines, "-" * 89 + "\n", end, "-" * 89 + "\n"])


def test_the_last_batches_of_an_epoch_stand_for_its_training() -> None:
    text = batches(1, 200, 400, 600) + batches(2, 331, 662)

    rows = told(curves_of({"train.log": text.encode()}, "curve.csv")[1])

    assert [row for row in rows if row[0] == "training"] == [
        ("training", 1.0, 1.6, 4.95),
        ("training", 2.0, 2.66, 14.32),
    ]
    assert [row[1] for row in rows if row[0] == "validation"] == [1, 2]


def test_where_the_last_batches_are_missing_or_the_training_is_told_no_batch_stands_for_it() -> None:
    missing = batches(1, 200, 400)
    training = batches(1, 200, 400, 600) + "| train loss 1.50 | train ppl 4.48\n"

    assert [row.kind for row in curves_of({"train.log": missing.encode()}, "curve.csv")[1]] == ["validation"]
    assert ("training", 1, 1.5, 4.48) in told(curves_of({"train.log": training.encode()}, "curve.csv")[1])
    assert len(curves_of({"train.log": training.encode()}, "curve.csv")[1]) == 2


def test_what_a_notebook_printed_is_a_log() -> None:
    printed = {"output_type": "stream", "text": ["train loss 6.0 ppl 403.4\n", "valid loss 6.1 ppl 445.9\n"]}
    notebook = {"cells": [{"cell_type": "code", "source": [], "outputs": [printed]}]}

    place, rows = curves_of({"hw.ipynb": json.dumps(notebook).encode()}, "curve.csv")

    assert (place, len(rows)) == ("hw.ipynb, cell 1", 2)


def test_the_named_file_wins_and_another_table_comes_before_a_log() -> None:
    files = {
        "curve.csv": (HEAD + "1,6,403.4,6.1,445.9\n").encode(),
        "history.csv": table("epoch,train_loss,train_ppl,valid_loss,valid_ppl").encode(),
        "train.log": b"train loss 6.0 ppl 403.4\n",
    }

    assert curves_of(files, "curve.csv")[0] == "curve.csv"
    assert curves_of({name: files[name] for name in ("history.csv", "train.log")}, "curve.csv")[0] == "history.csv"


@pytest.mark.parametrize("text", ["", "no table at all\n", HEAD, "a,b\n1,2\n", "\x00\x01;;;\n,,,,\n"])
def test_a_file_without_rows_is_there_but_says_nothing(text: str) -> None:
    assert curves_of({"curve.csv": text.encode()}, "curve.csv") == ("curve.csv", ())


def test_without_any_file_there_is_no_place() -> None:
    assert curves_of({"model.py": b"loss = 1"}, "curve.csv") == ("", ())


def test_batches_within_an_epoch_are_not_epochs() -> None:
    text = "| epoch 1 | 200/2000 batches | loss 6.1 | ppl 445.9\n| end of epoch 1 | valid loss 6.1 | valid ppl 445.9\n"

    assert [row.kind for row in curves_of({"train.log": text.encode()}, "curve.csv")[1]] == ["validation"]


def test_a_long_hostile_line_costs_little() -> None:
    text = "train loss " * 200_000 + "\n" + "loss" * 300_000

    assert curves_of({"train.log": text.encode(), "a.csv": b"," * 3_000_000}, "curve.csv")[1] == ()
