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
