"""shape, close, equal and same: right, wrong, missing, and what a student reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.nouns.asked import Case, Check, Part
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation

Judge = Callable[..., Verdict]
ENC = np.random.default_rng(7).normal(size=(4, 7, 6)).astype(np.float32)
H0 = np.random.default_rng(8).normal(size=(4, 3)).astype(np.float32)
AXES = {"enc_hiddens": "b s 2h", "h0": "b h"}
RIGHT = {"enc_hiddens": ENC, "h0": H0}


# --- shape ----------------------------------------------------------------------------------------------------------


def test_shape_accepts_the_shape_and_says_it(verdict: Judge) -> None:
    found = verdict("shape", AXES, RIGHT, {"enc_hiddens": 0 * ENC, "h0": 0 * H0}, axes=AXES)

    assert (found.outcome, found.reason) == ("passed", "enc_hiddens (4, 7, 6), h0 (4, 3)")


def test_shape_names_a_swap(verdict: Judge) -> None:
    found = verdict("shape", AXES, RIGHT, {**RIGHT, "enc_hiddens": ENC.swapaxes(0, 1)}, axes=AXES)

    assert (found.outcome, found.code, found.output) == ("failed", "E-SHAPE", "enc_hiddens")
    assert found.reason == "enc_hiddens: got (7, 4, 6) = (s, b, 2h), expected (4, 7, 6) = (b, s, 2h)"


def test_shape_names_axes_by_letters_of_other_outputs(verdict: Judge) -> None:
    found = verdict("shape", AXES, RIGHT, {**RIGHT, "h0": np.zeros((4, 7, 3))}, axes=AXES)

    assert found.reason == "h0: got (4, 7, 3) = (b, s, h), expected (4, 3) = (b, h)"


def test_shape_of_a_batch_of_one_may_not_be_squeezed(verdict: Judge) -> None:
    found = verdict("shape", {"enc_hiddens": "b s 2h"}, {"enc_hiddens": ENC[:1]}, {"enc_hiddens": ENC[0]})

    assert found.reason == "enc_hiddens: got (7, 6) = (s, 2h), expected (1, 7, 6) = (b, s, 2h)"


def test_axes_that_the_reference_does_not_have_are_our_fault(verdict: Judge) -> None:
    found = verdict("shape", {"h0": "b s 2h"}, RIGHT, RIGHT)

    assert (found.outcome, found.code) == ("broken", "E-AXES")
    assert "h0" not in found.reason


# --- close and equal ------------------------------------------------------------------------------------------------


def test_close_holds_for_every_output(verdict: Judge) -> None:
    found = verdict("close", ["enc_hiddens", "h0"], RIGHT, {"enc_hiddens": ENC + 1e-6, "h0": H0})

    assert (found.outcome, found.output) == ("passed", "enc_hiddens")
    assert found.margin is not None
    assert 0.01 < found.margin < 0.2


def test_close_names_the_first_wrong_output_and_the_others(verdict: Judge) -> None:
    found = verdict("close", ["enc_hiddens", "h0"], RIGHT, {"enc_hiddens": -ENC, "h0": -H0}, axes=AXES)

    assert found.output == "enc_hiddens"
    assert found.reason.endswith("; every sign is reversed; also h0")


def test_outputs_in_the_place_of_one_another_are_named(verdict: Judge) -> None:
    expected = {"h0": H0, "c0": 2 * H0 + 1}

    found = verdict("close", ["h0", "c0"], expected, {"h0": expected["c0"], "c0": expected["h0"]})

    assert found.reason.endswith("; equal to the expected c0; also c0")


def test_close_takes_the_tolerance_of_the_check(verdict: Judge) -> None:
    got = {"h0": H0 + 1e-3}

    assert verdict("close", "h0", RIGHT, got).outcome == "failed"
    assert verdict("close", "h0", RIGHT, got, atol=2e-3).outcome == "passed"
    assert verdict("close", "h0", RIGHT, {"h0": H0 * 1.001}, rtol=2e-3).outcome == "passed"


def test_close_can_insist_on_the_dtype(verdict: Judge) -> None:
    found = verdict("close", "h0", RIGHT, {"h0": H0.astype(np.float64)}, dtype="exact")

    assert found.reason == "h0: got float64, expected float32"


def test_close_can_compare_with_another_output_of_the_reference(verdict: Judge) -> None:
    expected = {"O_t": H0, "O_t_other_order": -H0}

    assert verdict("close", "O_t", expected, {"O_t": -H0}, to="O_t_other_order").outcome == "passed"


def test_close_uses_the_lengths_of_the_case(verdict: Judge) -> None:
    got = ENC.copy()
    got[1, 5:] = got[3, 2:] = 9

    found = verdict("close", "enc_hiddens", RIGHT, {"enc_hiddens": got}, axes=AXES, args={"lengths": [7, 5, 3, 2]})

    assert found.reason.endswith("; only at padded places")


@pytest.mark.parametrize("kind", ["shape", "close", "equal", "finite", "gradient"])
def test_a_missing_output_fails(verdict: Judge, kind: str) -> None:
    rule = {"h0": "b h"} if kind == "shape" else "h0"

    found = verdict(kind, rule, RIGHT, {"enc_hiddens": ENC})

    assert (found.outcome, found.code, found.reason) == ("failed", "E-OUTPUT", "h0: is missing")


def test_further_outputs_are_ignored(verdict: Judge) -> None:
    assert verdict("close", "h0", {"h0": H0}, {"h0": H0, "extra": H0}).outcome == "passed"


def test_a_text_in_the_place_of_a_tensor_fails(verdict: Judge) -> None:
    found = verdict("close", "h0", RIGHT, {"h0": "not a tensor"})

    assert (found.outcome, found.code, found.reason) == ("failed", "E-OUTPUT", "h0: is no tensor")
    assert found.detail == "got the text 'not a tensor'"


def test_such_a_text_is_told_for_a_public_case(verdict: Judge) -> None:
    found = verdict("close", "h0", RIGHT, {"h0": "lists of\nunlike lengths"}, public=True)

    assert found.reason == "h0: is no tensor: lists of␊unlike lengths"


def test_an_output_that_the_reference_lacks_is_our_fault(verdict: Judge) -> None:
    found = verdict("close", "h1", RIGHT, RIGHT)

    assert (found.outcome, found.code) == ("broken", "E-REFERENCE")
    assert "part 1d, case one: the reference gives no tensor 'h1'" in found.detail


def test_equal_has_no_tolerance(verdict: Judge) -> None:
    assert verdict("equal", "h0", RIGHT, RIGHT).outcome == "passed"
    assert verdict("equal", "h0", RIGHT, {"h0": H0.astype(np.float64) + 1e-12}).outcome == "failed"


def test_equal_reads_masks_as_truth_values_if_asked(verdict: Judge) -> None:
    mask = np.array([[0, 0, 1], [0, 1, 1]])

    found = verdict("equal", "masks", {"masks": mask > 0}, {"masks": mask.astype(np.float32)}, **{"as": "bool"})

    assert found.outcome == "passed"


def test_equal_does_not_read_masks_as_truth_values_unasked(verdict: Judge) -> None:
    mask = np.array([0, 1])

    found = verdict("equal", "masks", {"masks": mask > 0}, {"masks": mask.astype(np.float32)})

    assert found.reason == "masks: got float32, expected bool"


@pytest.mark.parametrize(
    ("expected", "got", "reason"),
    [
        ("a b", "a b c", "words: is not the expected text"),
        ("a\nb\nc", "a\nx\ny", "words: 2 of 3 lines differ, first line 2"),
        ("a\nb", "a", "words: 1 lines, expected 2"),
        ("a", 3, "words: is no text"),
    ],
)
def test_texts_must_be_equal(verdict: Judge, expected: str, got: object, reason: str) -> None:
    assert verdict("equal", "words", {"words": expected}, {"words": expected}).outcome == "passed"
    assert verdict("equal", "words", {"words": expected}, {"words": got}).reason == reason


def test_a_missing_text_fails(verdict: Judge) -> None:
    assert verdict("equal", "words", {"words": "a"}, {}).reason == "words: is missing"


# --- same -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def same(
    a_check: Callable[..., Check],
    a_part: Callable[..., Part],
    an_evidence: Callable[..., Evidence],
    answered: Callable[..., Observation],
) -> Judge:
    """The verdict of `same` on the cases `alone` and `ragged` of a student, whose reference gives something else."""

    def judge(
        rule: list[str], alone: Mapping[str, Any] | Observation, ragged: Mapping[str, Any], **options: Any
    ) -> Verdict:
        check = a_check("same", rule, options=options)
        part = a_part(check, cases=(Case("alone", {}), Case("ragged", {})))
        expected = {"alone": answered(h0=0 * H0), "ragged": answered(h0=0 * H0)}
        first = alone if isinstance(alone, Observation) else answered(**alone)
        evidence = an_evidence(part, expected, {"alone": first, "ragged": answered(**ragged)})
        return conclude(check, findings(check, evidence))

    return judge


FIRST_ROW = ["alone.h0", "ragged.h0[0:1]"]


def test_same_compares_the_student_with_the_student(same: Judge) -> None:
    assert same(FIRST_ROW, {"h0": H0[:1]}, {"h0": H0}).outcome == "passed"


def test_same_says_what_differs(same: Judge) -> None:
    found = same(FIRST_ROW, {"h0": H0[:1] + np.array([0, 0.5, 1])}, {"h0": H0})

    assert (found.outcome, found.case, found.output) == ("failed", "alone", "h0")
    assert found.reason.startswith("alone.h0 and ragged.h0[0:1] are not the same: h0: 2 of 3 values differ, worst ")


def test_same_says_how_the_shapes_differ(same: Judge) -> None:
    found = same(FIRST_ROW, {"h0": H0[0]}, {"h0": H0})

    assert found.reason == "alone.h0 and ragged.h0[0:1] are not the same: h0: got (3,), the other (1, 3)"


def test_same_does_not_call_the_other_one_expected(same: Judge) -> None:
    assert same(["alone.h0", "ragged.h0"], {"h0": 2 * H0}, {"h0": H0}).reason.endswith(
        "; every value is 2 times the other"
    )


def test_same_does_not_call_infinities_expected(same: Judge) -> None:
    found = same(["alone.h0", "ragged.h0"], {"h0": H0}, {"h0": H0 * np.inf})

    assert found.reason.endswith("h0: 12 of 12 values are finite where the other is not, first at [0, 0]")


def test_same_takes_a_tolerance(same: Judge) -> None:
    assert same(["alone.h0", "ragged.h0"], {"h0": H0 + 0.01}, {"h0": H0}, atol=0.02).outcome == "passed"


def test_same_needs_both_operands(same: Judge) -> None:
    assert same(FIRST_ROW, {"h0": H0[:1]}, {}).reason == "h0: is missing"
    assert same(FIRST_ROW, {}, {"h0": H0}).reason == "h0: is missing"


def test_a_slice_that_does_not_fit_is_the_students_shape(same: Judge) -> None:
    found = same(["alone.h0", "ragged.h0[0, 0, 0]"], {"h0": H0[0, 0]}, {"h0": H0})

    assert (found.outcome, found.code, found.case) == ("failed", "E-SHAPE", "ragged")
    assert found.reason == "h0: got (4, 3), which has no [0, 0, 0]"


def test_same_tells_a_crash_of_either_case(same: Judge) -> None:
    found = same(FIRST_ROW, Observation("left", reason="segmentation fault"), {"h0": H0})

    assert (found.outcome, found.case, found.reason) == ("crashed", "alone", "segmentation fault")


def test_an_operand_that_is_none_is_our_fault(same: Judge) -> None:
    assert same(["h0", "ragged.h0"], {"h0": H0}, {"h0": H0}).code == "E-COMPARE"
