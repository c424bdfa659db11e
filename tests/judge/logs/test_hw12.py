"""The curves of hw12."""

from __future__ import annotations

import math
from random import Random

import pytest

from grader.judge.logs.find import log_texts
from grader.judge.logs.hw12 import read_hw12
from grader.judge.logs.series import Reading
from tests.judge.logs import simulated as sim

HEAD = "epoch,train_loss,train_ppl,valid_loss,valid_ppl\n"


def read(text: str, name: str = "curve.csv") -> Reading:
    """What is read of a file."""
    found = log_texts({name: text.encode()})
    return read_hw12(found.printed, found.data)


def test_a_curve_is_four_series_by_epoch() -> None:
    series = read(HEAD + "1,6.0000,403.4288,6.1000,445.8578\n2,5.5000,244.6919,5.7000,298.8674\n").series

    assert [each.name for each in series] == [
        "training loss",
        "training perplexity",
        "validation loss",
        "validation perplexity",
    ]
    assert (series[0].x, series[0].steps, series[0].values) == ("epoch", (1, 2), (6.0, 5.5))


def test_honest_curves_add_up() -> None:
    random = Random(1)

    assert [read(sim.curve_csv(random)).findings for _ in range(30)] == [()] * 30


@pytest.mark.parametrize("what", sim.HW12_EDITS)
def test_an_edited_curve_is_found(what: str) -> None:
    random = Random(what)

    assert all(len(read(sim.HW12_EDITS[what](random, sim.curve_csv(random))).findings) == 1 for _ in range(20))


def test_a_finding_gives_both_numbers_and_the_bound() -> None:
    rows = "1,6.0000,403.4288,6.1000,445.8578\n2,5.5000,144.6919,5.7000,298.8674\n"

    (found,) = read(HEAD + rows).findings

    assert (found.line, found.rule) == (3, "the training perplexity is exp(loss)")
    assert (found.expected, found.found) == ("244.692", "144.692")
    assert float(found.bound) == pytest.approx(0.0125, abs=1e-3)


def test_printed_lines_are_read_too() -> None:
    text = "".join(
        f"training: epoch {at}, loss {6 - at / 9:.4f}, ppl {math.exp(round(6 - at / 9, 4)):.4f}\n"
        f"validation: loss {6 - at / 10:.4f}, ppl {math.exp(round(6 - at / 10, 4)):.4f}\n"
        for at in range(1, 6)
    )

    reading = read(text, "train.log")

    assert (reading.lines, reading.findings) == (10, ())
    assert reading.series[2].steps == (1, 2, 3, 4, 5)


def test_fewer_decimals_widen_the_bound() -> None:
    assert read(HEAD + "1,6.0,404.2,6.1,446.6\n").findings == ()


def test_a_perplexity_of_another_kind_is_a_fact() -> None:
    rows = "".join(f"{at},{6 - at / 9:.4f},{2 ** (6 - at / 9):.4f},{6:.4f},{2**6:.4f}\n" for at in range(1, 6))

    reading = read(HEAD + rows)

    assert reading.findings == ()
    assert reading.facts == ("curve.csv: in 10 of 10 rows the perplexity is not exp(loss): another kind of it",)


def test_a_perplexity_that_no_small_model_reaches_is_a_fact() -> None:
    reading = read(HEAD + "1,3.0000,20.0855,3.1000,22.1980\n")

    assert reading.facts == ("validation perplexity 22.198: on Penn Treebank a small model does not come below 50",)


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", HEAD, HEAD + "x,y,z\n", HEAD + "1,nan,inf,1e999,-5\n", HEAD + '"' + "1,2,3\n" * 50]
)
def test_what_is_no_curve_has_no_finding(text: str) -> None:
    assert read(text).findings == ()
