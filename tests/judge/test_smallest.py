"""The smallest input that fails, and a sentence that is true of all that were tried."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge.smallest import fails_on, is_asked, smallest_failing, what_fails
from grader.judge.traits import traits
from grader.nouns.asked import Case, Part, Space
from grader.nouns.judged import CaseResult, CheckResult, PartResult, Smallest
from grader.nouns.seen import Observation
from grader.smallest import family
from tests.judge.conftest import make_check, make_observation, make_part, make_rubric

ROWS = {"lengths": {"rows": 3, "most": 3}}
LISTS = {"lengths": [[1], [0], [1, 1], [2, 1], [1, 2], [0, 1], [1, 2, 1], [1, 1, 2], [2, 1, 1]]}


def a_part(over: dict[str, Any], *checks: Any) -> Part:
    args = dict.fromkeys(over)
    cases = (Case("few", args, public=True), Case("hidden", {}))
    return make_part(
        *(checks or (make_check("close", ["h0"], cases=("few",)),)), cases=cases, smallest=Space("few", over)
    )


def searched(over: dict[str, Any], fails: Callable[..., bool | None], seconds: float = 5) -> Smallest | None:
    """What is found where exactly these inputs fail; `fails` is given the arguments."""
    return smallest_failing(a_part(over), lambda case: fails(**case.args), seconds)


@pytest.mark.parametrize(
    ("over", "fails", "smallest", "sentence", "passes"),
    [
        (ROWS, lambda lengths: True, [1], "fails always, even with lengths [1]", ()),
        (
            ROWS,
            lambda lengths: min(lengths) < max(lengths),
            [2, 1],
            "fails as soon as two sentences differ in length",
            ("lengths [1, 1]", "lengths [2, 2]"),
        ),
        (
            ROWS,
            lambda lengths: len(lengths) > 1,
            [1, 1],
            "fails as soon as there is more than one sentence",
            ("lengths [1]", "lengths [2]"),
        ),
        (
            ROWS,
            lambda lengths: max(lengths) > 1,
            [2],
            "fails as soon as a sentence is longer than 1",
            ("lengths [1]", "lengths [1, 1]"),
        ),
        (ROWS, lambda lengths: len(lengths) == 1, [1], "fails only with a batch of one", None),
        (ROWS, lambda lengths: max(lengths) == 1, [1], "fails only where no sentence is longer than 1", None),
        (ROWS, lambda lengths: lengths == [3, 1], [3, 1], "fails only with lengths [3, 1]", None),
        (ROWS, lambda lengths: lengths != [1], [2], "fails always but with lengths [1]", ("lengths [1]",)),
        (
            ROWS,
            lambda lengths: len(lengths) == 1 or max(lengths) == 1,
            [1],
            "fails where there is one sentence or no sentence is longer than 1",
            None,
        ),
        (
            ROWS,
            lambda lengths: len(lengths) > 1 and max(lengths) > 1,
            [2, 1],
            "fails where there is more than one sentence and a sentence is longer than 1",
            None,
        ),
        (
            LISTS,
            lambda lengths: lengths in ([1, 2], [1, 2, 1], [1, 1]),
            [1, 1],
            "lengths [1, 1] is the smallest input that fails",
            None,
        ),
        (
            {"a": [1, 2, 3, 4], "b": [1, 2]},
            lambda a, b: a == 1 or b == 1,
            1,
            "a 1, b 1 is the smallest input that fails",
            None,
        ),
        ({"pads": [0, 1, 2]}, lambda pads: pads > 0, 1, "fails as soon as pads is above 0", ("pads 0",)),
        ({"d_model": [2, 4, 6]}, lambda d_model: d_model != 4, 2, "fails unless d_model is 4", ("d_model 4",)),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith(("fails", "lengths", "a 1")) else "",
)
def test_the_smallest_input_and_what_those_that_fail_have_in_common(
    over: dict[str, Any],
    fails: Callable[..., bool],
    smallest: object,
    sentence: str,
    passes: tuple[str, ...] | None,
) -> None:
    found = searched(over, fails)

    assert found is not None
    assert next(iter(found.args.values())) == smallest
    assert found.sentence == sentence
    assert passes is None or found.passes == passes


def test_several_arguments_are_told_together() -> None:
    over = {"lengths": {"rows": 2, "most": 2}, "heads": [1, 2]}
    found = searched(over, lambda lengths, heads: heads > 1 and len(lengths) > 1)

    assert found == Smallest(
        {"lengths": [1, 1], "heads": 2},
        "fails where there is more than one sentence and heads is 2",
        ("lengths [1, 1], heads 1", "lengths [1], heads 2"),
    )


@pytest.mark.parametrize("known", [False, None])
def test_nothing_is_said_where_nothing_fails_or_nothing_is_known(known: bool | None) -> None:
    assert searched(ROWS, lambda lengths: known) is None


def test_a_part_without_small_inputs_has_no_smallest() -> None:
    assert smallest_failing(make_part(make_check("close", ["h0"])), lambda case: True, 1) is None


def test_where_little_is_known_nothing_general_is_said() -> None:
    found = searched(ROWS, lambda lengths: len(lengths) == 1 if max(lengths) == 1 else None)

    assert found == Smallest(
        {"lengths": [1]}, "lengths [1] is the smallest input that fails", ("lengths [1, 1]", "lengths [1, 1, 1]")
    )


def test_each_input_is_tried_once() -> None:
    tried: list[str] = []

    def fails(case: Case) -> bool:
        tried.append(case.name)
        return len(case.args["lengths"]) == 3

    smallest_failing(a_part(ROWS), fails, 5)

    assert sorted(tried) == sorted(case.name for case in family(a_part(ROWS)))


def test_it_ends_in_time_and_still_tells_what_it_found() -> None:
    def slow(case: Case) -> bool:
        time.sleep(0.05)
        return max(case.args["lengths"]) > 1

    started = time.monotonic()
    found = smallest_failing(a_part({"lengths": {"rows": 3, "most": 6}}), slow, 0.3)

    assert time.monotonic() - started < 2
    assert found is not None
    assert max(found.args["lengths"]) > 1


SMALL = """
from grader.nouns.asked import Case, Part, Space
ROWS = {"lengths": {"rows": 3, "most": 3}}
def a_part(over):
    cases = (Case("few", {"lengths": [4, 2]}, public=True),)
    return Part("1d", "", 1, "probe", cases=cases, smallest=Space("few", over))
