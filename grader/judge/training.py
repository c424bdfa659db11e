"""Checks of what training needs: gradients that arrive, parameters of the right shapes, dropout that drops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from grader.judge.axes import written
from grader.judge.compare import Manner, compare
from grader.judge.counting import how_many
from grader.judge.evidence import Evidence, Verdicts, each_output, matching, names
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array
from grader.nouns.seen import Observation
from grader.safetext import safe_line

SHARE_MARGIN = 0.2  # of zeros, around the rate: 40 draws of a dozen values stay inside by many standard deviations
BY_CHANCE = 1e-10  # of each way of dropping together: a right dropout fails with a probability below 1e-9
LONGEST_NAME = 80


def gradient(check: Check, evidence: Evidence) -> Verdicts:
    """Whether a finite gradient arrives that is not zero everywhere."""

    def _judge(case: str, output: str, got: Array) -> Verdict:
        if not got.size or not got.astype(bool).any():
            return Verdict("failed", f"{output}: no gradient arrives", "E-GRADIENT")
        wrong = ~np.isfinite(got)
        if wrong.any():
            return Verdict("failed", f"{output}: {how_many(wrong)} NaN or infinite", "E-GRADIENT")
        return Verdict("passed")

    return each_output(check, evidence, _judge)


def parameters(check: Check, evidence: Evidence) -> Verdicts:
    """Whether there are the parameters of the reference, no more and no fewer, each in its shape.

    Outputs whose names match the globs hold the shape of the parameter of that name.
    """
    globs = names(check.rule)
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
            continue
        expected, got = (_shapes(side[case], globs) for side in (evidence.expected, evidence.got))
        faults = list(_parameter_faults(expected, got))
        yield from (replace(fault, case=case) for fault in faults)
        if not faults:
            yield Verdict("passed", case=case)


def _shapes(observation: Observation, globs: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    return {
        name: tuple(int(size) for size in np.atleast_1d(array))
        for name, array in observation.tensors.items()
        if any(fnmatchcase(name, glob) for glob in globs)
    }


def _parameter_faults(expected: Mapping[str, tuple[int, ...]], got: Mapping[str, tuple[int, ...]]) -> Iterator[Verdict]:
    for name in sorted(expected.keys() | got.keys()):
        if expected.get(name) == got.get(name):
            continue
        shown = safe_line(name, columns=LONGEST_NAME)
        if name not in got:
            fact = f"{shown}: is missing, expected {written(expected[name])}"
        elif name not in expected:
            fact = f"{shown}: is not expected, got {written(got[name])}"
        else:
            fact = f"{shown}: got {written(got[name])}, expected {written(expected[name])}"
        yield Verdict("failed", fact, "E-PARAMETERS", output=name)


def dropout(check: Check, evidence: Evidence) -> Verdicts:
    """Whether train mode drops about the right share and scales what survives: the student beside the student.

    Nor may all rows (lines along the last axis) be dropped or kept whole in every draw, as nn.Dropout1d does, or all
    lines along the first axis, as one mask for the whole batch does. If every value is dropped by itself, a line of n
    values agrees by chance in one draw with rate^n + (1 - rate)^n, so all lines in all draws with the product of that
    over the lines of two values and more, to the power of the number of draws. Where that is not below 1e-10 for
    one of the two axes, there are too few values, and that axis is not looked at. A line of equal values is not
    counted: it may be one number, dropped rightly and spread out later.

    Shapes: the `train` output stacks draws of the `eval` output on axis 0.
    """
    rate = float(check.rule["rate"])
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
            continue
        quiet, loud = (evidence.array(case, check.rule[mode]) for mode in ("eval", "train"))
        if isinstance(quiet, Verdict):
            yield quiet
        elif isinstance(loud, Verdict):
            yield loud
        else:
            verdict = _dropped(check, evidence, quiet, loud, rate)
            yield replace(verdict, case=case, output=check.rule["train"])


def _dropped(check: Check, evidence: Evidence, quiet: Array, loud: Array, rate: float) -> Verdict:
    name = check.rule["train"]
    if loud.shape[1:] != quiet.shape or not quiet.size or not loud.size:
        fact = f"{name}: each draw has the shape {written(loud.shape[1:])}, in eval mode it is {written(quiet.shape)}"
        return Verdict("failed", fact, "E-DROPOUT")
    wrong = ~np.isfinite(quiet)
    if wrong.any():
        return Verdict("failed", f"{check.rule['eval']}: {how_many(wrong)} NaN or infinite in eval mode", "E-DROPOUT")
    kept = quiet != 0
    if not kept.any():
        return Verdict("failed", f"{check.rule['eval']}: every value is 0 in eval mode", "E-DROPOUT")
    dropped = (loud == 0)[:, kept]
    share = float(dropped.mean())
    if not abs(share - rate) <= SHARE_MARGIN:
        fact = "nothing is dropped" if not share else f"{share:.0%} of the values are dropped"
        return Verdict("failed", f"{name}: {fact} in train mode, the rate is {rate:g}", "E-DROPOUT")
    scaled = np.broadcast_to(quiet.astype(np.float64) / (1 - rate), loud.shape)
    survivors = np.where(loud == 0, 0.0, scaled)
    verdict = compare(name, survivors, loud.astype(np.float64), Manner(evidence.tolerance(check.options)))
    if verdict.outcome == "passed":
        together = _dropped_together(loud == 0, quiet, rate)
        return Verdict("failed", f"{name}: {together}", "E-DROPOUT") if together else verdict
    reason = f"{name}: what survives is not the value in eval mode / {1 - rate:g}"
    return replace(verdict, reason=reason, code="E-DROPOUT", detail=f"{verdict.reason}; {verdict.detail}")


def _dropped_together(dropped: Array, quiet: Array, rate: float) -> str:
    """In which way the values of every draw hang together; empty if they do not, or if chance may do it."""
    if not quiet.ndim:
        return ""
    if _lines_agree(dropped, quiet, rate, axis=-1):
        return "in each draw a row is dropped or kept as a whole, not every value by itself"
    if quiet.ndim > 1 and _lines_agree(dropped, quiet, rate, axis=0):
        return "in each draw the whole batch has one mask, not every value its own chance"
    return ""


def _lines_agree(dropped: Array, quiet: Array, rate: float, *, axis: int) -> bool:
    """Whether all lines along this axis of a draw agree in every draw, though by chance they would not."""
    quiet = np.moveaxis(quiet, axis, -1)
    kept = quiet != 0
    dropped = np.moveaxis(dropped, axis if axis < 0 else axis + 1, -1) & kept
    sizes, zeros = kept.sum(axis=-1), dropped.sum(axis=-1)
    several = (sizes > 1) & (quiet != quiet[..., :1]).any(axis=-1)
    chances = np.logaddexp(sizes[several] * np.log(rate), sizes[several] * np.log1p(-rate))
    if not len(dropped) * chances.sum() < np.log(BY_CHANCE):
        return False
    return bool(((zeros == 0) | (zeros == sizes))[:, several].all())
