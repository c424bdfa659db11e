"""Perplexities that a hand-in claims, beside what the checkpoint that came with it gives here: for a reader, no points.

Only where the model is the hand-in's own: its probe names the file as the text `checkpoint`. The held-out text is
another sample than theirs, so a claim is contradicted only where chance does not explain it and the gap is wide.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from grader.judge.answers import LONGEST_LINE, MOST_LINES, NAMES, parse_number
from grader.judge.evidence import Evidence
from grader.judge.handed_in import decode, find_file
from grader.judge.logs.curves import curves_of
from grader.judge.perplexity import exp, labels_of, nll_of, shown
from grader.nouns.asked import Check
from grader.safetext import safe_line

CHECKPOINT = "checkpoint"  # the output that names the file
STANDARD_ERRORS = 4.0  # of the mean of -ln p, between a claim and what is seen here
WIDE = 1.25  # so many times the claim, at least
CURVES = "curve.csv"
CLAIM = re.compile(r"(?:ppl|perplexity)\W{0,4}(?:[=:≈]|is|of)\s{0,4}(?P<value>[^\s=:≈].*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A perplexity that stands somewhere in the hand-in; `place` is safe text: `curve.csv, epoch 7`."""

    value: float
    place: str


def contradicted_claims(evidence: Evidence, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """A remark for each checkpoint whose perplexity here is far above everything that the hand-in claims."""
    return tuple(
        remark
        for check in _rules(evidence)
        for case in check.cases
        if CHECKPOINT in (seen := evidence.got[case].texts if case in evidence.got else {})
        and (remark := _remark(check, case, safe_line(seen[CHECKPOINT]), evidence, files))
    )


def claims_of(files: Mapping[str, bytes]) -> tuple[Claim, ...]:
    """What a hand-in says its perplexity on held-out text is: best and last of its curves, and lines of its answers."""
    place, epochs = curves_of(files, CURVES)
    seen = [
        (epoch.perplexity.value, epoch.number)
        for epoch in epochs
        if epoch.kind == "validation" and epoch.perplexity is not None and 1 <= epoch.perplexity.value < math.inf
    ]
    written = [*_written(files)]
    once = {claim.value for claim in written if claim.place == safe_line(place)}  # a line of answers is no epoch too
    ends = (min(seen), seen[-1]) if seen else ()
    claims = [Claim(value, f"{place}, epoch {number:g}") for value, number in ends if value not in once]
    return tuple(dict.fromkeys([*claims, *written]))


def _written(files: Mapping[str, bytes]) -> Iterator[Claim]:
    path = find_file(files, NAMES)
    for line in decode(files[path]).split("\n")[:MOST_LINES] if path else ():
        match = CLAIM.search(unicodedata.normalize("NFKC", line[:LONGEST_LINE]))
        value = parse_number(match["value"]) if match and "train" not in line.casefold() else None
        if value is not None and 1 <= value < math.inf:
            yield Claim(value, safe_line(path))


def _rules(evidence: Evidence) -> Iterator[Check]:
    """The checks of perplexity, those of one output once."""
    every = [rule for check in evidence.part.checks for rule in (check, *check.subchecks)]
    yield from {rule.rule["logits"]: rule for rule in every if rule.kind == "perplexity"}.values()


def _remark(check: Check, case: str, file: str, evidence: Evidence, files: Mapping[str, bytes]) -> str:
    logits = evidence.got[case].tensors.get(check.rule["logits"])
    claims = claims_of(files)
    try:
        labels = labels_of(check.rule, case, evidence)
        if not claims or logits is None or logits.shape[:-1] != labels.shape or logits.dtype.kind not in "fiu":
            return ""
        nll = nll_of(logits, labels)
    except Exception:  # the check itself says that it is broken; a remark is not worth more
        return ""
    mean, error = float(nll.mean()), float(nll.std() / math.sqrt(nll.size))
    if not np.isfinite(nll).all() or any(mean - math.log(claim.value) <= _allowed(error) for claim in claims):
        return ""
    told = "; ".join(f"{shown(claim.value)} ({claim.place})" for claim in claims[:2])
    return f"claimed {told}; the checkpoint {file} gives {shown(exp(mean))} on the course's held-out text"


def _allowed(error: float) -> float:
    return max(math.log(WIDE), STANDARD_ERRORS * error)
