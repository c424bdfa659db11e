"""perplexity: log-softmax on the trusted side, bounds in words, and a floor that no honest model is below."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge.checks import conclude, findings
from grader.judge.perplexity import PROOF, nll_of, odds, perplexity_of, shown, unigram_perplexity
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

N, V = 12, 5
LABELS = np.arange(N) % V


def logits(p: float, n: int = N, v: int = V) -> Array:
    """Logits of a model that gives every label the same probability, shifted as no distribution would be."""
    rows = np.full((n, v), math.log((1 - p) / (v - 1)))
    rows[np.arange(n), np.arange(n) % v] = math.log(p)
    return (rows + 7).astype(np.float32)


@pytest.fixture
def judged(
    a_check: Callable[..., Any],
    a_part: Callable[..., Any],
    an_evidence: Callable[..., Any],
    answered: Callable[..., Any],
    tmp_path: Path,
) -> Callable[..., Verdict]:
    """The verdict on some logits; the reference gives every label one half. Files stand in the reference folder."""

    def _judged(got: Any, rule: Mapping[str, Any], expected: Any = None, labels: Any = LABELS, **files: str) -> Verdict:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        check = a_check("perplexity", {"logits": "logits", **rule})
        mine = got if hasattr(got, "ended") else answered(logits=got)
        theirs = answered(logits=logits(0.5) if expected is None else expected, labels=labels)
        evidence = an_evidence(a_part(check), {"one": theirs}, {"one": mine}, folder=str(tmp_path))
        return conclude(check, findings(check, evidence))

    return _judged


RULE = {"labels": "labels", "below": {"times": 1.35}}


def test_the_reason_tells_the_perplexity_the_bound_and_where_it_comes_from(judged: Callable[..., Verdict]) -> None:
    found = judged(logits(0.4), RULE)

    assert (found.outcome, found.reason) == (
        "passed",
        "perplexity 2.50, must be below 2.70 (1.35 x the reference's 2.00)",
    )
    assert found.margin == pytest.approx(2.5 / 2.7)


def test_a_perplexity_at_the_bound_or_above_fails(judged: Callable[..., Verdict]) -> None:
    found = judged(logits(1 / 3), RULE)

    assert (found.outcome, found.code) == ("failed", "E-PERPLEXITY")
    assert found.reason == "perplexity 3.00, must be below 2.70 (1.35 x the reference's 2.00)"
    assert found.margin == pytest.approx(3 / 2.7)
    assert (found.case, found.output) == ("one", "logits")
    assert judged(np.zeros((N, V)), {"labels": "labels", "below": 4.99}).outcome == "failed"


def test_logits_log_probabilities_and_whole_numbers_are_all_read(judged: Callable[..., Verdict]) -> None:
    own = logits(0.4)
    shifted = own - np.log(np.exp(own).sum(1, keepdims=True))

    assert judged(shifted, RULE).outcome == "passed"
    assert judged(own.astype(np.float16), RULE).outcome == "passed"
    assert judged(np.eye(V, dtype=np.int64)[LABELS] * 3, RULE).outcome == "passed"


def test_probabilities_in_the_place_of_logits_are_nearly_flat(judged: Callable[..., Verdict]) -> None:
    sharp = logits(0.97)
    found = judged(np.exp(sharp) / np.exp(sharp).sum(1, keepdims=True), {"labels": "labels", "below": 2})

    assert (found.outcome, found.reason) == ("failed", "perplexity 2.53, must be below 2.00")


@pytest.mark.parametrize(
    ("got", "code", "reason"),
    [
        (logits(0.4)[:-1], "E-SHAPE", "logits: got (11, 5), expected (12, 5)"),
        (logits(0.4)[:, :-1], "E-SHAPE", "logits: got (12, 4), expected (12, 5)"),
        (logits(0.4)[:1], "E-SHAPE", "logits: got (1, 5), expected (12, 5)"),
        (np.zeros((0, V)), "E-SHAPE", "logits: got (0, 5), expected (12, 5)"),
        (np.float32(3.0), "E-SHAPE", "logits: got one number, expected (12, 5)"),
        (logits(0.4).T, "E-SHAPE", "logits: got (5, 12), expected (12, 5)"),
        (logits(0.4) + 0j, "E-DTYPE", "logits: got complex64, expected float32"),
        (logits(0.4) > 0, "E-DTYPE", "logits: got bool, expected float32"),
        (np.full((N, V), np.nan), "E-NONFINITE", "logits: 12 of 12 rows are NaN or infinite"),
        ("a list", "E-OUTPUT", "logits: is no tensor"),
    ],
    ids=["rows", "columns", "broadcastable", "empty", "scalar", "turned", "complex", "bool", "nan", "text"],
)
def test_what_gives_no_perplexity_fails_and_says_why(
    judged: Callable[..., Verdict], got: Any, code: str, reason: str
) -> None:
    found = judged(got, RULE)

    assert (found.outcome, found.code, found.reason) == ("failed", code, reason)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_bad_number_is_enough(judged: Callable[..., Verdict], value: float) -> None:
    got = logits(0.9)
    got[3, 4] = value
    found = judged(got, RULE)

    assert (found.code, found.reason) == ("E-NONFINITE", "logits: 1 of 12 rows is NaN or infinite")


def test_a_word_that_is_ruled_out_is_no_fault_but_a_label_that_is_makes_it_infinite(
    judged: Callable[..., Verdict],
) -> None:
    got = logits(0.4)
    got[0, 3] = -np.inf
    assert judged(got, RULE).outcome == "passed"

    got[0, 0] = -np.inf
    found = judged(got, RULE)

    assert (found.code, found.margin) == ("E-PERPLEXITY", None)
    assert found.reason.startswith("perplexity infinite, must be below 2.70")


def test_huge_logits_are_no_fault_of_arithmetic(judged: Callable[..., Verdict]) -> None:
    got = np.where(np.eye(V)[LABELS] > 0, 3e38, -3e38).astype(np.float32)

    assert judged(got, RULE).reason.startswith("perplexity 1.00,")


def test_labels_may_have_any_axes(judged: Callable[..., Verdict]) -> None:
    got, expected, labels = logits(0.4).reshape(3, 4, V), logits(0.5).reshape(3, 4, V), LABELS.reshape(3, 4)

    assert judged(got, RULE, expected, labels).reason.startswith("perplexity 2.50,")
    assert judged(logits(0.4), RULE, expected, labels).code == "E-SHAPE"


def test_labels_come_from_a_file_or_from_the_reference_never_from_the_hand_in(
    judged: Callable[..., Verdict], answered: Callable[..., Any]
) -> None:
    forged = answered(logits=logits(0.4)[::-1], labels=LABELS[::-1])
    assert judged(forged, RULE).outcome == "failed"

    text = "\r\n".join(map(str, LABELS))
    found = judged(logits(0.4), {"labels_in": "labels.txt", "below": 3.0}, **{"labels.txt": text})

    assert (found.outcome, found.reason) == ("passed", "perplexity 2.50, must be below 3.00")


def test_the_frequencies_of_words_are_a_bound_and_the_tightest_bound_is_told(judged: Callable[..., Verdict]) -> None:
    rule = {"labels": "labels", "below": {"times": 2}, "unigram": "train.txt"}
    found = judged(logits(0.4), rule, **{"train.txt": "0 1\n2 3 4\n\n0 1 2 3 4 0 1"})

    assert found.outcome == "passed"
    assert found.reason == "perplexity 2.50, must be below 4.00 (2 x the reference's 2.00)"
    assert "must be below 4.90 (what the frequencies of words alone give)" in found.detail


def test_a_label_that_the_text_never_holds_counts_as_one_token() -> None:
    assert unigram_perplexity(np.array([0, 0, 0]), np.array([0, 7])) == pytest.approx(math.sqrt(4 / 3 * 4))


# --- the floor ------------------------------------------------------------------------------------------------------

FLOOR = {"labels": "labels", "floor": V, "below": 5.25}
MANY = 3000


def noise(judged: Callable[..., Verdict], excess: float) -> Verdict:
    """The verdict on a model that is so many nats better than chance on even labels."""
    p = math.exp(excess / MANY) / V
    return judged(logits(p, MANY).astype(np.float64), FLOOR, logits(1 / V, MANY), np.arange(MANY) % V)


def test_below_the_floor_is_void_with_the_number_and_the_odds_of_a_false_accusation(
    judged: Callable[..., Verdict],
) -> None:
    found = noise(judged, 900)

    assert (found.outcome, found.code) == ("void", "E-FLOOR")
    assert found.reason == (
        "perplexity 3.70: below 4.97 only a model that sees its labels can be; by chance once in more than 10^390 times"
    )
    assert found.margin == pytest.approx(45, rel=1e-3)
    assert "over 3000 labels" in found.detail and "900 of 20 nats" in found.detail


@pytest.mark.parametrize(("excess", "outcome"), [(PROOF - 0.1, "passed"), (PROOF + 0.1, "void"), (-13, "passed")])
def test_luck_is_no_leak(judged: Callable[..., Verdict], excess: float, outcome: str) -> None:
    assert noise(judged, excess).outcome == outcome


def test_above_the_bound_on_noise_fails(judged: Callable[..., Verdict]) -> None:
    found = noise(judged, -MANY * 0.1)

    assert (found.outcome, found.code) == ("failed", "E-PERPLEXITY")
    assert found.reason == "perplexity 5.53, must be below 5.25"


def test_a_floor_alone_is_enough_of_a_rule(judged: Callable[..., Verdict]) -> None:
    found = judged(logits(1 / V), {"labels": "labels", "floor": V})

    assert (found.outcome, found.reason, found.margin) == ("passed", "perplexity 5.00", pytest.approx(0, abs=1e-5))


def test_predictors_of_any_kind_that_see_only_the_past_stay_above_the_floor() -> None:
    rng = np.random.default_rng(5)
    worst = -math.inf
    for sharpness in (0.0, 0.1, 0.5, 1.0, 3.0):
        for _ in range(60):
            labels = rng.integers(50, size=500)
            guesses = rng.normal(size=(500, 50)) * sharpness
            worst = max(worst, 500 * (math.log(50) - float(nll_of(guesses, labels).mean())))

    assert worst < PROOF


def test_odds_are_never_said_to_be_longer_than_they_are() -> None:
    assert odds(20.0) == "10^8"
    assert odds(20.8) == "10^9"
    assert odds(28_602) == "10^12421"


# --- faults of ours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "files", "fact"),
    [
        ({"labels_in": "none.txt"}, {}, "the file cannot be read"),
        ({"labels_in": "l.txt"}, {"l.txt": "1 2 x"}, "the file holds what is no whole number"),
        ({"labels_in": "l.txt"}, {"l.txt": "\n"}, "the file holds no numbers, or numbers below 0"),
        ({"labels_in": "l.txt"}, {"l.txt": "1 2"}, "l.txt: 2 labels for logits of the shape (12, 5)"),
        ({"labels_in": "l.txt"}, {"l.txt": "5 " * 12}, "l.txt: labels must be whole numbers from 0 to 4"),
        ({"labels": "other"}, {}, "the reference gives no tensor 'other'"),
        ({"labels": "labels", "unigram": "none.txt"}, {}, "the file cannot be read"),
    ],
    ids=["file", "words", "blank", "few", "large", "output", "unigram"],
)
def test_labels_that_do_not_fit_are_our_fault(
    judged: Callable[..., Verdict], rule: dict[str, Any], files: dict[str, str], fact: str
) -> None:
    found = judged(logits(0.4), {**rule, "below": 3}, **files)

    assert (found.outcome, found.code) == ("broken", "E-REFERENCE")
    assert fact in found.detail


def test_a_reference_without_a_finite_perplexity_is_our_fault(judged: Callable[..., Verdict]) -> None:
    found = judged(logits(0.4), RULE, expected=np.full((N, V), np.nan))

    assert (found.outcome, found.code) == ("broken", "E-REFERENCE")
    assert "the reference's perplexity is not finite" in found.detail


def test_a_crash_of_theirs_is_told_as_such(judged: Callable[..., Verdict]) -> None:
    from grader.nouns.seen import Observation

    found = judged(Observation("stopped", limit="wall", reason="took too long"), RULE)

    assert found.outcome == "stopped"


@pytest.mark.parametrize(
    ("value", "text"), [(1.206, "1.21"), (21.33, "21.3"), (1520.4, "1520"), (1e9, "1e+09"), (math.inf, "infinite")]
)
def test_a_perplexity_is_shown_in_few_digits(value: float, text: str) -> None:
    assert shown(value) == text


def test_perplexity_is_exp_of_the_mean() -> None:
    assert perplexity_of(logits(0.25), LABELS) == pytest.approx(4)


@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.integers(1, 40), st.integers(2, 30))
@settings(max_examples=50, deadline=None)
def test_a_shift_of_logits_or_another_order_of_words_changes_nothing(seed: int, shift: float, n: int, v: int) -> None:
    rng = np.random.default_rng(seed)
    rows, labels, order = rng.normal(size=(n, v)), rng.integers(v, size=n), rng.permutation(v)
    plain = perplexity_of(rows, labels)

    assert perplexity_of(rows + shift, labels) == pytest.approx(plain)
    assert perplexity_of(rows[:, order], np.argsort(order)[labels]) == pytest.approx(plain)
    assert plain >= 1
