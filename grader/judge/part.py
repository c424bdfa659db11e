"""One part of one submission, judged: its checks, its points, and which known mistake it is consistent with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.judge.cells import WRONG
from grader.judge.checks import conclude, findings
from grader.judge.contrast import only
from grader.judge.endings import broken
from grader.judge.evidence import Evidence, names
from grader.judge.groups import signature
from grader.judge.mistakes import consistent_with
from grader.judge.score import check_result, part_outcome, part_points
from grader.judge.translation import claim_remarks
from grader.nouns.asked import Check, Part, Rubric
from grader.nouns.judged import CaseResult, CheckResult, PartResult, Verdict
from grader.nouns.plain import Level, Outcome
from grader.nouns.seen import Observation
from grader.varied import case_of

MEASURED = frozenset({"close", "same", "dropout", "image", "line"})  # checks that have a tolerance


def judge_part(
    part: Part,
    rubric: Rubric,
    expected: Mapping[str, Observation],
    got: Mapping[str, Observation],
    known: Mapping[str, Mapping[str, Observation]],
    hints: Mapping[str, str],
) -> PartResult:
    """The result of one part.

    `expected` and `got` hold the observations of the reference and the submission by case; a part that reads a file
    has the one case `file`, one that reads answers the case `answers`, which may stand beside those of a probe.
    `known` holds what each mistake gives here, `hints` what a student is told about it.
    """
    evidence = Evidence(part, rubric, expected, got)
    found = [findings(check, evidence) for check in part.checks]
    verdicts = [conclude(check, each) for check, each in zip(part.checks, found, strict=True)]
    checks = tuple(_result(check, verdict, evidence) for check, verdict in zip(part.checks, verdicts, strict=True))
    points = part_points(checks, part.written)
    outcome, reason = _outcome(verdicts, evidence)
    wrong = [verdict for each in found for verdict in each if verdict.outcome in WRONG]
    mistakes = consistent_with(evidence, wrong, known)
    answers = got.get("answers")
    return PartResult(
        id=part.id,
        title=part.title,
        score=points.score,
        max=points.max,
        pending=points.pending,
        verdict=outcome,
        reason=reason,
        seconds=sum(observation.usage.wall_s for observation in got.values()),
        peak_bytes=max((observation.usage.peak_bytes for observation in got.values()), default=0),
        mistakes=mistakes,
        hint=" ".join(hints[name] for name in mistakes if hints.get(name)),
        group="" if mistakes else signature(evidence, wrong),
        checks=checks,
        cases=_cases(evidence),
        written=part.written,
        answer=answers.texts.get("answer", "") if answers else "",
        answer_from=answers.texts.get("from", "") if answers else "",
        remarks=claim_remarks(evidence),
        only=only(evidence) if wrong else "",
    )


def not_run(part: Part, answer: str, lacks: Sequence[str], level: Level) -> PartResult:
    """The result of a part that this level of isolation cannot run: ours to mend, it costs nobody points."""
    told = ", ".join(lacks).replace("_", " ")
    verdict = broken(f"the level '{level}' offers no {told} here, which this part needs", code="E-BOX-LEVEL")
    checks = tuple(check_result(check, verdict, _of(check), "") for check in part.checks)
    points = part_points(checks, part.written)
    return PartResult(
        id=part.id,
        title=part.title,
        score=points.score,
        max=points.max,
        pending=points.pending,
        verdict="broken",
        reason=verdict.reason,
        seconds=0.0,
        peak_bytes=0,
        checks=checks,
        written=part.written,
        answer=answer,
    )


def _result(check: Check, verdict: Verdict, evidence: Evidence) -> CheckResult:
    tolerance = str(evidence.tolerance(check.options)) if check.kind in MEASURED else ""
    if verdict.code in ("E-PARAMETERS", "E-ANSWER"):  # a shape, or values at random points: nothing to draw
        verdict = replace(verdict, output="")
    return check_result(check, verdict, _of(check), tolerance)


def _of(check: Check) -> tuple[str, ...]:
    if check.kind in ("lines", "bleu", "curve_rows", "trained", "dropout", "raises"):
        return ()
    if check.kind in ("image", "line", "marks"):
        return (check.rule["figures"],)
    if check.kind == "causal":
        return (check.rule["of"],)
    if check.kind == "perplexity":
        return (check.rule["logits"],)
    if check.kind == "all":
        return tuple(dict.fromkeys(name for subcheck in check.subchecks for name in _of(subcheck)))
    return names(check.rule)


def _outcome(verdicts: Sequence[Verdict], evidence: Evidence) -> tuple[Outcome, str]:
    part = evidence.part
    if not verdicts:  # a part that is only looked at: whether it ran at all
        verdicts = [verdict for case in evidence.cases if (verdict := evidence.ended(case)) is not None]
    outcome = part_outcome([verdict.outcome for verdict in verdicts])
    if outcome != "passed":
        return outcome, next(verdict.reason for verdict in verdicts if verdict.outcome == outcome)
    if part.written:
        return "pending", _to_read(sum(item.points for item in part.written))
    return outcome, ", ".join(dict.fromkeys(verdict.reason for verdict in verdicts if verdict.reason))


def _to_read(points: float) -> str:
    if not points:
        return "a person may comment on this; it has no points"
    return f"a person will read this: {points:g} {'point' if points == 1 else 'points'} pending"


def _cases(evidence: Evidence) -> tuple[CaseResult, ...]:
    lost = _lost(evidence)
    return tuple(
        CaseResult(
            case=name,
            ended=observation.ended,
            seconds=observation.usage.wall_s,
            peak_bytes=observation.usage.peak_bytes,
            reason=observation.reason,
            fault=observation.fault,
            stdout=observation.stdout,
            stderr=observation.stderr,
            public=case_of(name) in evidence.cases and evidence.cases[case_of(name)].public,
        )
        for name, observation in evidence.got.items()
        if name in evidence.cases or name in lost
    )


def _lost(evidence: Evidence) -> set[str]:
    """Of every varied case that answered: the first run of a change that did not."""
    first: dict[str, str] = {}
    for name, observation in evidence.got.items():
        case = case_of(name)
        if (
            name != case
            and observation.ended != "answered"
            and case in evidence.got
            and evidence.got[case].ended == "answered"
        ):
            first.setdefault(case, name)
    return set(first.values())
