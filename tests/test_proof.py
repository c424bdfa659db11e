"""The proof of a rubric: what it says of a rubric that keeps its promises, and of ones that do not."""

from __future__ import annotations

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
from tests import tiny

pytestmark = pytest.mark.usefixtures("pools_are_kept")


def proof_of(root: Path, *, rubric: str = tiny.RUBRIC) -> Proof:
    loaded = load_rubric(tiny.write_course(root, rubric=rubric))

    def observer(handout: Handout) -> Observer:
        return Observer(handout, level=best_level(), workers=1, store=Store(root / "observations"))

    course = open_course(loaded, observer)
    with course.observer:
        return prove(course, loaded.parts)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("proof")


@pytest.fixture(scope="module")
def proof(root: Path) -> Proof:
    return proof_of(root)


def test_a_rubric_that_keeps_its_promises_has_no_faults(proof: Proof) -> None:
    assert proof.faults == ()


def test_every_version_is_tried_and_keeps_what_it_should(proof: Proof) -> None:
    assert [(tried.kind, tried.name, tried.kept) for tried in proof.tried] == [
        ("reference", "reference", 6.0),
        ("nothing", "nothing", 0.0),
        ("variant", "by_hand", 6.0),
        ("mistake", "no_mask", 3.0),
        ("mistake", "over_batch", 3.0),
    ]


def test_the_narrowest_pass_is_inside_and_the_narrowest_catch_outside_the_tolerance(proof: Proof) -> None:
    key = ("w", "values")

    assert proof.passes[key].margin < 1 < proof.catches[key].margin
    assert proof.catches[key].name in ("no_mask", "over_batch")


def test_counts_say_how_many_of_a_kind_are_as_written(proof: Proof) -> None:
    assert (proof.count("variant"), proof.count("mistake")) == ((1, 1), (2, 2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("no_mask: 1,", "no_mask: 2,", "part w: mistake 'no_mask' keeps 1 points, the rubric says 2  [E-PROOF-POINTS]"),
        (
            "    cases:\n      ragged: {lengths: [7, 5, 3, 2]}\n      pair: {lengths: [3, 2], public: true}",
            "    cases:\n      even: {lengths: [4, 4, 4]}",
            "part w: mistake 'no_mask' keeps 4 points, the rubric says 1  [E-PROOF-POINTS]\n  seen: every check passed",
        ),
        ("close: weights, points: 3}", "close: weights, points: 3, atol: 10}", "mistake 'over_batch' keeps full marks"),
    ],
    ids=["other points", "cases that cannot tell", "a tolerance that lets all pass"],
)
def test_a_promise_that_is_not_kept_is_named(root: Path, old: str, new: str, said: str) -> None:
    assert old in tiny.RUBRIC

    proof = proof_of(root, rubric=tiny.RUBRIC.replace(old, new))

    assert said in "\n".join(map(str, proof.faults))


def test_a_costly_part_is_only_tried_by_the_mistakes_that_it_names_and_asks_for_no_name(tmp_path: Path) -> None:
    rubric = tiny.RUBRIC.replace("    probe: context\n", "    probe: context\n    costly: true\n")
    rubric = rubric.replace("    probe: weights\n", "    probe: weights\n    costly: true\n")

    proof = proof_of(tmp_path, rubric=rubric)

    assert proof.faults == ()
    assert [(tried.name, tried.kept, [part.id for part in tried.results], tried.named) for tried in proof.tried] == [
        ("reference", 6.0, ["w", "c"], False),
        ("nothing", 0.0, ["w", "c"], False),
        ("by_hand", 6.0, ["w", "c"], False),
        ("no_mask", 3.0, ["w"], False),
        ("over_batch", 3.0, ["w"], False),
    ]


def test_two_mistakes_that_cannot_be_told_apart_are_named(tmp_path: Path) -> None:
    rubric = tiny.RUBRIC.replace("over_batch: 1}", "over_batch: 1, twin: 1}")
    tiny.write_course(tmp_path, rubric=rubric)
    mistakes = tmp_path / "reference" / "tiny" / "mistakes.py"
    twin = (
        tiny.MISTAKES + '\ntwin = Mistake("attention.py", was="shut_bs, dim=1", now="shut_bs, dim=-2", hint="Twin.")\n'
    )
    mistakes.write_text(twin)

    loaded = load_rubric(tmp_path / "rubrics" / "tiny.yaml")
    course = open_course(
        loaded,
        lambda handout: Observer(handout, level=best_level(), workers=1, store=Store(tmp_path / "observations")),
    )
    with course.observer:
        proof = prove(course, loaded.parts)

    assert "part w: mistake 'twin' is not known by its own name  [E-PROOF-NAME]" in "\n".join(map(str, proof.faults))
