"""What sets failing cases apart: only what the same outputs show, and no hidden case by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.judge.contrast import only, worded
from grader.judge.unstable import for_a_person
from grader.nouns.asked import Case, Check
from grader.nouns.judged import PartResult
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation
from tests.judge.conftest import make_check, make_evidence, make_observation, make_part

RIGHT = {"h0": np.arange(6.0), "c0": np.ones(3), "g": np.ones(3), "alone": np.ones(3), "together": np.ones(3)}
WRONG = {name: -array for name, array in RIGHT.items()}
CASES = (
    Case("ragged", {}),
    Case("single", {}, public=True, means="a batch of one"),
    Case("hidden-single", {}, means="a batch of one"),
    Case("train", {}, means="train mode"),
)
CLOSE = make_check("close", ["h0", "c0"], cases=("ragged", "single", "hidden-single", "train"))


def told(*checks: Check, cases: tuple[Case, ...] = CASES, **wrong: Any) -> str:
    """What is said where these cases are answered so; `single=["h0"]`: with a wrong h0."""
    got = {}
    for case in cases:
        answer = wrong.get(case.name.replace("-", "_"), [])
        if isinstance(answer, Observation):
            got[case.name] = answer
        else:
            got[case.name] = make_observation(**{**RIGHT, **{name: WRONG[name] for name in answer}})
    part = make_part(*checks, cases=cases)
    return only(make_evidence(part, {case.name: make_observation(**RIGHT) for case in cases}, got))


CRASH = Observation("raised", fault=Fault("RuntimeError", "no"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"single": ["h0"], "hidden_single": ["h0"]}, "only with a batch of one"),
        ({"single": ["h0"]}, ""),  # the other batch of one passes
        ({"train": ["c0"]}, "only in train mode"),
        ({"train": CRASH}, "only in train mode"),
        ({"single": CRASH, "hidden_single": ["h0"]}, "only with a batch of one"),
        ({"ragged": ["h0"], "single": ["h0"], "hidden_single": ["h0"]}, "everywhere but in train mode"),
        ({"single": ["h0"], "hidden_single": ["h0"], "train": ["h0"]}, ""),  # what passes means nothing
        ({"ragged": ["h0"]}, ""),
        ({}, ""),
        ({case.name.replace("-", "_"): ["h0"] for case in CASES}, ""),
    ],
)
def test_what_all_that_fails_means_and_nothing_that_passes(wrong: dict[str, Any], sentence: str) -> None:
    assert told(CLOSE, **wrong) == sentence


def test_a_case_that_is_asked_nothing_else_says_nothing() -> None:
    gradient = make_check("close", ["g"], cases=("train",))
    values = make_check("close", ["h0"], cases=("ragged",))

    assert told(gradient, values, train=["g"]) == ""


def test_an_output_that_agrees_with_itself_may_be_wrong() -> None:
    itself = make_check("same", ["single.h0", "single.h0"], cases=("single",))
    values = make_check("close", ["h0"], cases=("ragged",))

    assert told(itself, values, ragged=["h0"]) == ""


def test_what_does_not_agree_with_itself_is_set_beside_values_that_are_right() -> None:
    itself = make_check("same", ["single.alone", "single.together"], cases=("single",))
    values = make_check("close", ["alone"], cases=("ragged",))

    assert told(itself, values, single=["alone"]) == "only with a batch of one"


def test_what_stands_under_all_is_looked_at_by_itself() -> None:
    values = make_check("close", ["h0"], points=0, cases=("ragged", "train"))
    both = make_check("all", ["close"], subchecks=(values,), cases=("ragged", "train"))

    assert told(both, train=["h0"]) == "only in train mode"


@pytest.mark.parametrize("cases", [CASES[:1], (Case("a", {}), Case("b", {}))], ids=["one case", "no meaning"])
def test_nothing_is_said_without_cases_that_mean_something(cases: tuple[Case, ...]) -> None:
    check = make_check("close", ["h0"], cases=tuple(case.name for case in cases))

    assert told(check, cases=cases, **{cases[0].name: ["h0"]}) == ""


@pytest.mark.parametrize(
    ("means", "words"),
    [
        ("a batch of one", "with a batch of one"),
        ("train mode", "in train mode"),
        ("in half precision", "in half precision"),
        ("where nothing comes through", "where nothing comes through"),
        ("with padding", "with padding"),
        ("inner products", "with inner products"),
    ],
)
def test_a_meaning_goes_on_behind_a_verb(means: str, words: str) -> None:
    assert worded(means) == words


def test_a_part_that_a_person_grades_says_nothing_of_what_fails() -> None:
    part = PartResult("1d", "", 0, 1, 0, "failed", "", 0.1, 0, only="only in train mode")

    assert for_a_person(part).only == ""
