"""Lines that sacrebleu or fairseq print: a BLEU, its precisions, its brevity penalty, and both lengths."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from grader.judge.logs.series import DECIMAL, WHOLE, Line, Printed, figure, finding, printed
from grader.nouns.judged import LogFinding

WORDS: Final = ("BLEU",)
LINE: Final = re.compile(
    rf"BLEU[^=\n]{{0,200}}= {{0,3}}{DECIMAL},? {DECIMAL}/{DECIMAL}/{DECIMAL}/{DECIMAL} "
    rf"\(BP {{0,2}}= {{0,2}}{DECIMAL},? ratio {{0,2}}= {{0,2}}{DECIMAL},? "
    rf"(?:hyp_len|syslen) {{0,2}}= {{0,2}}{WHOLE},? (?:ref_len|reflen) {{0,2}}= {{0,2}}{WHOLE}\)"
)
EXACT: Final = 1e-6  # what floats themselves may take


@dataclass(frozen=True, slots=True)
class Score:
    """One such line."""

    line: Line
    bleu: Printed
    precisions: tuple[Printed, ...]
    penalty: Printed
    ratio: Printed
    hyp_len: int
    ref_len: int


def score_in(line: Line) -> Score | None:
    """The score that a line states in full, if it does."""
    match = LINE.search(line.text)
    if match is None:
        return None
    bleu, p1, p2, p3, p4, penalty, ratio = (printed(match[at]) for at in range(1, 8))
    return Score(line, bleu, (p1, p2, p3, p4), penalty, ratio, int(match[8]), int(match[9]))


def score_findings(score: Score) -> Iterator[LogFinding]:
    """What does not add up within one line."""
    if not score.hyp_len or not score.ref_len:
        return
    numbers = (score.bleu, score.penalty, score.ratio, *score.precisions)
    if not all(number.is_finite and number.value >= 0 for number in numbers):
        return
    yield from _compared(score, "ratio is hyp_len / ref_len", score.ratio, score.hyp_len / score.ref_len)
    penalty = min(1.0, math.exp(max(-700.0, 1 - score.ref_len / score.hyp_len)))
    yield from _compared(score, "BP is min(1, exp(1 - ref_len / hyp_len))", score.penalty, penalty)
    low, high = (_bleu(score, sign) for sign in (-1, 1))
    middle = _bleu(score, 0)
    if not low - score.bleu.half - EXACT <= score.bleu.value <= high + score.bleu.half + EXACT:
        bound = score.bleu.half + max(middle - low, high - middle)
        yield finding(
            score.line,
            "BLEU is BP times the geometric mean of the precisions",
            expected=figure(middle),
            found=figure(score.bleu.value),
            bound=figure(bound, 3),
        )


def _compared(score: Score, rule: str, stated: Printed, expected: float) -> Iterator[LogFinding]:
    if abs(stated.value - expected) > stated.half + EXACT:
        yield finding(
            score.line,
            rule,
            expected=figure(expected),
            found=figure(stated.value),
            bound=figure(stated.half, 3),
        )


def _bleu(score: Score, sign: int) -> float:
    """BLEU by the other numbers of the line: as printed, or with each at the end of its rounding."""
    precisions = [max(0.0, each.value + sign * each.half) for each in score.precisions]
    penalty = max(0.0, score.penalty.value + sign * score.penalty.half)
    if min(precisions) <= 0:
        return 0.0
    return penalty * math.exp(sum(map(math.log, precisions)) / len(precisions))
