"""The verdict of a check: over its cases, over its subchecks, and where the fault is ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from grader.judge.checks import CHECKS, conclude, findings
from grader.judge.evidence import Evidence
from grader.nouns.asked import Case, Check, Part
from grader.nouns.judged import Verdict
from grader.nouns.plain import Fault, Frame
from grader.nouns.seen import Observation

RAISED = Observation("raised", fault=Fault("ValueError", "17", (Frame("nmt_model.py", 9, "encode"),)))
CASES = (Case("a", {}), Case("b", {}, public=True), Case("c", {}))


@pytest.fixture
def over_cases(
    a_check: Callable[..., Check], a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]
) -> Callable[..., Verdict]:
    """The verdict of a check on what each case of a student gives, where 1 is right."""

    def judge(got: Mapping[str, float | Observation], check: Check | None = None) -> Verdict:
        check = check or a_check("close", "x", cases=tuple(got))
        observations = {
            case: value if isinstance(value, Observation) else Observation("answered", {"x": np.asarray(float(value))})
            for case, value in got.items()
        }
        right = {case: Observation("answered", {"x": np.asarray(1.0)}) for case in "abc"}
        return conclude(check, findings(check, an_evidence(a_part(check, cases=CASES), right, observations)))

    return judge


def test_every_kind_of_the_form_has_its_check() -> None:
    from grader.rubric.schema import KINDS

    assert set(KINDS) <= set(CHECKS)


def test_a_check_pays_only_if_it_holds_on_every_case(over_cases: Callable[..., Verdict]) -> None:
    assert over_cases({"a": 1, "b": 1, "c": 1}).outcome == "passed"
    assert over_cases({"a": 1, "b": 1, "c": 2}).outcome == "failed"


def test_the_first_failing_case_gives_the_reason(over_cases: Callable[..., Verdict]) -> None:
    verdict = over_cases({"a": 1, "b": 3, "c": 2})

    assert (verdict.case, verdict.reason) == ("b", "x: off by 2")


def test_cases_that_a_check_does_not_name_do_not_count(
    over_cases: Callable[..., Verdict], a_check: Callable[..., Check]
) -> None:
    assert over_cases({"a": 1, "b": 2}, a_check("close", "x", cases=("a",))).outcome == "passed"


def test_a_passed_check_tells_the_pass_nearest_to_the_tolerance(over_cases: Callable[..., Verdict]) -> None:
    verdict = over_cases({"a": 1.00001, "b": 1.0001, "c": 1})

    assert verdict.case == "b"
    assert verdict.margin == pytest.approx(0.909, rel=1e-2)


def test_a_crash_in_a_later_case_does_not_hide_the_first_failure(over_cases: Callable[..., Verdict]) -> None:
    assert over_cases({"a": 2, "b": RAISED}).outcome == "failed"
    assert over_cases({"a": RAISED, "b": 2}).outcome == "crashed"


def test_a_crash_tells_the_message_only_in_a_public_case(over_cases: Callable[..., Verdict]) -> None:
    assert over_cases({"a": RAISED}).reason == "nmt_model.py:9: ValueError"
    assert over_cases({"b": RAISED}).reason == "nmt_model.py:9: ValueError: 17"


def test_what_a_public_case_raised_too_may_be_told_of_a_hidden_one(over_cases: Callable[..., Verdict]) -> None:
    other = Observation("raised", fault=Fault("ValueError", "18", (Frame("nmt_model.py", 9, "encode"),)))

    assert over_cases({"a": RAISED, "b": RAISED}).reason == "nmt_model.py:9: ValueError: 17"
    assert over_cases({"a": RAISED, "b": other}).reason == "nmt_model.py:9: ValueError"


@pytest.mark.parametrize("case", ["a", "b", "c"])
def test_a_fault_of_ours_in_any_case_is_broken_and_never_failed(over_cases: Callable[..., Verdict], case: str) -> None:
    got: dict[str, float | Observation] = {"a": 2.0, "b": 2.0, "c": 2.0, case: Observation("broken")}

    assert over_cases(got).outcome == "broken"


def test_a_case_that_was_never_run_is_our_fault(
    over_cases: Callable[..., Verdict], a_check: Callable[..., Check]
) -> None:
    verdict = over_cases({"a": 1}, a_check("close", "x", cases=("a", "b")))

    assert (verdict.outcome, verdict.case) == ("broken", "b")
    assert verdict.reason == "our fault, it costs no points: nothing was observed"


@pytest.mark.parametrize("reference", [Observation("raised"), Observation("missing"), None])
@pytest.mark.parametrize("kind", ["close", "equal", "finite", "gradient", "parameters"])
def test_a_reference_that_does_not_answer_is_our_fault(
    a_check: Callable[..., Check],
    a_part: Callable[..., Part],
    an_evidence: Callable[..., Evidence],
    answered: Callable[..., Observation],
    kind: str,
    reference: Observation | None,
) -> None:
    check = a_check(kind, "x")
    expected = {} if reference is None else {"one": reference}

    verdict = conclude(check, findings(check, an_evidence(a_part(check), expected, {"one": answered(x=1.0)})))

    assert (verdict.outcome, verdict.code) == ("broken", "E-REFERENCE")
    assert verdict.reason == "our fault, it costs no points: the reference gave no answer"


def test_an_exception_of_ours_is_broken(verdict: Callable[..., Verdict]) -> None:
    found = verdict("below", {"x": "not a number"}, {"x": 1.0}, {"x": 1.0})

    assert (found.outcome, found.code) == ("broken", "E-COMPARE")
    assert found.reason == "our fault, it costs no points: the comparison failed"
    assert found.detail.startswith("check below: ValueError: could not convert")


def test_an_unknown_kind_is_broken(verdict: Callable[..., Verdict]) -> None:
    assert verdict("closs", "x", {"x": 1.0}, {"x": 1.0}).outcome == "broken"


def test_a_check_that_looks_at_nothing_does_not_pass(verdict: Callable[..., Verdict]) -> None:
    assert verdict("close", [], {"x": 1.0}, {"x": 1.0}).outcome == "broken"


def test_a_failure_carries_the_hint_of_its_check(
    over_cases: Callable[..., Verdict], a_check: Callable[..., Check]
) -> None:
    check = a_check("close", "x", cases=("a",), hint="Look again.")

    assert over_cases({"a": 2}, check).hint == "Look again."
    assert over_cases({"a": 1}, check).hint == ""


def test_many_wrong_outputs_are_not_all_listed(verdict: Callable[..., Verdict]) -> None:
    outputs = {f"x{i}": 1.0 for i in range(6)}
    wrong = dict.fromkeys(outputs, 2.0)

    assert verdict("close", list(outputs), outputs, wrong).reason == "x0: off by 1; also x1, x2, x3 and 2 more"


# --- all ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def robust(a_check: Callable[..., Check]) -> Check:
    """Two checks under one, each with a hint."""
    return a_check(
        "all",
        None,
        cases=("a", "b"),
        hint="In general.",
        subchecks=(
            a_check("finite", "x", 0, cases=("a",), hint="Finite!"),
            a_check("close", "x", 0, cases=("b",)),
        ),
    )


def test_all_holds_if_every_subcheck_does(over_cases: Callable[..., Verdict], robust: Check) -> None:
    assert over_cases({"a": 5, "b": 1}, robust).outcome == "passed"


@pytest.mark.parametrize(
    ("got", "reason", "hint"),
    [
        ({"a": float("nan"), "b": 1}, "x: is NaN or infinite", "Finite!"),
        ({"a": 5, "b": 2}, "x: off by 1", "In general."),
    ],
    ids=["own-hint", "hint-of-all"],
)
def test_all_fails_with_the_first_subcheck_that_does(
    over_cases: Callable[..., Verdict], robust: Check, got: dict[str, float], reason: str, hint: str
) -> None:
    verdict = over_cases(got, robust)

    assert (verdict.outcome, verdict.reason, verdict.hint) == ("failed", reason, hint)


# --- raises ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ValueError", "builtins.ValueError"])
def test_raises_wants_the_exception(
    over_cases: Callable[..., Verdict], a_check: Callable[..., Check], name: str
) -> None:
    assert over_cases({"a": RAISED}, a_check("raises", name, cases=("a",))).outcome == "passed"


@pytest.mark.parametrize(
    ("got", "outcome", "reason"),
    [
        (1.0, "failed", "nothing was raised, expected KeyError"),
        (RAISED, "failed", "nmt_model.py:9: raised ValueError, expected KeyError"),
        (Observation("left", reason="segmentation fault"), "crashed", "segmentation fault"),
        (Observation("untouched"), "skipped", "the handout's stub is unchanged"),
        (Observation("raised"), "crashed", "raised an exception"),
        (Observation("broken", reason="no space"), "broken", "our fault, it costs no points: no space"),
    ],
    ids=["answered", "other", "left", "stub", "unknown", "broken"],
)
def test_raises_accepts_nothing_else(
    over_cases: Callable[..., Verdict],
    a_check: Callable[..., Check],
    got: float | Observation,
    outcome: str,
    reason: str,
) -> None:
    verdict = over_cases({"a": got}, a_check("raises", "KeyError", cases=("a",)))

    assert (verdict.outcome, verdict.reason) == (outcome, reason)
