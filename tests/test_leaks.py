"""A leak from hand-in to result: a varied case is run, the leak is proved, named and drawn, and voids what rests on it.

One small course in the jail: `sums` of what came before, and a number that looks superb with and without a leak.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from grader.box.levels import best_level
from grader.box.store import Store
from grader.course import open_course
from grader.nouns.asked import Handout
from grader.nouns.judged import PartResult, Results
from grader.observer import Observer
from grader.pipeline import Order, grade
from grader.progress import Silent
from grader.proof import Proof, prove
from grader.rubric.load import load_rubric

pytestmark = pytest.mark.usefixtures("pools_are_kept")

SOLVED = "def sums(x_lb):\n    return x_lb.cumsum(0)\n\n\ndef perplexity():\n    return 1.5\n"
LEAKS = SOLVED.replace("x_lb.cumsum(0)", "x_lb.cumsum(0) + x_lb[-1:]")
NOISY = SOLVED.replace("x_lb.cumsum(0)", "x_lb.cumsum(0) + time.time_ns() % 1000").replace("def", "import time\ndef", 1)
FAILS = LEAKS.replace("1.5", "99.0")
FILES = {
    "reference/sums/solved/work.py": SOLVED,
    "reference/sums/probes.py": '''
from grader import kit


def influence(hw, *, change=None, seed):
    """The sums of a text in which something is changed."""
    return {"sums": hw.work.sums(kit.varied(kit.drawn("x", (4, 3), seed), change, "position", 0, seed=seed))}


def near(hw, *, seed):
    """A number that a leak makes superb."""
    return {"perplexity": hw.work.perplexity()}
''',
    "reference/sums/mistakes.py": """
from grader.authoring import Mistake

ahead = Mistake("work.py", was="x_lb.cumsum(0)", now="x_lb.cumsum(0) + x_lb[-1:]", hint="Look back only.")
total = Mistake("work.py", was="x_lb.cumsum(0)", now="0 * x_lb + x_lb.sum(0)", hint="Do not add it all up.")
""",
    "rubrics/sums.yaml": """\
assignment: sums
title: Sums
points: 6
seed: 5
limits: {wall_s: 30, cpu_s: 10}
repeat: {runs: 2}
units:
  work: {defines: [sums, perplexity]}
parts:
  a:
    title: Causality
    points: 3
    probe: influence
    cases: {window: {vary: {position: 4}}}
    checks:
      - id: future
        points: 2
        causal: {of: sums, changed: position, axes: l b, along: l, allowed: past, label: true}
        voids: [b]
      - {id: past, points: 1, causal: {of: sums, changed: position, axes: l b, along: l, needed: before}}
    plots:
      - {influence: sums, case: window, changed: position, title: Who sees whom, public: true}
    mistakes: {ahead: 1, total: 1}
  b:
    title: Near
    points: 3
    probe: near
    cases: {text: {}}
    checks: [{below: {perplexity: 2}, points: 2}]
    written: [{id: why, text: "Because.", points: 1}]
    mistakes: {ahead: 0, total: 0}
""",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("leaks")
    sent = {"ada": SOLVED, "bo": LEAKS, "cleo": NOISY, "dev": FAILS}
    for name, text in {**FILES, **{f"submissions/{name}/work.py": text for name, text in sent.items()}}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def results(root: Path) -> Results:
    order = Order(root / "submissions", root / "rubrics/sums.yaml", root / "out", best_level(), workers=1)
    return grade(order, Silent())


@pytest.fixture(scope="module")
def proof(root: Path, results: Results) -> Proof:
    loaded = load_rubric(root / "rubrics/sums.yaml")

    def observer(handout: Handout) -> Observer:
        return Observer(handout, level=best_level(), workers=1, store=Store(root / "out/observations"))

    course = open_course(loaded, observer)
    with course.observer:
        return prove(course, loaded.parts)


def parts(results: Results, name: str) -> tuple[PartResult, PartResult]:
    first, second = next(each for each in results.submissions if each.id == name).parts
    return first, second


def test_what_looks_back_only_keeps_everything(results: Results) -> None:
    causality, near = parts(results, "ada")

    assert (causality.verdict, causality.score, near.verdict, near.score) == ("passed", 3, "pending", 2)


def test_a_leak_is_named_with_the_mistake_that_it_is(results: Results) -> None:
    causality, _ = parts(results, "bo")

    assert (causality.verdict, causality.score, causality.mistakes) == ("void", 1, ("ahead",))
    assert causality.reason.startswith("position 3 sees 4: its own label; 3 of 6 pairs")
    assert causality.hint == "Look back only."


@pytest.mark.parametrize("name", ["bo", "dev"])
def test_what_rests_on_a_leak_is_void_however_good_it_looks(results: Results, name: str) -> None:
    _, near = parts(results, name)

    assert (near.verdict, near.score, near.pending) == ("void", 0, 1)
    assert near.reason == "void: part a proved a leak (position 3 sees 4: its own label)"


def test_the_score_is_what_is_left(results: Results) -> None:
    assert {each.id: each.score for each in results.submissions} == {"ada": 5, "bo": 1, "cleo": 2, "dev": 1}


def test_what_is_random_is_no_leak_and_voids_nothing(results: Results) -> None:
    causality, near = parts(results, "cleo")

    assert {check.code for check in causality.checks} == {"E-UNSTEADY"}
    assert (causality.verdict, near.verdict, near.score) == ("failed", "pending", 2)
    assert causality.unstable.endswith("different answers in 2 runs")


def test_who_sees_whom_is_kept_beside_who_may(root: Path, results: Results) -> None:
    bo = next(each for each in results.submissions if each.id == "bo")
    (picture,) = bo.parts[0].pictures
    arrays = load_file(root / "out/arrays" / bo.arrays)

    assert (picture.kind, picture.x, picture.y, picture.public) == ("influence", "position", "position", True)
    assert (picture.yours, picture.expected) == ("a/window/sums.position.moves", "a/window/sums.position.allowed")
    assert (arrays[picture.yours] > 1e-5).tolist() == (np.tri(4) + np.eye(4)[3] > 0).tolist()
    assert arrays[picture.expected].tolist() == np.tri(4).tolist()


def test_the_runs_of_changes_are_kept_for_no_page(root: Path, results: Results) -> None:
    assert set(load_file(root / "out/arrays/expected.safetensors")) == {"a/window/sums", "b/text/perplexity"}


def test_the_runs_of_changes_are_no_cases_of_their_own(results: Results) -> None:
    assert [case.case for case in parts(results, "bo")[0].cases] == ["window"]


def test_the_proof_counts_what_is_kept_after_voids_and_asks_void_parts_for_no_name(proof: Proof) -> None:
    assert proof.faults == ()
    assert {tried.name: tried.kept for tried in proof.tried if tried.kind == "mistake"} == {"ahead": 1, "total": 1}


def test_a_leak_is_a_catch_with_its_margin(proof: Proof) -> None:
    assert proof.catches["a", "future"].margin > 1e3
    assert ("b", "below") not in proof.catches
