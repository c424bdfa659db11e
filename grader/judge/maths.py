"""The check `answer`: formulas of the hand-in that equal the reference's, told by their values at random points.

The probe has evaluated them (`kit.evaluated`). Beside the values of NAME its outputs are `at.SYMBOL`, the points; a
text NAME where a formula was read and has no values; a text `NAME.unread` where a person has to read it, and beside
values where what comes last for the name was not read: then right values count, and wrong ones wait for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from grader.judge.evidence import Evidence, Verdicts, matching, names
from grader.judge.tolerance import Tolerance
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array
from grader.safetext import safe_line

RTOL = 1e-9
RTOL_SINGLE = 1e-5  # of formulas that their code has evaluated in single precision
NEAR_ZERO = 1e-3  # of the usual size of the values: nearer to zero, what cancels is not asked to be more exact
FEWEST = 4  # points; with fewer of them a factor proves nothing
MOST_SYMBOLS = 12
SHORT_LIST = 5  # symbols; of more of them the values come last
DIGITS = (3, 4, 6, 9, 12)
ROUGHLY = 0.2
POINTS = "at."
UNREAD = ".unread"


def answer(check: Check, evidence: Evidence) -> Verdicts:
    """Whether each named formula has the reference's value at every point; one that cannot be read waits."""
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
            continue
        for name in names(check.rule):
            yield replace(_one(check, evidence, case, name), case=case, output=name)


def _one(check: Check, evidence: Evidence, case: str, name: str) -> Verdict:
    expected, observation = evidence.reference(case, name), evidence.got[case]
    if name not in observation.tensors:
        return _in_words(name, observation.texts)
    got = observation.tensors[name]
    if got.shape != expected.shape or got.dtype.kind not in "fiu":
        return Verdict("failed", f"{name}: is not one number at each of {expected.size} points", "E-OUTPUT")
    tolerance = _tolerance(check, expected, got)
    got = got.astype(np.float64)
    with np.errstate(all="ignore"):
        distance = _in_tolerances(expected, got, tolerance)
    margin = float(distance.max(initial=0.0))
    if margin <= 1:
        return Verdict("passed", margin=margin)
    told = _told(evidence, case, name, expected, got, distance)
    facts = [_mistaken_for(check, evidence, case, name, got), _times(expected, got, tolerance)]
    reason = "; ".join([told, *filter(None, facts)])
    doubt = safe_line(observation.texts.get(f"{name}{UNREAD}", ""))
    if doubt:
        return Verdict(
            "pending", f"{reason}; what comes last was not read: {doubt}; a person will read it", "E-FORMULA"
        )
    return Verdict("failed", reason, "E-ANSWER", margin=margin)


def _in_words(name: str, texts: Mapping[str, str]) -> Verdict:
    if name in texts:
        return Verdict("failed", f"{name}: {safe_line(texts[name])}", "E-FORMULA")
    if f"{name}{UNREAD}" in texts:
        reason = f"{name}: {safe_line(texts[f'{name}{UNREAD}'])}; a person will read it"
        return Verdict("pending", reason, "E-FORMULA")
    return Verdict("skipped", f"no '{name} = ...' was found", "E-NAME")


def _tolerance(check: Check, expected: Array, got: Array) -> Tolerance:
    rtol = float(check.options.get("rtol", RTOL))
    if got.dtype.itemsize < 8:
        rtol = max(rtol, RTOL_SINGLE)
    size = float(np.sqrt(np.mean(np.square(expected)))) if expected.size else 0.0
    return Tolerance(rtol, float(check.options.get("atol", rtol * NEAR_ZERO * size)))


def _in_tolerances(expected: Array, got: Array, tolerance: Tolerance) -> Array:
    """How far each value is from the expected one, in units of what it may be; infinite where it is no number."""
    allowed = tolerance.atol + tolerance.rtol * np.abs(expected)
    off = np.abs(got - expected)
    distance = np.where(off == 0, 0.0, off / np.where(allowed > 0, allowed, np.finfo(np.float64).tiny))
    return np.where(np.isfinite(got), distance, np.inf)


# --- what is told ---


def _told(evidence: Evidence, case: str, name: str, expected: Array, got: Array, distance: Array) -> str:
    """The point where the value is furthest from the expected one, and how many points agree."""
    off = np.where(np.isfinite(got), np.abs(got - expected), np.inf)
    worst = int(np.argmax(off))
    points = [f"{symbol} = {values[worst]:.3g}" for symbol, values in _points(evidence, case, expected)]
    ours, theirs = _apart(float(expected.flat[worst]), float(got.flat[worst]))
    agreeing = int((distance <= 1).sum())
    few = f"; {agreeing} of {distance.size} points agree" if agreeing else ""
    if len(points) > SHORT_LIST:
        return f"{name}: it gives {theirs}, expected {ours}{few}; this is at {', '.join(points)}"
    where = f"at {', '.join(points)} it" if points else "it"
    return f"{name}: {where} gives {theirs}, expected {ours}{few}"


def _points(evidence: Evidence, case: str, expected: Array) -> list[tuple[str, Array]]:
    """The symbols and their values, from the reference: what students hand in cannot change them."""
    found = [
        (output.removeprefix(POINTS), values)
        for output, values in evidence.expected[case].tensors.items()
        if output.startswith(POINTS) and values.shape == expected.shape and values.ndim == 1
    ]
    return found[:MOST_SYMBOLS]


def _apart(expected: float, got: float) -> tuple[str, str]:
    """Both numbers, with as many digits as it takes to show how far apart they are."""
    off = abs(got - expected)
    for digits in DIGITS:
        ours, theirs = f"{expected:.{digits}g}", f"{got:.{digits}g}"
        if not np.isfinite(off) or abs(abs(float(theirs) - float(ours)) - off) <= ROUGHLY * off:
            return ours, theirs
    return f"{expected!r}", f"{got!r}"


def _mistaken_for(check: Check, evidence: Evidence, case: str, name: str, got: Array) -> str:
    """The other formula of the check that this one is."""
    for other in names(check.rule):
        values = evidence.expected[case].tensors.get(other)
        if other == name or values is None or values.shape != got.shape or values.size < FEWEST:
            continue
        if bool((_in_tolerances(values, got, _tolerance(check, values, got)) <= 1).all()):
            return f"it is the right {other}"
    return ""


def _times(expected: Array, got: Array, tolerance: Tolerance) -> str:
    size = float(np.square(expected).sum())
    if expected.size < FEWEST or not size or not np.isfinite(got).all():
        return ""
    if not got.any():
        return "it is 0 everywhere"
    factor = float((expected * got).sum() / size)
    if not np.isfinite(factor) or not factor:
        return ""
    scaled = Tolerance(tolerance.rtol, tolerance.atol * abs(factor))
    if bool((_in_tolerances(factor * expected, got, scaled) <= 1).all()):
        digits = 9 if abs(factor - 1) < 0.001 else 4
        return f"it is {factor:.{digits}g} times the right value everywhere"
    return ""
