"""Whether a perplexity check agrees with itself and with its reference folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.rubric.load import load_rubric

OLD = "{id: value, close: total, points: 3, cases: [few]}"
AT = "rubrics/hw0.yaml:23:"


def new(rule: str, also: str = "") -> tuple[str, str]:
    """The change that puts a perplexity in the place of another check."""
    return OLD, "{id: value, perplexity: {logits: total" + rule + "}, points: 3" + also + "}"


CASES = {
    "no labels": (
        new(", below: 3"),
        "part 1a, check 2: it does not say what the labels are  [E-RUBRIC-PERPLEXITY]\n"
        "  allowed: labels: an output of the reference, or labels_in: a file\n"
        "  help: add one of them",
    ),
    "labels twice": (
        new(", labels: x, labels_in: data/ref.txt, below: 3"),
        "part 1a, check 2: labels and labels_in stand here together  [E-RUBRIC-PERPLEXITY]\n"
        "  allowed: one of them\n"
        "  help: say where the labels are",
    ),
    "no bound": (
        new(", labels: x"),
        "part 1a, check 2: there is nothing that the perplexity is judged by  [E-RUBRIC-PERPLEXITY]\n"
        "  allowed: below, unigram, floor\n"
        "  help: add one or more of them",
    ),
    "voids without a floor": (
        new(", labels: x, below: 3", ", voids: [1b]"),
        "part 1a, check 2: only a perplexity below a floor proves a leak  [E-RUBRIC-VOIDS]\n"
        "  allowed: beside 'floor: NUMBER'\n"
        "  help: leave it out",
    ),
    "a bound below the floor": (
        new(", labels: x, floor: 50, below: 50"),
        "part 1a, check 2: no model can be below 50  [E-RUBRIC-PERPLEXITY]\n"
        "  allowed: a number above 50, the floor\n"
        "  help: raise it",
    ),
    "a bound of one": (
        new(", labels: x, below: 1"),
        "part 1a, check 2: no model can be below 1  [E-RUBRIC-PERPLEXITY]\n"
        "  allowed: a number above 1\n"
        "  help: raise it",
    ),
    "a file that is not there": (
        new(", labels_in: data/rf.txt, below: 3"),
        "part 1a, check 2: there is no file data/rf.txt in reference/hw0  [E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'data/ref.txt'",
    ),
    "frequencies that are not there": (
        new(", labels: x, unigram: ref.txt"),
        "part 1a, check 2: there is no file ref.txt in reference/hw0  [E-RUBRIC-REFERENCE]\n"
        "  allowed: a path under the reference folder\n"
        "  help: write 'data/ref.txt'",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_told_with_its_place(case: str, told: Callable[..., str]) -> None:
    change, message = CASES[case]

    place, _, said = told(*change).partition(": ")
    assert (place.startswith(AT), said) == (True, message)


@pytest.mark.parametrize(
    "given",
    ["data: [data/ref.txt]\n", "staff_files: {words.txt: staff/words.txt, ref.txt: data/ref.txt}\n"],
    ids=["data", "staff files"],
)
def test_labels_never_enter_the_jail(given: str, rewrite: Callable[..., None], told: Callable[..., str]) -> None:
    rewrite(*new(", labels_in: data/ref.txt, below: 3"))
    old = "staff_files: {words.txt: staff/words.txt}\n"

    said = told(old, given if given.startswith("staff") else old + given)

    assert "data/ref.txt holds the labels of part 1a, and would enter the jail  [E-RUBRIC-SECRET]" in said


@pytest.mark.parametrize("given", ["data/rf.txt", "solved/sums.py"])
def test_data_for_probes_is_there_and_no_secret(given: str, told: Callable[..., str]) -> None:
    old = "staff_files: {words.txt: staff/words.txt}\n"

    assert given in told(old, f"{old}data: [{given}]\n").splitlines()[0]


def test_a_rule_in_an_all_is_looked_at_too(told: Callable[..., str]) -> None:
    said = told("{finite: total, cases: [few]}", "{perplexity: {logits: total, labels: x}}")

    assert "part 1a, check 3, subcheck 2: there is nothing that the perplexity is judged by" in said


def test_a_whole_rule_is_taken_as_it_stands(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite(*new(", labels_in: data/ref.txt, below: {times: 1.35}, unigram: data/ref.txt, floor: 50", ", voids: [1b]"))
    check = load_rubric(course).parts[0].checks[1]

    assert (check.kind, check.voids, check.cases) == ("perplexity", ("1b",), ("few", "one"))
    assert check.rule == {
        "logits": "total",
        "labels_in": "data/ref.txt",
        "below": {"times": 1.35},
        "unigram": "data/ref.txt",
        "floor": 50.0,
    }
