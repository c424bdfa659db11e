"""The spread of a reference over seeds: what is told of it, and when a bound is too near; in a real jail."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.box.store import Store
from grader.course import open_course
from grader.nouns.asked import Handout
from grader.observer import Observer
from grader.proof import Proof, prove
from grader.rubric.load import load_rubric
from grader.spread import Spread
from tests import tiny

PROBES = '''"""A guess that is better for some seeds than for others, and one that is even."""

import torch

from grader.kit import drawn


def guess(hw, *, spread, seed):
    """Logits of which the label is one higher, give or take."""
    labels_n = torch.arange(60) % 5
    sharp = 1 + spread * float(drawn("luck", (1,), seed))
    return {"logits": torch.nn.functional.one_hot(labels_n, 5) * sharp, "labels": labels_n, "even": torch.zeros(60, 5)}
'''
RUBRIC = """\
assignment: tiny
title: Guesses
points: 4
seed: 11
parts:
  g:
    title: Guess
    points: 3
    probe: guess
    cases:
      one: {spread: 0.1}
    checks:
      - {id: near, perplexity: {logits: logits, labels: labels, below: {times: 1.35}}, points: 1}
      - {id: even, perplexity: {logits: even, labels: labels, floor: 5, below: 5.1}, points: 1}
      - {id: both, all: [{perplexity: {logits: logits, labels: labels, below: 4.9}}], points: 1}
  plain:
    title: No perplexity
    points: 1
    probe: guess
    cases: {one: {spread: 0}}
    checks: [{finite: logits, points: 1}]
"""


def proof_of(root: Path, rubric: str, *parts: str) -> Proof:
    path = tiny.write_course(root, rubric=rubric)
    (root / "reference" / "tiny" / "probes.py").write_text(PROBES)
    (root / "reference" / "tiny" / "mistakes.py").write_text("")
    loaded = load_rubric(path)

    def observer(handout: Handout) -> Observer:
        return Observer(handout, level=best_level(), workers=1, store=Store(root / "observations"))

    course = open_course(loaded, observer)
    with course.observer:
        return prove(course, tuple(part for part in loaded.parts if part.id in parts))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("spread")


@pytest.fixture(scope="module")
def proof(root: Path) -> Proof:
    return proof_of(root, RUBRIC, "g", "plain")


def test_every_perplexity_of_a_rubric_is_tried_with_seven_seeds(proof: Proof) -> None:
    assert [(spread.part, spread.check, spread.case, len(spread.values)) for spread in proof.spreads] == [
        ("g", "near", "one", 7),
        ("g", "even", "one", 7),
        ("g", "both", "one", 7),
    ]


def test_every_seed_gives_another_perplexity_and_the_bound_is_that_of_the_first(proof: Proof) -> None:
    near = proof.spreads[0]

    assert len(set(near.values)) == 7
    assert near.bound == pytest.approx(1.35 * near.values[0])
    assert near.floor == 0


def test_the_floor_is_where_a_leak_would_be_proved(proof: Proof) -> None:
    even = proof.spreads[1]

    assert even.floor == pytest.approx(5 * math.exp(-20 / 60))
    assert even.values == pytest.approx([5.0] * 7)
    assert (even.bound, even.faults) == (5.1, ())


def test_a_bound_that_chance_can_reach_is_a_fault_of_the_proof(root: Path) -> None:
    rubric = RUBRIC.replace("{times: 1.35}", "{times: 1.03}")
    (fault,) = [fault for fault in proof_of(root, rubric, "g").faults if fault.code == "E-PROOF-SPREAD"]

    said = str(fault)
    assert "part g, check near: the bound " in said
    assert "standard deviations from the reference's mean" in said
    assert "allowed: 3 or more; reference " in said


def test_a_proof_without_a_perplexity_runs_nothing_more(root: Path) -> None:
    assert proof_of(root, RUBRIC, "plain").spreads == ()


# --- the words ---


def spread(*values: float, bound: float = math.inf, floor: float = 0.0) -> Spread:
    """The spread of these values."""
    return Spread("3d", "near", "text", values, bound, floor, "rubrics/hw12.yaml:9:3")


def test_a_spread_is_told_in_one_line() -> None:
    told = str(spread(19.6, 20.7, 21.8, bound=28.4))

    assert told == "reference 19.6-21.8, sd 1.1 over 3 seeds, bound 28.4 is 7 sd away"


def test_a_floor_is_told_beside_the_bound() -> None:
    told = str(spread(50.1, 50.2, 50.3, bound=52.5, floor=49.87))

    assert told == "reference 50.1-50.3, sd 0.1 over 3 seeds, bound 52.5 is 23 sd away, floor 49.87 is 3.3 sd away"


@pytest.mark.parametrize(
    ("bound", "floor", "faults"),
    [(24.1, 0.0, 0), (23.9, 0.0, 1), (20.5, 0.0, 1), (math.inf, 17.9, 0), (math.inf, 18.1, 1), (23.9, 18.1, 2)],
)
def test_less_than_three_standard_deviations_is_a_fault(bound: float, floor: float, faults: int) -> None:
    assert len(spread(20.0, 21.0, 22.0, bound=bound, floor=floor).faults) == faults


def test_the_fault_names_the_check_and_what_to_do() -> None:
    (fault,) = spread(20.0, 21.0, 22.0, bound=23.0).faults

    assert str(fault) == (
        "rubrics/hw12.yaml:9:3: part 3d, check near: the bound 23 is 2 standard deviations from the reference's mean 21"
        "  [E-PROOF-SPREAD]\n"
        "  allowed: 3 or more; reference 20-22, sd 1 over 3 seeds, bound 23 is 2 sd away\n"
        "  help: move the bound, give the training more updates, or take more labels"
    )


def test_a_reference_that_never_differs_is_infinitely_far_from_its_bound() -> None:
    assert spread(5.0, 5.0, bound=5.1).faults == ()
    assert str(spread(5.0, 5.0, bound=5.1)) == "reference 5.00 with each of 2 seeds, bound 5.10"
    assert spread(5.0, 5.0, bound=4.9).faults != ()


def test_a_perplexity_that_is_no_number_is_a_fault() -> None:
    assert spread(math.nan, math.nan, bound=5.1).faults != ()
