"""gradient, parameters and dropout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

Judge = Callable[..., Verdict]


# --- gradient -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("got", [[0.0, 0.1], [-1e-30, 0.0]], ids=["some", "tiny"])
def test_a_gradient_that_arrives_passes(verdict: Judge, got: object) -> None:
    assert verdict("gradient", "grad", {}, {"grad": got}).outcome == "passed"


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        ([0.0, 0.0], "grad: no gradient arrives"),
        ([], "grad: no gradient arrives"),
        ([np.nan, 1.0, np.inf], "grad: 2 of 3 values are NaN or infinite"),
    ],
    ids=["zero", "empty", "nan"],
)
def test_a_gradient_that_trains_nothing_fails(verdict: Judge, got: object, reason: str) -> None:
    found = verdict("gradient", "grad", {}, {"grad": got})

    assert (found.outcome, found.code, found.reason) == ("failed", "E-GRADIENT", reason)


# --- parameters -----------------------------------------------------------------------------------------------------

SHAPES = {"h_projection.weight": [3, 6], "c_projection.weight": [3, 6], "encoder.bias_ih_l0": [12]}


def parameters(verdict: Judge, got: Mapping[str, Any], globs: object = "*_projection.*") -> Verdict:
    """The verdict on these shapes."""
    return verdict("parameters", globs, SHAPES, got)


def test_the_same_parameters_pass(verdict: Judge) -> None:
    assert parameters(verdict, SHAPES).outcome == "passed"


def test_only_parameters_that_match_count(verdict: Judge) -> None:
    got = {**SHAPES, "encoder.bias_ih_l0": [99], "helper.weight": [1]}

    assert parameters(verdict, got).outcome == "passed"
    assert parameters(verdict, got, ["*_projection.*", "encoder.*"]).outcome == "failed"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"h_projection.bias": [3]}, "h_projection.bias: is not expected, got (3,)"),
        ({"h_projection.weight": [6, 3]}, "h_projection.weight: got (6, 3), expected (3, 6)"),
        ({"h_projection.weight": None}, "h_projection.weight: is missing, expected (3, 6)"),
    ],
    ids=["extra", "misshapen", "missing"],
)
def test_another_set_of_parameters_fails(verdict: Judge, change: Mapping[str, Any], reason: str) -> None:
    got = {name: shape for name, shape in {**SHAPES, **change}.items() if shape is not None}

    found = parameters(verdict, got)

    assert (found.outcome, found.code, found.reason) == ("failed", "E-PARAMETERS", reason)


def test_all_faulty_parameters_are_named(verdict: Judge) -> None:
    got = {"h_projection.weight": [6, 3], "c_projection.weight": [6, 3]}

    assert parameters(verdict, got).reason.endswith("; also h_projection.weight")


def test_a_name_of_theirs_is_shown_as_safe_text(verdict: Judge) -> None:
    found = parameters(verdict, {**SHAPES, "\x1b[2J_projection.weight": [1]})

    assert "␛[2J_projection.weight: is not expected" in found.reason
    assert "\x1b" not in found.reason


# --- dropout --------------------------------------------------------------------------------------------------------

QUIET = np.random.default_rng(1).normal(size=(4, 3))
LOW = float(QUIET[0, 0])
KEPT = np.random.default_rng(2).random((40, 4, 3)) >= 0.5
RULE = {"eval": "quiet", "train": "loud", "rate": 0.5}


def dropout(verdict: Judge, loud: Array, quiet: Array = QUIET, rate: float = 0.5) -> Verdict:
    """The verdict on these draws."""
    got = {"quiet": quiet, "loud": loud}
    return verdict("dropout", {**RULE, "rate": rate}, {"quiet": QUIET, "loud": QUIET}, got)


def test_dropout_passes(verdict: Judge) -> None:
    assert dropout(verdict, KEPT * QUIET / 0.5).outcome == "passed"


def test_dropout_of_another_rate_passes(verdict: Judge) -> None:
    kept = np.random.default_rng(3).random((40, 4, 3)) >= 0.1

    assert dropout(verdict, kept * QUIET / 0.9, rate=0.1).outcome == "passed"


def test_the_student_is_compared_with_the_student(verdict: Judge) -> None:
    """A wrong value costs its points elsewhere, never here."""
    assert dropout(verdict, KEPT * 5 * QUIET / 0.5, 5 * QUIET).outcome == "passed"


def test_values_that_are_zero_in_eval_mode_say_nothing(verdict: Judge) -> None:
    quiet = np.where(QUIET > 0, QUIET, 0.0)

    assert dropout(verdict, KEPT * quiet / 0.5, quiet).outcome == "passed"


@pytest.mark.parametrize(
    ("loud", "reason"),
    [
        (np.broadcast_to(QUIET, (40, 4, 3)), "loud: nothing is dropped in train mode, the rate is 0.5"),
        (KEPT[:1] * 0 * KEPT * QUIET, "loud: 100% of the values are dropped in train mode, the rate is 0.5"),
        (KEPT * QUIET, "loud: what survives is not the value in eval mode / 0.5"),
        (np.tanh(KEPT * QUIET / 0.5), "loud: what survives is not the value in eval mode / 0.5"),
        (np.where(KEPT, QUIET / 0.5, 0)[:, 0], "loud: each draw has the shape (3,), in eval mode it is (4, 3)"),
        (np.zeros((0, 4, 3)), "loud: each draw has the shape (4, 3), in eval mode it is (4, 3)"),
        (np.where(KEPT, np.nan, 0.0), "loud: what survives is not the value in eval mode / 0.5"),
    ],
    ids=["none", "all", "unscaled", "before-tanh", "shape", "empty", "nan"],
)
def test_what_is_no_dropout_fails(verdict: Judge, loud: Array, reason: str) -> None:
    found = dropout(verdict, loud)

    assert (found.outcome, found.code, found.reason) == ("failed", "E-DROPOUT", reason)


ROWS = np.broadcast_to(KEPT[:, :, :1], KEPT.shape)
BATCH = np.broadcast_to(KEPT[:, :1], KEPT.shape)


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        (ROWS, "loud: in each draw a row is dropped or kept as a whole, not every value by itself"),
        (BATCH, "loud: in each draw the whole batch has one mask, not every value its own chance"),
    ],
    ids=["rows", "batch"],
)
@pytest.mark.parametrize("layers", [1, 2], ids=["matrix", "deeper"])
def test_values_that_are_dropped_together_fail(verdict: Judge, kept: Array, reason: str, layers: int) -> None:
    quiet = np.stack([QUIET] * layers, axis=1) if layers > 1 else QUIET
    kept = np.stack([kept] * layers, axis=2) if layers > 1 else kept

    found = dropout(verdict, kept * quiet / 0.5, quiet)

    assert (found.outcome, found.code, found.reason) == ("failed", "E-DROPOUT", reason)


def test_values_in_one_row_that_are_dropped_together_fail(verdict: Judge) -> None:
    assert dropout(verdict, ROWS[:, :1] * QUIET[:1] / 0.5, QUIET[:1]).outcome == "failed"


def test_one_value_alone_in_one_draw_breaks_them_apart(verdict: Judge) -> None:
    kept = ROWS.copy()
    kept[7, 2, 1] ^= True

    assert dropout(verdict, kept * QUIET / 0.5).outcome == "passed"


def test_a_batch_of_one_has_one_mask(verdict: Judge) -> None:
    assert dropout(verdict, KEPT[:, :1] * QUIET[:1] / 0.5, QUIET[:1]).outcome == "passed"


def test_rows_of_one_value_are_no_rows(verdict: Judge) -> None:
    assert dropout(verdict, KEPT[:, :, :1] * QUIET[:, :1] / 0.5, QUIET[:, :1]).outcome == "passed"


def test_one_number_in_all_is_dropped_by_itself(verdict: Judge) -> None:
    assert dropout(verdict, KEPT[:, 0, 0] * QUIET[0, 0] / 0.5, QUIET[0, 0]).outcome == "passed"


@pytest.mark.parametrize(("draws", "outcome"), [(33, "passed"), (34, "failed")])
def test_two_values_that_chance_may_drop_together_are_left_alone(verdict: Judge, draws: int, outcome: str) -> None:
    """0.5^33 is above 1e-10, 0.5^34 below."""
    found = dropout(verdict, ROWS[:draws, :1, :2] * QUIET[:1, :2] / 0.5, QUIET[:1, :2])

    assert found.outcome == outcome


def test_equal_values_may_be_one_that_was_spread_out(verdict: Judge) -> None:
    assert dropout(verdict, ROWS / 0.5, np.ones_like(QUIET)).outcome == "passed"


def test_values_that_are_zero_in_eval_mode_make_no_row(verdict: Judge) -> None:
    quiet = QUIET * [1, 0, 0]

    assert dropout(verdict, KEPT * quiet / 0.5, quiet).outcome == "passed"


def test_nan_in_eval_mode_proves_nothing(verdict: Judge) -> None:
    quiet = np.where(QUIET > LOW, np.nan, QUIET)

    found = dropout(verdict, KEPT * quiet / 0.5, quiet)

    assert found.reason == f"quiet: {int((QUIET > LOW).sum())} of 12 values are NaN or infinite in eval mode"


def test_nothing_is_proved_where_everything_is_zero(verdict: Judge) -> None:
    assert dropout(verdict, 0 * KEPT * QUIET, 0 * QUIET).reason == "quiet: every value is 0 in eval mode"


@pytest.mark.parametrize("missing", ["quiet", "loud"])
def test_both_modes_are_needed(verdict: Judge, missing: str) -> None:
    got = {name: QUIET for name in ("quiet", "loud") if name != missing}

    assert verdict("dropout", RULE, {"quiet": QUIET, "loud": QUIET}, got).reason == f"{missing}: is missing"
