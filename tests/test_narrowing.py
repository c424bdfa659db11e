"""While a class is graded, the smallest inputs on which failed parts fail are found; points never depend on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.box.store import Store
from grader.course import Course, hand_in, open_course
from grader.narrowing import Narrower
from grader.nouns.asked import Handout
from grader.nouns.judged import Results, Smallest
from grader.nouns.seen import Observation
from grader.observer import Observed, Observer
from grader.pipeline import Order, grade
from grader.progress import Silent
from grader.rubric.load import load_rubric
from tests import tiny

pytestmark = pytest.mark.usefixtures("pools_are_kept")

RUBRIC = tiny.RUBRIC.replace(
    "      pair: {lengths: [3, 2], public: true}\n",
    "      pair: {lengths: [3, 2], public: true}\n"
    "      one: {lengths: [4], means: a batch of one}\n"
    "    smallest: {like: pair, over: {lengths: {rows: 3, most: 3}}}\n",
)
HAND_INS = {
    "right": tiny.SOLVED,
    "unmasked": tiny.HAND_INS["unmasked"],
    "squeezed": tiny.SOLVED.replace(
        "return torch.softmax(shut_bs, dim=1)", "return torch.softmax(shut_bs, dim=1).squeeze()"
    ),
    "random": "import time\n"
    + tiny.SOLVED.replace("return torch.softmax(", "return (2 + time.time_ns() % 1000) * torch.softmax("),
    "import": tiny.HAND_INS["import"],
    "context": tiny.HAND_INS["raises"],
}


def order(root: Path, rubric: str = RUBRIC, *names: str) -> Order:
    for name in names or HAND_INS:
        (root / "submissions" / name).mkdir(parents=True, exist_ok=True)
        (root / "submissions" / name / "attention.py").write_text(HAND_INS[name], encoding="utf-8")
    return Order(root / "submissions", tiny.write_course(root, rubric=rubric), root / "out", best_level(), workers=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def results(root: Path) -> Results:
    return grade(order(root), Silent())


def smallest(results: Results) -> dict[str, Smallest | None]:
    return {each.id: each.parts[0].smallest for each in results.submissions}


def test_the_smallest_input_that_fails_is_told_of_failed_parts_alone(results: Results) -> None:
    masks = "fails as soon as two sentences differ in length"

    assert smallest(results) == {
        "context": None,  # its first part is right
        "import": None,
        "random": None,
        "right": None,
        "squeezed": Smallest(
            {"lengths": [1]},
            "fails where there is one sentence or no sentence is longer than 1",
            ("lengths [2, 1]", "lengths [2, 2]"),
        ),
        "unmasked": Smallest({"lengths": [2, 1]}, masks, ("lengths [1, 1]", "lengths [2, 2]")),
    }


def test_what_fails_in_a_hidden_case_alone_is_told_by_what_the_case_means(results: Results) -> None:
    squeezed = next(each for each in results.submissions if each.id == "squeezed").parts[0]

    assert (squeezed.verdict, squeezed.only) == ("failed", "only with a batch of one")


def test_a_part_without_small_inputs_is_judged_as_ever(results: Results) -> None:
    crashed = next(each for each in results.submissions if each.id == "context").parts[1]

    assert (crashed.verdict, crashed.smallest) == ("crashed", None)


def test_no_small_input_stands_among_the_cases(results: Results) -> None:
    assert {case.case for each in results.submissions for case in each.parts[0].cases} == {"ragged", "pair", "one"}


def test_a_second_run_runs_nothing_and_says_the_same(results: Results, root: Path) -> None:
    again = grade(order(root), Silent())

    assert [each.cached for each in again.submissions] == [True] * len(HAND_INS)
    assert smallest(again) == smallest(results)


def test_points_are_those_of_the_rubric_without_small_inputs(results: Results, root: Path) -> None:
    plain = grade(order(root, "\n".join(line for line in RUBRIC.split("\n") if "smallest:" not in line)), Silent())

    assert [each.score for each in plain.submissions] == [each.score for each in results.submissions]
    assert smallest(plain) == dict.fromkeys(sorted(HAND_INS))


def test_what_was_seen_of_small_inputs_is_kept(results: Results, root: Path) -> None:
    """Judged anew by a changed rubric, whose slot nobody starts."""
    text = RUBRIC.replace("{id: reason, text: ", "{id: reason, text: Also. ")
    again = grade(order(root, text), Silent())

    assert [each.cached for each in again.submissions if each.id in ("unmasked", "squeezed")] == [True, True]
    assert smallest(again) == smallest(results)


# --- a fault of ours ------------------------------------------------------------------------------------------------


@pytest.fixture
def course(results: Results, root: Path) -> Course:
    """The course, what its reference gives known."""
    store = Store(root / "out" / "observations")

    def make(handout: Handout) -> Observer:
        return Observer(handout, level=best_level(), workers=1, store=store)

    return open_course(load_rubric(tiny.write_course(root, rubric=RUBRIC)), make)


def test_what_broke_is_tried_again_by_the_next_run(course: Course, results: Results) -> None:
    unmasked = next(each for each in results.submissions if each.id == "unmasked")
    narrower = Narrower(course, course.rubric.parts)
    parts = tuple(replace(part, smallest=None) for part in unmasked.parts)
    sent = hand_in("unmasked", {})

    taken = narrower.takes(sent, replace(unmasked, parts=parts))
    ((_, runs),) = narrower.waiting()
    broken = Observed(sent, {(run.part, run.case): Observation("broken") for run in runs}, cached=False)
    result = narrower.narrowed(broken)

    assert taken
    assert result is not None
    assert (result.mark, result.score, result.parts[0].smallest) == ("", unmasked.score, None)


def test_a_hand_in_that_was_not_kept_is_none_of_its(course: Course, results: Results) -> None:
    narrower = Narrower(course, course.rubric.parts)
    right = next(each for each in results.submissions if each.id == "right")
    sent = hand_in("right", {})

    assert not narrower.takes(sent, right)
    assert list(narrower.waiting()) == []
    assert narrower.narrowed(Observed(sent, {}, cached=True)) is None


def test_the_reference_answers_its_small_inputs_once(course: Course) -> None:
    (part, *_) = course.rubric.parts

    first = course.small(part)

    assert {seen.ended for seen in first.values()} == {"answered"}
    assert list(first) == [f"smallest-{number}" for number in range(19)]
    assert course.small(part) is first
