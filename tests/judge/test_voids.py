"""What a proved leak leaves of the parts that rest on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge.part import judge_part
from grader.judge.voids import is_voided, with_voids
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.judged import PartResult
from grader.nouns.plain import WrittenItem
from tests.judge.conftest import make_observation, make_part, make_rubric
from tests.judge.test_causal import FUTURE, VARY, causal, leaking, seen

PROOF = make_part(
    Check("future", "causal", FUTURE, 5, ("window",), voids=("3c", "3d")),
    Check("finite", "finite", ["logits"], 1, ("window",)),
    cases=(Case("window", {}, vary=VARY),),
    id="3b",
)
RESTING = make_part(
    Check("near", "below", {"perplexity": 20.0}, 3, ("one",)),
    Check("sane", "below", {"perplexity": 40.0}, 2, ("one",), hint="Train longer."),
    id="3d",
    written=(WrittenItem("why", "Because.", 1.5),),
)
READ = Part("3f", "Read", 2, "person", written=(WrittenItem("mask", "A mask.", 2),))
RUBRIC: Rubric = replace(make_rubric(PROOF), parts=(PROOF, RESTING, READ))
REASON = "void: part 3b proved a leak (position 2 sees 4)"


def results(*, leak: float, perplexity: float = 30.0, rubric: Rubric = RUBRIC) -> tuple[PartResult, ...]:
    """The three parts of a hand-in, before anything is void."""
    window, one = seen(leaking(leak)), {"one": make_observation(perplexity=perplexity)}
    proof = judge_part(PROOF, rubric, {"window": seen(causal)["window"]}, window, {}, {})
    return proof, judge_part(RESTING, rubric, one, one, {}, {}), judge_part(READ, rubric, {}, {}, {}, {})


def test_without_a_leak_nothing_is_void() -> None:
    before = results(leak=0.0)

    assert with_voids(RUBRIC, before) == before
    assert not any(map(is_voided, before))


def test_a_leak_leaves_no_points_of_the_parts_that_rest_on_it() -> None:
    proof, resting, read = with_voids(RUBRIC, results(leak=1.0))

    assert (resting.verdict, resting.score, resting.max, resting.reason) == ("void", 0, 6.5, REASON)
    assert [(check.verdict, check.points, check.code) for check in resting.checks] == [("void", 0, "E-VOID")] * 2
    assert is_voided(resting)
    assert not is_voided(proof)
    assert not is_voided(read)


def test_written_items_wait_for_their_reader_all_the_same() -> None:
    _, resting, read = with_voids(RUBRIC, results(leak=1.0))

    assert (resting.pending, resting.written) == (1.5, RESTING.written)
    assert (read.verdict, read.pending) == ("pending", 2)


def test_the_part_that_proves_the_leak_keeps_what_its_other_checks_have() -> None:
    proof, *_ = with_voids(RUBRIC, results(leak=1.0))

    assert (proof.score, proof.verdict, proof.reason) == (1, "void", "position 2 sees 4")


def test_staff_see_what_a_void_check_said_by_itself() -> None:
    _, resting, _ = with_voids(RUBRIC, results(leak=1.0))

    near, sane = resting.checks
    assert near.detail.startswith("by itself it failed; perplexity: is not below 20")
    assert sane.detail.startswith("by itself it passed; worst 30, bound 40")
    assert (near.reason, near.hint, near.margin) == (REASON, "", None)


def test_voids_are_found_once_and_not_passed_on() -> None:
    chained = replace(RESTING, checks=tuple(replace(check, voids=("3f",)) for check in RESTING.checks))
    rubric = replace(RUBRIC, parts=(PROOF, chained, READ))

    once = with_voids(rubric, results(leak=1.0))

    assert with_voids(rubric, once) == once
    assert once[2].verdict == "pending"


def test_without_the_part_that_proves_it_nothing_is_void() -> None:
    _, resting, _ = results(leak=1.0)

    assert with_voids(RUBRIC, [resting]) == (resting,)


@pytest.mark.parametrize("outcome", ["failed", "pending", "broken", "crashed"])
def test_only_a_proof_voids(outcome: str) -> None:
    proof, *rest = results(leak=1.0)
    checks = tuple(replace(check, verdict=outcome) for check in proof.checks)

    assert with_voids(RUBRIC, [replace(proof, checks=checks), *rest])[1] == rest[0]


def test_a_check_of_ours_that_broke_is_void_like_the_others() -> None:
    proof, resting, read = results(leak=1.0)
    broken = replace(resting, checks=tuple(replace(check, verdict="broken") for check in resting.checks), pending=6.5)

    _, resting, _ = with_voids(RUBRIC, [proof, broken, read])

    assert (resting.verdict, resting.pending) == ("void", 1.5)
    assert resting.checks[0].detail.startswith("by itself it is broken")
