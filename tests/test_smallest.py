"""The small inputs of a part: which there are, in which order, and what is asked of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader.nouns.asked import Case, Check, Part, Rubric, Space
from grader.runs import public_seed
from grader.smallest import family, small_inputs, small_part, small_runs
from tests.judge.conftest import make_check, make_rubric

LENGTHS = Space("few", {"lengths": {"rows": 2, "most": 2}})


def a_part(*checks: Check, over: Space | None = LENGTHS) -> Part:
    cases = (Case("few", {"lengths": [4, 2], "compare": "no"}, public=True, means="few"), Case("hidden", {}))
    return Part("1d", "Encoder", 1, "probe", probe="encode", cases=cases, checks=checks, smallest=over)


def test_small_inputs_are_public_cases_like_one_with_other_arguments() -> None:
    first, *rest = family(a_part())

    assert first == Case("smallest-0", {"lengths": [1], "compare": "no"}, public=True)
    assert [case.name for case in rest] == [f"smallest-{number}" for number in range(1, 5)]
    assert [case.args["lengths"] for case in rest] == [[2], [1, 1], [2, 1], [2, 2]]


@pytest.mark.parametrize("over", [None, Space("other", {"lengths": [[1]]})], ids=["no space", "its case is not there"])
def test_a_part_without_small_inputs_has_none(over: Space | None) -> None:
    assert family(a_part(over=over)) == ()


@pytest.mark.parametrize(
    ("over", "made"),
    [
        ({"n": [4, 1]}, [{"n": 4}, {"n": 1}]),
        ({"n": {"rows": 1, "most": 2, "least": 0}}, [{"n": [0]}, {"n": [1]}, {"n": [2]}]),
        ({"a": [1, 2], "b": [True, False]}, [{"a": 1, "b": True}, {"a": 1, "b": False}, {"a": 2, "b": True}]),
    ],
    ids=["values in their order", "rows from zero", "two arguments"],
)
def test_the_simplest_inputs_come_first(over: dict[str, Any], made: list[dict[str, Any]]) -> None:
    assert small_inputs(over)[:3] == made


def test_rows_are_all_lists_with_the_largest_first() -> None:
    made = [each["n"] for each in small_inputs({"n": {"rows": 3, "most": 3}})]

    assert len(made) == 3 + 6 + 10
    assert all(rows == sorted(rows, reverse=True) for rows in made)
    assert sorted(map(len, made)) == [len(rows) for rows in made]


def test_two_arguments_with_rows_have_equally_many() -> None:
    made = small_inputs({"lengths": {"rows": 2, "most": 2}, "target_lengths": {"rows": 2, "least": 2, "most": 3}})

    assert len(made) == 2 * 2 + 3 * 3
    assert all(len(each["lengths"]) == len(each["target_lengths"]) for each in made)


CHECKS = (
    make_check("close", ["h0"], cases=("few", "hidden"), id="values"),
    make_check("close", ["c0"], cases=("hidden",)),
    make_check("dropout", {"eval": "a", "train": "b", "rate": 0.5}, cases=("few",)),
    make_check("same", ["few.h0", "hidden.h0"], cases=("few", "hidden")),
    make_check(
        "all",
        ["same", "finite"],
        id="robust",
        cases=("few", "hidden"),
        hint="all",
        subchecks=(
            make_check("same", ["few.h0", "few.h0_in_batch[0:1]"], points=0, cases=("few",), hint="own"),
            make_check("finite", ["h0"], points=0, cases=("few", "hidden")),
            make_check("gradient", ["g"], points=0, cases=("hidden",)),
        ),
    ),
)


def test_a_small_input_is_asked_what_its_case_is_asked_and_any_size_can_answer() -> None:
    part = a_part(*CHECKS)
    small = small_part(part, family(part)[0])

    assert [(check.id, check.kind, check.rule) for check in small.checks] == [
        ("values", "close", ["h0"]),
        ("robust", "same", ["smallest-0.h0", "smallest-0.h0_in_batch[0:1]"]),
        ("robust", "finite", ["h0"]),
    ]
    assert {check.cases for check in small.checks} == {("smallest-0",)}
    assert [check.hint for check in small.checks] == ["", "own", "all"]


def test_a_small_part_has_this_case_alone() -> None:
    part = a_part(*CHECKS)
    case = family(part)[3]

    assert small_part(part, case).cases == (case,)


def test_small_inputs_are_run_with_seeds_that_students_may_know() -> None:
    part = a_part(*CHECKS)
    rubric = make_rubric(part, seed=4224)
    runs = small_runs(rubric, part)

    assert [run.case for run in runs] == [case.name for case in family(part)]
    assert {(run.part, run.probe) for run in runs} == {("1d", "encode")}
    assert [run.seed for run in runs] == [public_seed("a4", "1d", run.case) for run in runs]
    assert runs == small_runs(replace(rubric, seed=1), part)


def test_nothing_is_run_for_a_part_without_small_inputs() -> None:
    part = a_part(over=None)
    rubric: Rubric = make_rubric(part)

    assert small_runs(rubric, part) == ()
