"""Claimed perplexities beside what a handed-in checkpoint gives: a remark only where chance does not explain it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.judge.claims import Claim, claims_of, contradicted_claims

N, V = 300, 30
LABELS = np.arange(N) % V
CURVE = (
    b"epoch,train_loss,train_ppl,valid_loss,valid_ppl\n1,3.0,20.0,3.2,24.5\n7,2.0,7.4,2.5,12.0\n8,1.9,6.7,2.6,13.5\n"
)


def logits(perplexity: float, spread: float = 0.0) -> Any:
    """Logits of this perplexity; the probabilities of labels are so much apart."""
    rows = np.zeros((N, V))
    swing = np.where(np.arange(N) % 2, spread, -spread)
    p = np.exp(-math.log(perplexity) + swing)
    rows[:] = np.log((1 - p) / (V - 1))[:, None]
    rows[np.arange(N), LABELS] = np.log(p)
    return rows


@pytest.fixture
def remarks(
    a_check: Callable[..., Any],
    a_part: Callable[..., Any],
    an_evidence: Callable[..., Any],
    answered: Callable[..., Any],
) -> Callable[..., tuple[str, ...]]:
    """The remarks on a checkpoint that gives these logits, beside these files."""

    def _remarks(got: Any, files: dict[str, bytes], **also: Any) -> tuple[str, ...]:
        check = a_check("perplexity", {"logits": "logits", "labels": "labels", "below": 500})
        theirs = answered(logits=logits(20), labels=LABELS)
        mine = answered(**{"logits": got, "checkpoint": "best.pt", **also})
        part = a_part(check, a_check("perplexity", {**check.rule, "below": 400}, id="again"))
        return contradicted_claims(an_evidence(part, {"one": theirs}, {"one": mine}), files)

    return _remarks


def test_a_claim_far_below_what_the_checkpoint_gives_is_shown_beside_it(remarks: Callable[..., Any]) -> None:
    assert remarks(logits(21.3), {"curve.csv": CURVE}) == (
        "claimed 12.0 (curve.csv, epoch 7); 13.5 (curve.csv, epoch 8); "
        "the checkpoint best.pt gives 21.3 on the course's held-out text",
    )


@pytest.mark.parametrize("value", [8.0, 12.0, 14.9], ids=["better", "as claimed", "a little worse"])
def test_a_claim_that_may_be_true_is_not_remarked_on(remarks: Callable[..., Any], value: float) -> None:
    assert remarks(logits(value), {"curve.csv": CURVE}) == ()


def test_a_wide_gap_that_chance_explains_is_not_remarked_on(remarks: Callable[..., Any]) -> None:
    few = logits(19.0, spread=2.5)

    assert remarks(few, {"curve.csv": CURVE}) == ()
    assert remarks(logits(19.0, spread=0.1), {"curve.csv": CURVE}) != ()


def test_one_claim_that_fits_is_enough(remarks: Callable[..., Any]) -> None:
    files = {"curve.csv": CURVE, "answers.md": b"# 3\nOn the held-out text the perplexity is 20.8 now.\n"}

    assert remarks(logits(21.3), files) == ()


def test_without_a_checkpoint_or_a_claim_nothing_is_said(
    remarks: Callable[..., Any], an_evidence: Callable[..., Any], a_part: Callable[..., Any], a_check: Any
) -> None:
    check = a_check("perplexity", {"logits": "logits", "labels": "labels", "below": 500})

    assert remarks(logits(21.3), {}) == ()
    assert contradicted_claims(an_evidence(a_part(check), {}, {}), {"curve.csv": CURVE}) == ()


@pytest.mark.parametrize(
    "got",
    ["a list", logits(21.3)[:7], np.full((N, V), np.nan), logits(21.3) + 0j, np.float64(3.0)],
    ids=["text", "few rows", "nan", "complex", "number"],
)
def test_logits_that_give_no_perplexity_are_the_matter_of_the_check(remarks: Callable[..., Any], got: Any) -> None:
    assert remarks(got, {"curve.csv": CURVE}) == ()


def test_the_name_of_a_file_is_made_safe(remarks: Callable[..., Any]) -> None:
    (said,) = remarks(logits(21.3), {"curve.csv": CURVE}, checkpoint="be\x1b[2Jst\n.pt")

    assert "\x1b" not in said and "\n" not in said


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("perplexity = 12.3", 12.3),
        ("valid_ppl: 12.3", 12.3),
        ("- **Test perplexity:** 12.3 after 7 epochs", 12.3),
        ("perplexity ≈ 12,3", 12.3),
        ("The perplexity is 12.3.", 12.3),
        ("training perplexity = 5.1", None),
        ("perplexity = exp(loss)", None),
        ("perplexity = 0.4", None),
        ("perplexity of a model that sees its labels is one", None),
        ("perplexity = " + "9" * 490, None),
    ],
)
def test_a_claim_is_read_as_people_write_it(line: str, value: float | None) -> None:
    found = claims_of({"answers.md": f"# 3g\n{line}\n".encode()})

    assert found == (() if value is None else (Claim(value, "answers.md"),))


def test_best_and_last_epoch_are_claims_once_each() -> None:
    assert claims_of({"curve.csv": CURVE}) == (Claim(12.0, "curve.csv, epoch 7"), Claim(13.5, "curve.csv, epoch 8"))
    assert claims_of({"curve.csv": CURVE.rpartition(b"8,")[0]}) == (Claim(12.0, "curve.csv, epoch 7"),)
