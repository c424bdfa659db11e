"""Whether public cases, `after`, `smallest`, `means` and `of` agree with the rest of the rubric."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.load import load_rubric
from grader.smallest import MOST, family

ONE = "one: {count: 1, public: true}"
FEW = "few: {count: 3}"
CHECKS = "    checks:\n      - {shape: {total: b 2h}, points: 1}"
TITLE = "title: Adding\n"
KINDS = "above, below, close, equal, finite, gradient, parameters, same, shape"


def smallest(text: str) -> tuple[str, str]:
    """The change that gives part 1a small inputs."""
    return CHECKS, f"    smallest: {text}\n{CHECKS}"


CASES = {
    "after no part": (
        (TITLE, "title: Adding\n    after: [1b, 1e]\n"),
        "15:17: part 1a: there is no part '1e'  [E-RUBRIC-AFTER]\n"
        "  allowed: 1b, 1c\n"
        "  help: name another part, or leave it out",
    ),
    "after itself": (
        (TITLE, "title: Adding\n    after: [1a]\n"),
        "15:13: part 1a: a part cannot come after itself  [E-RUBRIC-AFTER]\n"
        "  allowed: 1b, 1c\n"
        "  help: name another part, or leave it out",
    ),
    "means nothing": (
        (ONE, "one: {count: 1, public: true, means: ''}"),
        "20:44: part 1a, case one: 'means' is the text ''  [E-RUBRIC-MEANS]\n"
        "  allowed: a line of 1 to 60 letters that goes with 'only with', as in 'a batch of one'\n"
        "  help: write what sets it apart",
    ),
    "means a number": (
        (ONE, "one: {count: 1, public: true, means: 1}"),
        "20:44: part 1a, case one: 'means' is the number 1  [E-RUBRIC-MEANS]\n"
        "  allowed: a line of 1 to 60 letters that goes with 'only with', as in 'a batch of one'\n"
        "  help: write what sets it apart",
    ),
    "like no case": (
        smallest("{like: ones, over: {count: [1, 2]}}"),
        "21:22: part 1a: there is no case 'ones'  [E-RUBRIC-SMALLEST]\n  allowed: one\n  help: write 'one'",
    ),
    "like a hidden case": (
        smallest("{like: few, over: {count: [1, 2]}}"),
        "21:22: part 1a: the case 'few' is not public  [E-RUBRIC-SMALLEST]\n"
        "  allowed: one\n"
        "  help: name a public case that is run once",
    ),
    "like a varied case": (
        (
            f"{ONE}\n{CHECKS}",
            "one: {count: 1, public: true, vary: {place: 2}}\n"
            f"    smallest: {{like: one, over: {{count: [1, 2]}}}}\n{CHECKS}",
        ),
        "21:22: part 1a: the case 'one' is varied  [E-RUBRIC-SMALLEST]\n"
        "  allowed: none\n"
        "  help: name a public case that is run once",
    ),
    "over no argument": (
        smallest("{like: one, over: {counts: [1, 2]}}"),
        "21:34: part 1a: 'counts' is no argument of the case 'one'  [E-RUBRIC-SMALLEST]\n"
        "  allowed: count\n"
        "  help: write 'count'",
    ),
    "over nothing": (
        smallest("{like: one, over: {count: 3}}"),
        "21:41: part 1a: 'count' is the number 3  [E-RUBRIC-SMALLEST]\n"
        "  allowed: a list of values, or {rows: 3, most: 4} for up to 3 whole numbers from 1 to 4\n"
        "  help: write it so",
    ),
    "over rows without an end": (
        smallest("{like: one, over: {count: {rows: 3}}}"),
        "21:41: part 1a: 'count' is a group of keys  [E-RUBRIC-SMALLEST]\n"
        "  allowed: a list of values, or {rows: 3, most: 4} for up to 3 whole numbers from 1 to 4\n"
        "  help: write it so",
    ),
    "one input": (
        smallest("{like: one, over: {count: [1]}}"),
        "21:33: part 1a: only 1 small input is made  [E-RUBRIC-SMALLEST]\n  allowed: 2 to 100\n  help: add values",
    ),
    "too many inputs": (
        smallest("{like: one, over: {count: {rows: 8, most: 100}}}"),
        "21:33: part 1a: 352,025,629,370 small inputs would be made  [E-RUBRIC-SMALLEST]\n"
        "  allowed: 2 to 100\n"
        "  help: fewer values, rows or arguments",
    ),
    "a name that is kept": (
        (FEW, "smallest-1: {count: 4}\n      few: {count: 3}"),
        "19:7: part 1a, case smallest-1: the name 'smallest-1' is kept for small inputs  [E-RUBRIC-SMALLEST]\n"
        "  allowed: names without 'smallest-'\n"
        "  help: rename the case",
    ),
    "of in a rubric that grades": (
        (TITLE, "title: Adding\n    of: 3\n"),
        "15:5: part 1a: 'of' means nothing in a rubric that grades  [E-RUBRIC-PUBLIC]\n"
        "  allowed: in public.yaml, which `grade handout` writes\n"
        "  help: leave it out; 'points' says it",
    ),
    "of the whole rubric": (
        ("title: Sums\n", "title: Sums\nof: 3\n"),
        "3:1: 'of' means nothing in a rubric that grades  [E-RUBRIC-PUBLIC]\n"
        "  allowed: in public.yaml, which `grade handout` writes\n"
        "  help: leave it out; 'points' says it",
    ),
    "points on a public case alone": (
        ("{id: value, close: total, points: 3, cases: [few]}", "{id: value, close: total, points: 3, cases: [one]}"),
        "23:9: part 1a, check 2: its points rest on public cases alone: one  [E-RUBRIC-PUBLIC]\n"
        "  needed: a hidden case beside them, on another input\n"
        "  help: add a hidden case of other sizes, or make a public one hidden",
    ),
    "the input of a public case, hidden": (
        (FEW, "few: {count: 1}"),
        "22:9: part 1a, check 1: its hidden cases have the inputs of public ones: few  [E-RUBRIC-PUBLIC]\n"
        "  needed: a hidden case beside them, on another input\n"
        "  help: add a hidden case of other sizes, or make a public one hidden",
    ),
    "a subcheck without a twin": (
        ("{finite: total, cases: [few]}", "{finite: total, cases: [one]}"),
        "28:13: part 1a, check 3, subcheck 2: its points rest on public cases alone: one  [E-RUBRIC-PUBLIC]\n"
        "  needed: a hidden case beside them, on another input\n"
        "  help: add a hidden case of other sizes, or make a public one hidden",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_told_with_its_place(case: str, told: Callable[..., str]) -> None:
    change, message = CASES[case]

    assert f"rubrics/hw0.yaml:{message}" in told(*change)


def test_a_circle_is_told_once_with_its_way(told: Callable[..., str], rewrite: Callable[..., None]) -> None:
    rewrite("title: Lines\n", "title: Lines\n    after: [1c]\n")
    rewrite("title: By hand\n", "title: By hand\n    after: [1a]\n")

    said = told(TITLE, "title: Adding\n    after: [1b]\n")

    assert said == (
        "rubrics/hw0.yaml:15:13: part 1a: it comes after itself: 1a after 1b after 1c after 1a  [E-RUBRIC-AFTER]\n"
        "  allowed: an order without circles\n"
        "  help: leave out one of them"
    )


def test_parts_may_come_after_several_others(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("title: Lines\n", "title: Lines\n    after: [1a]\n")
    rewrite("title: By hand\n", "title: By hand\n    after: [1a, 1b]\n")

    assert [part.after for part in load_rubric(course).parts] == [(), ("1a",), ("1a", "1b")]


def test_small_inputs_are_read(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite(*smallest("{like: one, over: {count: [1, 2, 3]}}"))

    assert [case.args for case in family(load_rubric(course).parts[0])] == [{"count": 1}, {"count": 2}, {"count": 3}]


def test_as_many_inputs_as_are_allowed_may_be_made(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite(*smallest(f"{{like: one, over: {{count: {list(range(MOST))}}}}}"))

    assert len(family(load_rubric(course).parts[0])) == MOST


def test_a_case_whose_checks_need_more_than_a_small_input_is_none(
    told: Callable[..., str], rewrite: Callable[..., None]
) -> None:
    rewrite(
        "{id: value, close: total, points: 3, cases: [few]}", "{dropout: {eval: a, train: b, rate: 0.5}, points: 3}"
    )
    rewrite("- {shape: {total: b 2h}, points: 1}", "- {shape: {total: b 2h}, points: 1, cases: [few]}")
    rewrite('{same: [one.total, "few.total[0:1]"], hint: "One row by itself."}', "{finite: other, cases: [few]}")

    said = told(
        "    checks:\n      - {shape", "    smallest: {like: one, over: {count: [1, 2]}}\n    checks:\n      - {shape"
    )

    assert said == (
        "rubrics/hw0.yaml:21:22: part 1a: no check of the case 'one' means anything to inputs of other sizes  "
        f"[E-RUBRIC-SMALLEST]\n  allowed: one of {KINDS}\n  help: name another case, or leave it out"
    )


def test_a_costly_part_has_no_small_inputs(told: Callable[..., str], rewrite: Callable[..., None]) -> None:
    rewrite(TITLE, "title: Adding\n    costly: true\n")

    said = told(*smallest("{like: one, over: {count: [1, 2]}}"))

    assert "many small inputs of a costly part would take too long  [E-RUBRIC-SMALLEST]" in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{id: value, close: total, points: 3, cases: [few]}", "{id: value, close: total, points: 3}"),
        (
            "{shape: {total: b 2h}, points: 1}",
            "{shape: {total: b 2h}, points: 1}\n      - {finite: total, points: 0, cases: [one]}",
        ),
        ("{finite: total, cases: [few]}", "{finite: total}"),
        (
            "{finite: total, cases: [few]}",
            "{finite: total, cases: [few]}\n          - {same: [one.a, one.b]}\n          - {same: [few.a, few.b]}",
        ),
        ("few: {count: 3}", "few: {count: 3, means: a few}"),
    ],
    ids=["public and hidden", "without points", "under all", "a twin of same", "means"],
)
def test_what_is_sound_is_loaded(course: Path, rewrite: Callable[..., None], old: str, new: str) -> None:
    rewrite(old, new)

    assert load_rubric(course).points == 10


@pytest.mark.parametrize("name", ["a4", "hw5", "hw9", "hw12"])
def test_no_points_of_ours_rest_on_public_cases_alone(name: str) -> None:
    rubric = load_rubric(Path(__file__).resolve().parents[2] / "rubrics" / f"{name}.yaml")

    assert all(len(family(part)) > 1 for part in rubric.parts if part.smallest)


def test_faults_of_a_check_that_is_refused_are_not_told_twice(course: Path, rewrite: Callable[..., None]) -> None:
    rewrite("{id: value, close: total, points: 3, cases: [few]}", "{id: value, closs: total, points: 3, cases: [one]}")

    with pytest.raises(RubricError) as error:
        load_rubric(course)

    assert [message.code for message in error.value.messages] == ["E-CHECK-NAME"]
