"""Checks of values beside other values: shape, close, equal with the reference, same with the student's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.judge.axes import shape_fault, solve_sizes, written
from grader.judge.compare import Manner, agree, compare
from grader.judge.evidence import Evidence, Verdicts, each_output, matching, names
from grader.judge.tolerance import EXACT, Tolerance
from grader.nouns.asked import Check
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array, Json
from grader.operands import Operand, parse_operand
from grader.safetext import safe_line


def shape(check: Check, evidence: Evidence) -> Verdicts:
    """Whether outputs have the shape of the reference's, told in the letters of their axes."""

    def _judge(case: str, output: str, got: Array) -> Verdict:
        expected, axes = evidence.reference(case, output), check.rule[output]
        solve_sizes(axes, expected.shape)
        if got.shape == expected.shape:
            return Verdict("passed", f"{output} {written(got.shape)}")
        reason = shape_fault(output, got.shape, expected.shape, axes, evidence.sizes(case))
        return Verdict("failed", reason, "E-SHAPE")

    return each_output(check, evidence, _judge)


def close(check: Check, evidence: Evidence) -> Verdicts:
    """Whether outputs are the reference's within the tolerance."""
    return _beside_reference(check, evidence, evidence.tolerance(check.options))


def equal(check: Check, evidence: Evidence) -> Verdicts:
    """Whether outputs, arrays or texts, are exactly the reference's."""
    return _beside_reference(check, evidence, EXACT)


def _beside_reference(check: Check, evidence: Evidence, tolerance: Tolerance) -> Verdicts:
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
            continue
        for output in names(check.rule):
            yield replace(_one(case, output, check, evidence, tolerance), case=case, output=output)


def _one(case: str, output: str, check: Check, evidence: Evidence, tolerance: Tolerance) -> Verdict:
    like = str(check.options.get("to", output))  # the output of the reference to compare with
    if like in evidence.expected[case].texts:
        return _text(case, output, like, evidence)
    expected = evidence.reference(case, like)
    got = evidence.array(case, output)
    if isinstance(got, Verdict):
        return got
    verdict = compare(output, expected, got, manner(check, evidence, case, output, tolerance))
    if verdict.code != "E-VALUE" or got.ndim == 0:
        return verdict
    mistaken = _mistaken_for(case, output, got, check, evidence)
    return replace(verdict, reason=f"{verdict.reason}; equal to the expected {mistaken}") if mistaken else verdict


def _mistaken_for(case: str, output: str, got: Array, check: Check, evidence: Evidence) -> str:
    """The other output of the check that this one is equal to."""
    tolerance = evidence.tolerance(check.options)
    others = (other for other in names(check.rule) if other != output and other in evidence.expected[case].tensors)
    return next((other for other in others if agree(evidence.reference(case, other), got, tolerance)), "")


def manner(check: Check, evidence: Evidence, case: str, output: str, tolerance: Tolerance) -> Manner:
    """How one output of a check is compared."""
    return Manner(
        tolerance=tolerance,
        axes=evidence.axes(case, output),
        exact_dtype=check.options.get("dtype") == "exact",
        read_as=str(check.options.get("as", "")),
        sizes=evidence.sizes(case),
        lengths=evidence.lengths(case),
    )


def _text(case: str, output: str, like: str, evidence: Evidence) -> Verdict:
    expected, got = evidence.expected[case].texts[like], evidence.got[case].texts.get(output)
    if got is None:
        word = "is no text" if output in evidence.got[case].tensors else "is missing"
        return Verdict("failed", f"{output}: {word}", "E-OUTPUT")
    if got == expected:
        return Verdict("passed", margin=0.0)
    detail = f"got '{safe_line(got)}', expected '{safe_line(expected)}'"
    return Verdict("failed", f"{output}: {_first_line(expected, got)}", "E-VALUE", detail=detail)


def _first_line(expected: str, got: str) -> str:
    ours, theirs = expected.split("\n"), got.split("\n")
    if len(ours) != len(theirs):
        return f"{len(theirs)} lines, expected {len(ours)}"
    wrong = [number for number, (a, b) in enumerate(zip(ours, theirs, strict=True), 1) if a != b]
    if len(ours) == 1:
        return "is not the expected text"
    return f"{len(wrong)} of {len(ours)} lines differ, first line {wrong[0]}"


def same(check: Check, evidence: Evidence) -> Verdicts:
    """Whether two outputs of the submission are the same: the student beside the student, never the reference."""
    left, right = filter(None, map(parse_operand, check.rule))  # of another form, the rubric would not be here
    verdicts = [evidence.ended(case) for case in dict.fromkeys((left.case, right.case))]
    stopped = [verdict for verdict in verdicts if verdict is not None]
    if stopped:
        yield from stopped
        return
    first, second = (_operand(operand, evidence) for operand in (left, right))
    if isinstance(first, Verdict):
        yield first
    elif isinstance(second, Verdict):
        yield second
    else:
        how = Manner(tolerance=evidence.tolerance(check.options), read_as=str(check.options.get("as", "")))
        verdict = compare(left.output, second, first, how)
        yield replace(verdict, reason=_unlike(check.rule, verdict.reason), case=left.case, output=left.output)


def _unlike(operands: Json, reason: str) -> str:
    told = reason.replace("the expected one", "the other").replace(", expected", ", the other")
    told = told.replace("where infinity or NaN is expected", "where the other is not")
    return f"{operands[0]} and {operands[1]} are not the same: {told}" if told else ""


def _operand(operand: Operand, evidence: Evidence) -> Array | Verdict:
    array = evidence.array(operand.case, operand.output)
    if isinstance(array, Verdict) or not operand.slices:
        return array
    try:
        return np.asarray(array[operand.slices])
    except IndexError:
        reason = f"{operand.output}: got {written(array.shape)}, which has no [{operand.text}]"
        return Verdict("failed", reason, "E-SHAPE", case=operand.case, output=operand.output)
