"""Checks of values beside a bound: below, above, finite."""

from __future__ import annotations

import numpy as np

from grader.judge.counting import how_many
from grader.judge.evidence import Evidence, Verdicts, each_output
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array, Json


def finite(check: Check, evidence: Evidence) -> Verdicts:
    """Whether every value is a finite number, and there is at least one."""

    def _judge(case: str, output: str, got: Array) -> Verdict:
        if not got.size:
            return Verdict("failed", f"{output}: holds no values", "E-NONFINITE")
        wrong = ~np.isfinite(got)
        if not wrong.any():
            return Verdict("passed")
        return Verdict("failed", f"{output}: {how_many(wrong)} NaN or infinite", "E-NONFINITE")

    return each_output(check, evidence, _judge)


def below(check: Check, evidence: Evidence) -> Verdicts:
    """Whether every value is less than the bound."""
    return _bounded(check, evidence, np.less, "below")


def above(check: Check, evidence: Evidence) -> Verdicts:
    """Whether every value is more than the bound."""
    return _bounded(check, evidence, np.greater, "above")


def _bounded(check: Check, evidence: Evidence, holds: np.ufunc, wanted: str) -> Verdicts:
    def _judge(case: str, output: str, got: Array) -> Verdict:
        bound = _bound(check.rule[output], case, output, evidence)
        if not got.size:
            return Verdict("failed", f"{output}: holds no values", "E-BOUND")
        if got.dtype.kind == "c" or np.isnan(got).any():
            what = "complex" if got.dtype.kind == "c" else "NaN"
            return Verdict("failed", f"{output}: is {what}", "E-BOUND")
        inside = np.asarray(holds(got.astype(np.float64), bound))
        worst = float(np.max(got) if wanted == "below" else np.min(got))
        detail = f"worst {worst:g}, bound {bound:g}"
        if inside.all():
            return Verdict("passed", detail=detail, margin=_ratio(worst, bound, wanted))
        reason = f"{output}: {how_many(~inside)} not {wanted} {_said(check.rule[output], bound)}"
        margin = _ratio(worst, bound, wanted)
        return Verdict("failed", reason, "E-BOUND", detail=detail, margin=margin)

    return each_output(check, evidence, _judge)


def _bound(rule: Json, case: str, output: str, evidence: Evidence) -> float:
    """A number, or `{times: 1.35}`: so many times the largest value of the reference."""
    if not isinstance(rule, dict):
        return float(rule)
    return float(rule["times"]) * float(np.max(evidence.reference(case, output)))


def _said(rule: Json, bound: float) -> str:
    return f"{rule['times']:g} times the reference's" if isinstance(rule, dict) else f"{bound:g}"


def _ratio(worst: float, bound: float, wanted: str) -> float | None:
    """The worst value in units of the bound, above 1 outside; None where zero or different signs give no unit."""
    if not (np.isfinite(worst) and np.isfinite(bound) and worst * bound > 0):
        return None
    larger_is_worse = (wanted == "below") == (bound > 0)
    return worst / bound if larger_is_worse else bound / worst
