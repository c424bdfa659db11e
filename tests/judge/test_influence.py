"""The matrix of who sees whom, for the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.judge.influence import may_see, who_sees_whom
from grader.nouns.asked import Case, Check, Plot
from grader.nouns.seen import Observation
from tests.judge.conftest import make_part
from tests.judge.test_causal import CRASHED, FUTURE, INPUT, NEW, OF_POSITIONS, SCORES, VARY, causal, leaking, seen

FUTURE_CHECK = Check("future", "causal", FUTURE, 5, ("window",))
PAST_CHECK = Check("past", "causal", {**OF_POSITIONS, "needed": "before"}, 5, ("window",))
NONE_CHECK = Check("none", "causal", {"of": "logits", "changed": "column", "allowed": "none"}, 1, ("window",))
PART = make_part(PAST_CHECK, FUTURE_CHECK, NONE_CHECK, cases=(Case("window", {}, vary=VARY),))
PLOT = Plot("influence", "logits", "window", "Who sees whom", changed="position")


def test_every_place_is_beside_every_changed_one() -> None:
    found = who_sees_whom(PART, PLOT, seen(causal))
    far_u = np.abs(NEW - INPUT).max(axis=1) * np.abs(SCORES).max()
    size = max(1.0, float(np.median(np.abs(causal(INPUT) - np.median(causal(INPUT))))))

    assert found is not None
    assert found.moves_tu.dtype == np.float32
    np.testing.assert_allclose(found.moves_tu, np.tri(5) * far_u / size, rtol=1e-5, atol=1e-6)


def test_what_may_be_seen_comes_from_the_check_that_says_so() -> None:
    found = who_sees_whom(PART, PLOT, seen(causal))

    assert found is not None
    assert found.allowed_tu is not None
    assert (found.allowed_tu.tolist(), found.moving) == (np.tri(5).tolist(), "position")


def test_a_leak_stands_where_nothing_may() -> None:
    found = who_sees_whom(PART, PLOT, seen(leaking(1.0)))

    assert found is not None
    assert found.allowed_tu is not None
    assert np.argwhere((found.moves_tu > 1e-5) & (found.allowed_tu == 0)).tolist() == [[1, 3]]


def test_an_answer_without_places_is_one_row() -> None:
    found = who_sees_whom(PART, replace(PLOT, changed="column"), seen(causal))

    assert found is not None
    assert found.allowed_tu is not None
    assert (found.moves_tu.shape, found.allowed_tu.tolist(), found.moving) == ((1, 2), [[0, 0]], "")


def test_without_what_may_be_seen_the_matrix_stands_alone() -> None:
    found = who_sees_whom(replace(PART, checks=(PAST_CHECK,)), PLOT, seen(causal))

    assert found is not None
    assert found.allowed_tu is None


def test_a_run_that_gave_nothing_is_a_gap_and_nan_that_comes_is_infinite() -> None:
    lost = np.full((5, 2, 11), np.nan)
    got = {**seen(causal), "window~position.1": CRASHED, "window~position.2": Observation("answered", {"logits": lost})}

    found = who_sees_whom(PART, PLOT, got)

    assert found is not None
    assert np.isnan(found.moves_tu).all(axis=0).tolist() == [False, True, False, False, False]
    assert np.isinf(found.moves_tu).all(axis=0).tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(
    "got",
    [{}, {"window": CRASHED}, {"window": Observation("answered", {"logits": np.zeros((5, 2))})}],
    ids=["nothing", "crashed", "another shape"],
)
def test_where_nothing_can_be_told_there_is_no_matrix(got: dict[str, Observation]) -> None:
    assert who_sees_whom(PART, PLOT, got) is None


def test_a_part_without_the_check_has_no_matrix() -> None:
    assert who_sees_whom(replace(PART, checks=(NONE_CHECK,)), PLOT, seen(causal)) is None


def test_who_may_see_whom() -> None:
    rules = ("past", "before", "same", "all", "none")

    assert [[may_see(rule, 3, changed) for changed in (2, 3, 4)] for rule in rules] == [
        [True, True, False],
        [True, False, False],
        [False, True, False],
        [True, True, True],
        [False, False, False],
    ]