"""
PROGRAM = """
import sys
if {hidden}:
    sys.modules["hypothesis"] = None
from grader.judge.smallest import smallest_failing
{small}
found = smallest_failing(a_part(ROWS), lambda case: min(case.args["lengths"]) < max(case.args["lengths"]), 5)
print(found.sentence, found.args, "hypothesis.core" in sys.modules)
"""


def told_by_a_process(folder: Path, program: str) -> str:
    run = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    return run.stdout.strip()


def test_it_leaves_nothing_in_the_folder_one_works_in(tmp_path: Path) -> None:
    program = PROGRAM.format(hidden=False, small=SMALL)

    told = told_by_a_process(tmp_path, program)

    assert told == "fails as soon as two sentences differ in length {'lengths': [2, 1]} True"
    assert list(tmp_path.iterdir()) == []


def test_without_hypothesis_it_finds_the_same(tmp_path: Path) -> None:
    program = PROGRAM.format(hidden=True, small=SMALL)

    told = told_by_a_process(tmp_path, program)

    assert told == "fails as soon as two sentences differ in length {'lengths': [2, 1]} False"


CASES = [dict(case.args) for case in family(a_part(ROWS))]
SAID = {trait.said: trait.holds for trait in traits(CASES)}
FACTS = {trait.fact: trait.holds for trait in traits(CASES)}


def claims(sentence: str, args: dict[str, Any]) -> bool:
    """Whether a sentence says of an input that it fails, read as a person would."""
    said = sentence.removeprefix("fails ")
    told = f"lengths {args['lengths']}"
    if said in SAID:
        return SAID[said](args)
    if said.startswith("always"):
        return "even with" in said or not said.endswith(told)
    if said.startswith("only with"):
        return said.endswith(told)
    for word, joined in ((" or ", any), (" and ", all)):
        facts = said.removeprefix("where ").split(word)
        if len(facts) == 2:
            return joined(FACTS[fact](args) for fact in facts)
    raise AssertionError(sentence)


@given(st.sets(st.integers(0, len(CASES) - 1), min_size=1))
def test_what_is_said_is_true_of_every_input_whatever_fails(numbers: set[int]) -> None:
    failing = [args for number, args in enumerate(CASES) if number in numbers]
    passing = [args for number, args in enumerate(CASES) if number not in numbers]

    sentence = what_fails(failing, passing)

    assert not sentence or [args for args in CASES if claims(sentence, args)] == failing


# --- one input ------------------------------------------------------------------------------------------------------

H0 = np.arange(6.0).reshape(2, 3)
RIGHT = make_observation(h0=H0, g=np.zeros(3))


@pytest.mark.parametrize(
    ("got", "fails"),
    [
        (RIGHT, False),
        (make_observation(h0=H0 + 1, g=np.zeros(3)), True),
        (make_observation(h0=H0.T, g=np.zeros(3)), True),
        (make_observation(h0="no tensor", g=np.zeros(3)), True),
        (Observation("raised"), True),
        (Observation("left"), True),
        (Observation("unreadable"), True),
        (Observation("stopped", limit="wall"), None),
        (Observation("import_error"), None),
        (Observation("missing"), None),
        (Observation("untouched"), None),
        (Observation("broken"), None),
        (None, None),
    ],
    ids=[
        "right",
        "values",
        "shape",
        "text",
        "raised",
        "left",
        "unreadable",
        "stopped",
        "import",
        "missing",
        "stub",
        "ours",
        "-",
    ],
)
def test_an_input_fails_if_it_is_answered_wrongly_by_the_student(got: Observation | None, fails: bool | None) -> None:
    part = a_part(ROWS, make_check("close", ["h0"], cases=("few",)), make_check("gradient", ["g"], cases=("few",)))

    assert fails_on(part, family(part)[0], make_rubric(part), RIGHT, got) is fails


def test_what_the_reference_itself_does_not_pass_is_not_asked() -> None:
    part = a_part(ROWS, make_check("gradient", ["g"], cases=("few",)))

    assert fails_on(part, family(part)[0], make_rubric(part), RIGHT, RIGHT) is None


@pytest.mark.parametrize("expected", [None, Observation("raised")])
def test_nothing_is_known_where_the_reference_gives_nothing(expected: Observation | None) -> None:
    part = a_part(ROWS)

    assert fails_on(part, family(part)[0], make_rubric(part), expected, RIGHT) is None


# --- whether to look ------------------------------------------------------------------------------------------------


def a_result(verdict: Any, check: str = "close", ended: Any = "answered", **fields: Any) -> PartResult:
    checks = (CheckResult(check, check, ("h0",), "few", verdict, 0, 1),)
    cases = (CaseResult("few", ended, 0.1, 0),)
    return PartResult("1d", "", 0, 1, 0, verdict, "", 0.1, 0, checks=checks, cases=cases, **fields)


@pytest.mark.parametrize(
    ("result", "asked"),
    [
        (a_result("failed"), True),
        (a_result("crashed", ended="raised"), True),
        (a_result("passed"), False),
        (a_result("stopped", ended="stopped"), False),
        (a_result("void"), False),
        (a_result("crashed", ended="import_error"), False),
        (a_result("failed", check="dropout"), False),
        (a_result("failed", unstable="3 different answers in 5 runs"), False),
    ],
    ids=["failed", "crashed", "passed", "stopped", "void", "import", "in another check", "unstable"],
)
def test_small_inputs_are_asked_where_they_may_tell_something(result: PartResult, asked: bool) -> None:
    assert is_asked(a_part(ROWS), result) is asked
