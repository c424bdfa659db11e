"""The check `perplexity`: exp of the mean of -ln p(label), with p taken here from the logits that the model returned.

The log-softmax is applied on this side, in float64, so whatever the model calls its outputs they add up to one; labels
come from the reference or from a file that never enters the jail, so nothing that the model is given holds them.

The floor: where labels are drawn evenly from v, a model that does not see them has an expected likelihood ratio of 1
against the even distribution. By Markov's inequality n (ln v - mean nll) is above x with a chance of at most e^-x,
whatever the model. Above `PROOF` that is a leak, and not luck.

Axes: n labels, v vocabulary; (..., v) for logits whose labels have any axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from grader.errors import HarnessError, Message
from grader.judge.axes import shape_fault
from grader.judge.evidence import Evidence, Verdicts, matching
from grader.judge.handed_in import decode
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array, Json

PROOF = 20.0  # nats: a false accusation has a chance of at most 2.1e-9


@dataclass(frozen=True, slots=True)
class Bound:
    """What a perplexity must be below, and where that comes from: `1.35 x the reference's 22.0`."""

    value: float
    source: str = ""

    def __str__(self) -> str:
        return f"must be below {shown(self.value)}" + (f" ({self.source})" if self.source else "")


def perplexity(check: Check, evidence: Evidence) -> Verdicts:
    """Whether the perplexity is below its bounds, and not below what is possible without seeing the labels."""
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
        else:
            yield replace(_judged(check.rule, case, evidence), case=case, output=check.rule["logits"])


def _judged(rule: Json, case: str, evidence: Evidence) -> Verdict:
    name, labels = rule["logits"], labels_of(rule, case, evidence)
    expected, got = evidence.reference(case, name), evidence.array(case, name)
    if isinstance(got, Verdict):
        return got
    if got.shape != expected.shape:
        axes = evidence.axes(case, name)
        return Verdict("failed", shape_fault(name, got.shape, expected.shape, axes, evidence.sizes(case)), "E-SHAPE")
    if got.dtype.kind not in "fiu":
        return Verdict("failed", f"{name}: got {got.dtype}, expected {expected.dtype}", "E-DTYPE")
    nll = nll_of(got, labels)
    wrong = np.isnan(nll)
    if wrong.any():
        return Verdict("failed", f"{name}: {_rows(wrong)} NaN or infinite", "E-NONFINITE")
    return _measured(rule, float(nll.mean()), bounds_of(rule, case, evidence), labels.size)


def _measured(rule: Json, mean: float, bounds: tuple[Bound, ...], n: int) -> Verdict:
    value = exp(mean)
    lowest = floor_of(rule, n)
    excess = n * (math.log(rule["floor"]) - mean) if "floor" in rule else 0.0
    told = f"perplexity {shown(value)}"
    detail = f"{told} ({mean:.6g} nats) over {n} labels" + "".join(f"; {bound}" for bound in bounds)
    if lowest:
        detail += f"; possible without the labels from {lowest:.4g}: {excess:.4g} of {PROOF:g} nats"
    if excess > PROOF:
        reason = (
            f"{told}: below {shown(lowest)} only a model that sees its labels can be; "
            f"by chance once in more than {odds(excess)} times"
        )
        return Verdict("void", reason, "E-FLOOR", detail=detail, margin=excess / PROOF)
    tightest = min(bounds, key=lambda bound: bound.value, default=None)
    if tightest is None:
        return Verdict("passed", told, detail=detail, margin=max(0.0, excess / PROOF))
    reason = f"{told}, {tightest}"
    if value < tightest.value:
        return Verdict("passed", reason, detail=detail, margin=max(value / tightest.value, excess / PROOF))
    margin = value / tightest.value if math.isfinite(value) else None
    return Verdict("failed", reason, "E-PERPLEXITY", detail=detail, margin=margin)


def _rows(wrong: Array) -> str:
    count = int(wrong.sum())
    return f"{count} of {wrong.size} rows {'is' if count == 1 else 'are'}"


# --- the numbers ----------------------------------------------------------------------------------------------------


def nll_of(logits: Array, labels: Array) -> Array:
    """-ln p of every label, in nats: infinite where p is 0, NaN where a row of logits gives no distribution.

    Shapes: logits (..., v), labels (...) of 0..v-1 -> (n,).
    """
    rows_nv = logits.reshape(-1, logits.shape[-1]).astype(np.float64)
    with np.errstate(all="ignore"):
        shifted_nv = rows_nv - rows_nv.max(axis=1, keepdims=True)
        sums_n = np.exp(shifted_nv).sum(axis=1)
        nll_n: Array = np.log(sums_n) - shifted_nv[np.arange(len(rows_nv)), labels.ravel()]
    return nll_n


def perplexity_of(logits: Array, labels: Array) -> float:
    """exp of the mean of -ln p over all labels."""
    return exp(float(nll_of(logits, labels).mean()))


def labels_of(rule: Json, case: str, evidence: Evidence) -> Array:
    """The labels, one for each row of the reference's logits, in its axes without the last.

    Raises: HarnessError if the reference or the file does not hold one whole number below v for each row.
    """
    logits = evidence.reference(case, rule["logits"])
    place = f"part {evidence.part.id}, case {case}"
    if "labels_in" in rule:
        labels, source = token_numbers(evidence.rubric.folder, rule["labels_in"]), rule["labels_in"]
    else:
        labels, source = evidence.reference(case, rule["labels"]), f"labels '{rule['labels']}'"
    rows = logits.shape[:-1] if logits.ndim > 1 else ()
    if logits.ndim < 2 or not labels.size or labels.size != math.prod(rows):
        raise _unfit(place, f"{source}: {labels.size} labels for logits of the shape {logits.shape}")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= logits.shape[-1]:
        raise _unfit(place, f"{source}: labels must be whole numbers from 0 to {logits.shape[-1] - 1}")
    return labels.reshape(rows)


def bounds_of(rule: Json, case: str, evidence: Evidence) -> tuple[Bound, ...]:
    """What the perplexity must be below: the rubric's number, a multiple of the reference's, that of frequencies.

    Raises: HarnessError if the reference has no finite perplexity.
    """
    bounds = []
    below, labels = rule.get("below"), labels_of(rule, case, evidence)
    if isinstance(below, dict):
        own = perplexity_of(evidence.reference(case, rule["logits"]), labels)
        if not math.isfinite(own):
            raise _unfit(f"part {evidence.part.id}, case {case}", "the reference's perplexity is not finite")
        bounds.append(Bound(float(below["times"]) * own, f"{below['times']:g} x the reference's {shown(own)}"))
    elif below is not None:
        bounds.append(Bound(float(below)))
    if "unigram" in rule:
        tokens = token_numbers(evidence.rubric.folder, rule["unigram"])
        bounds.append(Bound(unigram_perplexity(tokens, labels), "what the frequencies of words alone give"))
    return tuple(bounds)


def unigram_perplexity(tokens: Array, labels: Array) -> float:
    """The perplexity of labels under the frequencies of tokens; a label that is not among them counts as one token.

    Shapes: tokens (n,), labels (...) whole numbers from 0.
    """
    counts = np.bincount(tokens, minlength=int(labels.max()) + 1).astype(np.float64)
    counts[np.unique(labels)] = np.maximum(counts[np.unique(labels)], 1.0)
    return exp(float(np.mean(np.log(counts.sum()) - np.log(counts[labels.ravel()]))))


def floor_of(rule: Json, n: int) -> float:
    """The perplexity below which a leak is proved; 0 where the rubric knows none."""
    return float(rule["floor"]) * math.exp(-PROOF / n) if "floor" in rule else 0.0


def exp(mean: float) -> float:
    """The perplexity of a mean of -ln p; infinite where it is no float."""
    return math.exp(mean) if mean < math.log(1e300) else math.inf


def shown(value: float) -> str:
    """A perplexity as people read it: 1.21, 21.3, 1520."""
    if not math.isfinite(value):
        return "infinite"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 1000 else f"{value:.4g}"


def odds(excess: float) -> str:
    """How rare an excess over the floor is: `10^8`, a power of ten that is never too large."""
    return f"10^{int(excess / math.log(10))}"


@lru_cache(maxsize=32)
def token_numbers(folder: str, path: str) -> Array:
    """The numbers of tokens in a file of the reference folder, between blanks and line ends, in order.

    Raises: HarnessError if it cannot be read, or holds anything but whole numbers from 0.
    """
    try:
        words = decode((Path(folder) / path).read_bytes()).split()
        tokens = np.array([int(word) for word in words], dtype=np.int64)
    except OSError as error:
        raise _unfit(path, "the file cannot be read") from error
    except (ValueError, OverflowError) as error:
        raise _unfit(path, "the file holds what is no whole number") from error
    if not tokens.size or tokens.min() < 0:
        raise _unfit(path, "the file holds no numbers, or numbers below 0")
    return tokens


def _unfit(place: str, fact: str) -> HarnessError:
    help = "mend the check, what the probe gives, or the file in the reference folder"
    return HarnessError(Message(place=place, fact=fact, code="E-REFERENCE", help=help))
