"""What may be looked at, and what may be told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.errors import HarnessError
from grader.judge.evidence import Evidence, matching, names
from grader.judge.tolerance import Tolerance
from grader.nouns.asked import Case, Check, Part
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation

CASES = (Case("open", {"lengths": [3, 2]}, public=True), Case("hidden", {"lengths": 4, "words": True}))


@pytest.fixture
def evidence(a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]) -> Evidence:
    """A part with a public and a hidden case; the reference answers in both, the student in neither."""
    part = a_part(cases=CASES, axes={"h0": "b h", "enc": "b s 2h", "odd": "b b"})
    reference = Observation(
        "answered",
        tensors={"h0": np.zeros((2, 5)), "enc": np.zeros((2, 3, 10)), "odd": np.zeros((2, 3))},
        texts={"words": "a b"},
    )
    return an_evidence(part, {"open": reference, "hidden": reference}, {})


def test_only_public_cases_are_told(evidence: Evidence) -> None:
    assert [evidence.is_told(case) for case in ("open", "hidden", "unknown")] == [True, False, False]


def test_after_the_deadline_all_cases_may_be_told(
    a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]
) -> None:
    assert an_evidence(a_part(cases=CASES), {}, {}, reveal="all").is_told("hidden")


def test_a_check_may_have_its_own_tolerance(evidence: Evidence) -> None:
    assert evidence.tolerance({}) == Tolerance(rtol=1e-4, atol=1e-5)
    assert evidence.tolerance({"atol": 0.5}) == Tolerance(rtol=1e-4, atol=0.5)


def test_letters_come_from_the_outputs_that_have_such_axes(evidence: Evidence) -> None:
    assert evidence.sizes("open") == {"b": 2, "h": 5, "s": 3}
    assert evidence.axes("open", "enc") == "b s 2h"
    assert evidence.axes("open", "odd") == ""
    assert evidence.axes("open", "unknown") == ""


def test_lengths_are_taken_only_where_they_are_lengths(evidence: Evidence) -> None:
    assert [evidence.lengths(case) for case in ("open", "hidden", "unknown")] == [(3, 2), (), ()]


def test_the_reference_must_have_an_output_that_is_asked_for(evidence: Evidence) -> None:
    with pytest.raises(HarnessError, match="the reference gives no tensor 'c0'") as error:
        evidence.reference("open", "c0")

    assert "help: let the probe 'encode' give it, or mend the check" in str(error.value)


def test_matching_gives_cases_and_reasons(
    evidence: Evidence, a_check: Callable[..., Check], answered: Callable[..., Observation]
) -> None:
    got = {"open": answered(h0=0.0), "hidden": Observation("untouched")}
    seen = Evidence(evidence.part, evidence.rubric, evidence.expected, got)

    found = list(matching(a_check("close", "h0", cases=("open", "hidden")), seen))

    assert found == ["open", Verdict("skipped", "the handout's stub is unchanged", "E-STUB", case="hidden")]


@pytest.mark.parametrize(("rule", "outputs"), [("h0", ("h0",)), (["h0", "c0"], ("h0", "c0")), ({"h0": "b h"}, ("h0",))])
def test_a_rule_names_one_output_or_several(rule: object, outputs: tuple[str, ...]) -> None:
    assert names(rule) == outputs
