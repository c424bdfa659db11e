"""The curves of a training as the hand-in gives them: does each row add up, and are there enough of them.

A perplexity is exp of the loss beside it, within what rounding, or cutting off, the printed digits may have taken; two
to the loss where all losses are in bits. A table or log that cannot be read is a person's to judge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.judge.compare import LARGEST_MARGIN
from grader.judge.evidence import Evidence
from grader.judge.logs.series import figure
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array

CASE = "file"
KINDS = ("training", "validation")
FLOAT32 = 1e-6  # relative: what exp in single precision may take
MOST_LOSS = 700.0  # exp of more is no float


def curve_rows(check: Check, evidence: Evidence) -> Iterator[Verdict]:
    """Whether each row adds up, and whether both curves have as many epochs as the rule asks for."""
    ended = evidence.ended(CASE, beside_reference=False)
    if ended is not None:
        yield ended
        return
    got = evidence.got[CASE]
    rows, place = got.tensors["rows"], got.texts["file"]
    if not len(rows):
        yield Verdict("pending", f"{place}: no row of losses and perplexities could be read", "E-CURVES", case=CASE)
        return
    if check.rule.get("perplexity"):
        yield _add_up(rows, place)
    if check.rule.get("epochs"):
        yield _long_enough(rows, int(check.rule["epochs"]), place)


def _long_enough(rows: Array, wanted: int, place: str) -> Verdict:
    counts = [len(np.unique(rows[rows[:, 0] == kind, 1])) for kind in range(len(KINDS))]
    for kind, count in zip(KINDS, counts, strict=True):
        if count < wanted:
            reason = f"{place}: the {kind} curve has {count} epochs, expected {wanted} or more"
            return Verdict("failed", reason, "E-EPOCHS", case=CASE)
    return Verdict("passed", f"{min(counts)} epochs", case=CASE)


def _add_up(rows: Array, place: str) -> Verdict:
    whole = rows[~np.isnan(rows[:, 3]) & ~np.isnan(rows[:, 5])]  # a half unit is missing where the number is
    if not len(whole):
        reason = f"{place}: no row has both a loss and a perplexity"
        return Verdict("pending", reason, "E-CURVES", case=CASE)
    natural, in_bits = (np.array([_distance(row, base) for row in whole]) for base in (math.e, 2.0))
    off = natural if natural.max() <= 1 or in_bits.max() > 1 else in_bits
    worst = min(float(off.max()), LARGEST_MARGIN)
    wrong = whole[off > 1]
    if not len(wrong):
        return Verdict("passed", f"{len(whole)} of {len(whole)} rows add up", margin=worst, case=CASE)
    kind, epoch, loss, _, ppl, _ = wrong[0]
    told = f"{place}, epoch {epoch:g}: the {KINDS[int(kind)]} perplexity is {figure(ppl)}"
    more = f"; {len(wrong)} of {len(whole)} such pairs do not fit" if len(wrong) > 1 else ""
    reason = f"{told}, exp of its loss {figure(loss)} is {figure(_power(loss, math.e))}{more}"
    return Verdict("failed", reason, "E-ROWS", margin=worst, case=CASE)


def _distance(row: Array, base: float) -> float:
    """How far the perplexity is from what the loss gives, in units of what the printed digits leave open."""
    _, _, loss, half_loss, ppl, half_ppl = map(float, row)
    expected = _power(loss, base)
    if not math.isfinite(expected) or not math.isfinite(ppl):
        return 0.0 if math.isfinite(expected) == math.isfinite(ppl) else math.inf
    bound = 2 * (half_loss * math.log(base) + half_ppl / expected) + FLOAT32
    return abs(ppl / expected - 1) / bound


def _power(loss: float, base: float) -> float:
    """base ** loss; not finite where the loss is not, or too large."""
    if math.isnan(loss):
        return math.nan
    return math.inf if loss * math.log(base) > MOST_LOSS else base**loss
