"""Hand-ins that are random themselves: found by running them again, and graded as the rubric says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.box.store import Store
from grader.course import hand_in
from grader.nouns.judged import CheckResult, PartResult, Results, SubmissionResult
from grader.nouns.plain import Outcome
from grader.nouns.seen import Observation
from grader.observer import Observed, Observer
from grader.pipeline import Order, grade
from grader.progress import Silent
from grader.repeats import Repeater
from grader.rubric.load import load_rubric
from tests import tiny
from tests.box.jobs import HANDOUT

pytestmark = pytest.mark.usefixtures("pools_are_kept")

MEAN = 'return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)'


def with_mean(line: str, *, above: str = "") -> str:
    """The solved file, its `context` returning this times the right answer."""
    return above + tiny.SOLVED.replace(MEAN, f"{line} * {MEAN.removeprefix('return ')}")


UNSTABLE = {
    "clock": with_mean("import time\n    return (time.time_ns() % 1000)"),
    "pid": with_mean("import os\n    return os.getpid()"),
    "hashes": with_mean("return (hash('a') % 1000)"),
    "at-import": with_mean("return FACTOR", above="import numpy\nFACTOR = numpy.random.default_rng().random()\n"),
}
STABLE = {
    "right": tiny.SOLVED,
    "seeded": with_mean(
        "return (EARLY + torch.rand(1) + random.random())",
        above="import random, torch, numpy\nEARLY = random.random() + numpy.random.rand() + torch.rand(1)\n",
    ),
}
LUCKY = with_mean("import os\n    return (1 + (os.getpid() % 1000) * 1e-9)")  # differs, within the tolerance


def graded(root: Path, hand_ins: Mapping[str, str], repeat: str = "{}", **changes: object) -> Results:
    rubric = tiny.write_course(root, rubric=tiny.RUBRIC.replace("seed: 11\n", f"seed: 11\nrepeat: {repeat}\n"))
    for name, text in hand_ins.items():
        folder = root / "submissions" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "attention.py").write_text(text, encoding="utf-8")
    order = Order(root / "submissions", rubric, root / "out", best_level(), workers=1)
    return grade(replace(order, **changes), Silent())  # type: ignore[arg-type]


def part(results: Results, name: str, part_id: str = "c") -> PartResult:
    submission = next(each for each in results.submissions if each.id == name)
    return next(each for each in submission.parts if each.id == part_id)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def results(root: Path) -> Results:
    return graded(root, UNSTABLE | STABLE, "{runs: 3}")


@pytest.mark.parametrize("name", ["clock", "pid", "at-import"])
def test_what_no_seed_reaches_is_found_by_running_it_again(results: Results, name: str) -> None:
    assert part(results, name).unstable.endswith("different answers in 3 runs")
    assert part(results, name).verdict == "failed"


def test_what_hangs_on_the_order_of_hashes_is_found_by_another_hash_seed(results: Results) -> None:
    assert part(results, "hashes").unstable.endswith("different answers in 3 runs")


@pytest.mark.parametrize("name", STABLE)
def test_what_is_drawn_from_seeded_generators_is_stable(results: Results, name: str) -> None:
    assert part(results, name).unstable == ""


def test_other_parts_of_an_unstable_hand_in_are_none_the_worse(results: Results) -> None:
    assert (part(results, "clock", "w").verdict, part(results, "clock", "w").unstable) == ("passed", "")


def test_what_was_seen_is_kept_and_not_run_again(results: Results, root: Path) -> None:
    (root / "out" / "results.json").unlink()
    again = graded(root, {}, "{runs: 3}")

    assert [replace(each, cached=False) for each in again.submissions] == [
        replace(each, cached=False) for each in results.submissions
    ]


@pytest.mark.slow
def test_a_part_left_to_a_person_gives_and_loses_no_points(tmp_path: Path) -> None:
    seen = part(graded(tmp_path, {"clock": UNSTABLE["clock"]}, "{runs: 2, unstable: none}"), "clock")

    assert (seen.verdict, seen.score, seen.pending) == ("pending", 0.0, 2.0)
    assert seen.unstable == "2 different answers in 2 runs"
    assert [check.code for check in seen.checks] == ["E-UNSTABLE"]


@pytest.mark.slow
def test_without_repetition_nothing_is_run_twice(tmp_path: Path) -> None:
    seen = part(graded(tmp_path, {"clock": UNSTABLE["clock"]}, "{parts: none}"), "clock")

    assert (seen.verdict, seen.unstable) == ("failed", "")


@pytest.mark.slow
def test_a_difference_within_the_tolerance_is_none(tmp_path: Path) -> None:
    assert part(graded(tmp_path, {"lucky": LUCKY}, "{parts: all}"), "lucky").unstable == ""


@pytest.mark.slow
def test_with_all_parts_also_a_lucky_pass_is_found(tmp_path: Path) -> None:
    lucky = with_mean(
        "import sys\n    return (1 if hash('a') == EXPECTED else 2)", above=f"EXPECTED = {_hash_of_a()}\n"
    )
    by_default = part(graded(tmp_path, {"lucky": lucky}), "lucky")
    by_all = part(graded(tmp_path, {"lucky": lucky}, "{parts: all, runs: 4}"), "lucky")

    assert (by_default.verdict, by_default.unstable) == ("passed", "")
    assert (by_all.verdict, by_all.unstable) == ("failed", "2 different answers in 4 runs")


def _hash_of_a() -> int:
    """The hash of "a" under the seed that is graded."""
    import subprocess
    import sys

    command = [sys.executable, "-c", "print(hash('a'))"]
    return int(subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": "0"}).stdout)


# --- which runs are picked, without a box ---------------------------------------------------------------------------

SENT = hand_in("ada", {"attention.py": b""})


def picked(tmp_path: Path, result: PartResult, ended: str = "answered", repeat: str = "lost") -> list[str]:
    """The cases of part w that are run again if it came out so."""
    rubric = replace(load_rubric(tiny.write_course(tmp_path)), repeat=repeat)  # type: ignore[arg-type]
    repeater = Repeater(rubric, lambda _: Observer(HANDOUT, level="open", workers=1, store=Store(tmp_path)))
    seen = {("w", case): Observation(ended) for case in ("ragged", "pair")}  # type: ignore[arg-type]
    submission = SubmissionResult("ada", SENT.sha256, 0, 7, 0, 0.0, cached=False, parts=(result,))
    return [run.case for run in repeater._picked(Observed(SENT, seen, cached=False), submission)]


def judged(verdict: Outcome, *, score: float = 0.0, mistakes: tuple[str, ...] = ()) -> PartResult:
    check = CheckResult("values", "close", ("weights",), "pair", verdict, score, 4.0)
    return PartResult("w", "", score, 4.0, 0.0, verdict, "", 0.0, 0, mistakes, checks=(check,))


def test_the_case_on_which_points_were_lost_is_run_again(tmp_path: Path) -> None:
    assert picked(tmp_path, judged("failed")) == ["pair"]


@pytest.mark.parametrize(
    "result",
    [judged("passed", score=4.0), judged("failed", mistakes=("no_mask",)), judged("skipped"), judged("broken")],
    ids=["right", "explained", "nothing handed in", "ours"],
)
def test_where_a_second_look_shows_nothing_none_is_taken(tmp_path: Path, result: PartResult) -> None:
    assert picked(tmp_path, result) == []


def test_a_leak_is_looked_at_twice_but_not_what_it_voids(tmp_path: Path) -> None:
    proved = judged("void")
    resting = replace(proved, checks=tuple(replace(check, code="E-VOID") for check in proved.checks))

    assert picked(tmp_path, proved) == ["pair"]
    assert picked(tmp_path, resting) == picked(tmp_path, resting, repeat="all") == []


def test_a_case_that_met_a_limit_is_not_repeated(tmp_path: Path) -> None:
    assert picked(tmp_path, judged("failed"), ended="stopped") == []


def test_with_all_also_right_and_explained_parts_are_picked_by_their_files(tmp_path: Path) -> None:
    right = picked(tmp_path, judged("passed", score=4.0), repeat="all")

    assert len(right) == 1
    assert picked(tmp_path, judged("passed", score=4.0), repeat="all") == right
    assert picked(tmp_path, judged("failed", mistakes=("no_mask",)), repeat="all") == ["pair"]
