"""The card of one part, for one audience."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.nouns.judged import CaseResult, CheckResult, PartResult, Picture, Results, SubmissionResult
from grader.nouns.plain import Fault, Frame
from grader.report import markup, pairs, wording
from grader.report.audience import HIDDEN_MESSAGE, Audience, type_of
from grader.report.model import CaseRow, CheckRow, CodeLine, Explanation, FaultBox, PartCard, Repeat, WrittenRow
from grader.report.names import anchor
from grader.report.pictures import Gallery

KINDS = {
    "shape": "shape of",
    "close": "values of",
    "equal": "exact values of",
    "below": "upper bound on",
    "above": "lower bound on",
    "finite": "only finite values in",
    "same": "agreement of",
    "gradient": "gradient at",
    "parameters": "parameters",
    "dropout": "dropout",
    "raises": "the error raised for",
    "number": "number",
    "lines": "number of lines",
    "bleu": "BLEU",
    "image": "image in",
    "line": "line in",
    "marks": "marks in",
    "causal": "what moves",
    "perplexity": "perplexity of",
    "answer": "formula for",
    "curve_rows": "losses and perplexities by epoch",
    "trained": "training",
    "all": "several rules on",
}
MAX_TRAIL = 6
VOIDED = re.compile(r"void: part (\S+) proved a leak")
NO_ANSWER = "No answer was found as text. A reader looks into the files that were handed in."
MAX_PICTURES = 20


@dataclass(frozen=True, slots=True)
class Space:
    """How much a page may hold: what is shortened when it would grow beyond its cap."""

    picture_px: int
    text_chars: int
    document_bytes: int = 400_000


def part_card(
    part: PartResult, submission: SubmissionResult, results: Results, audience: Audience, gallery: Gallery, space: Space
) -> PartCard:
    """What the page says about one part."""
    said = audience.reason_of(part, part.cases)
    seen = [audience.side_of(picture) for picture in part.pictures if audience.sees(picture)]
    shown = seen[:MAX_PICTURES]
    proving = [picture for picture in shown if picture.kind == "influence" and part.verdict in ("void", "failed")]
    return PartCard(
        id=part.id,
        anchor=anchor(part.id),
        title=part.title,
        outcome=part.verdict,
        points=wording.share(part.score, part.max, part.pending),
        waiting=waiting(part),
        reason=told_reason(part, audience),
        explanation=_explanation(part, results, audience),
        fault=_fault(part, audience),
        checks=tuple(_check(check, part, audience, said) for check in part.checks),
        checks_line=_checks_line(part.checks),
        is_folded=not any(check.verdict in ("failed", "void", "broken") for check in part.checks),
        pictures=pairs.views([picture for picture in shown if picture not in proving], gallery),
        hidden_note=_hidden_note(part, seen) if part.verdict == "failed" else "",
        written=tuple(
            WrittenRow(item.text, wording.counted(item.points, "point") if item.points else "") for item in part.written
        ),
        answer=markup.written(wording.cut(part.answer, space.text_chars)),
        no_answer=NO_ANSWER if part.written and not part.answer.strip() else "",
        language=markup.language_of(part.answer),
        cases=tuple(_cases(part, audience, space)),
        cost=_cost(part) if audience.staff else "",
        regrade=_regrade(part, submission, results),
        unstable=unstable(part),
        log=part.log if audience.staff else "",
        answer_from=part.answer_from,
        evidence=pairs.views(proving, gallery),
        proof=_proof(part, submission),
        where=tuple(failing_where(part)),
    )


def waiting(part: PartResult) -> str:
    """The sentence about points that nobody has decided yet."""
    if part.verdict == "pending" and not part.max:
        return "A person may say something about this. It is worth no points."
    if not part.pending:
        return ""
    points = wording.counted(part.pending, "point")
    if part.verdict == "broken":
        return f"Nobody loses points by this: {points} stay open until the part has been run again."
    return f"A person will read this: {points} pending."


def unstable(part: PartResult) -> str:
    """What is said about a part that answers otherwise when it is run again."""
    if not part.unstable:
        return ""
    follows = (
        "A person grades it, and until then its points stay open."
        if part.verdict == "pending"
        else "It was graded on what it did most often."
    )
    return (
        f"Run again with the same inputs and seeds, this part gave {part.unstable}. {follows} Look for something that "
        "no seed reaches: the time, a generator made without a seed, the order of a set, memory that was never filled."
    )


def failing_where(part: PartResult) -> Iterator[str]:
    """On which inputs a part fails, as far as that is known; of hidden cases no name and no value."""
    if part.only:
        yield f"Fails {part.only}."
    if part.smallest is not None:
        yield f"Smallest case that fails: {part.smallest.told}."


def voided_by(part: PartResult) -> str:
    """The id of the part that proved the leak by which this one is void; empty if it is not, or by itself."""
    found = VOIDED.match(part.reason) if part.verdict == "void" else None
    return found[1] if found else ""


def told_reason(part: PartResult, audience: Audience) -> str:
    """The reason of a part in one line; of a crash the fullest account that this audience may read."""
    if part.verdict == "pending":
        told = (audience.reason_of(check, part.cases) for check in part.checks if check.verdict == "pending")
        return "; ".join(dict.fromkeys(filter(None, told)))
    if part.verdict == "passed":
        return ""
    reason = audience.reason_of(part, part.cases)
    fault = _fault(part, audience) if part.verdict == "crashed" else None
    if fault is None or fault.note or fault.title in reason:
        return reason
    return f"{fault.title} ({fault.place})"


def check_name(check: CheckResult) -> str:
    """A check in words: `values of h0 and c0`."""
    kind = KINDS.get(check.check, check.check)
    if not check.of:
        return kind.removesuffix(" of").removesuffix(" on").removesuffix(" in").removesuffix(" for")
    return f"{kind} {wording.some(check.of)}"


def _proof(part: PartResult, submission: SubmissionResult) -> Repeat | None:
    proving = voided_by(part)
    found = next((each for each in submission.parts if each.id == proving), None)
    return Repeat(f"{found.id} {found.title}", anchor(found.id)) if found is not None else None


def _explanation(part: PartResult, results: Results, audience: Audience) -> Explanation:
    if not audience.staff:
        return Explanation(hint=part.hint if part.mistakes else "")
    shared = any(group.key == part.group for group in results.groups)
    group = part.group if shared else ""
    return Explanation(part.hint, ", ".join(part.mistakes), part.mistake_diff, group, part.remarks)


def _check(check: CheckResult, part: PartResult, audience: Audience, said: str) -> CheckRow:
    finding = audience.reason_of(check, part.cases)
    return CheckRow(
        id=check.id,
        outcome=check.verdict,
        name=check_name(check),
        finding=finding if finding != said else "",  # the card has said it already
        hint=check.hint if check.verdict != "passed" else "",
        margin=wording.margin(check.margin) if check.margin is not None else "",
        bar=wording.margin_bar(check.margin) if check.margin is not None else None,
        tolerance=check.tolerance if check.margin is not None else "",
        points=f"{wording.points(check.points)} of {wording.points(check.max)}" if check.max else "",
        code=check.code,
        detail=check.detail if audience.staff else "",
    )


def _checks_line(checks: Iterable[CheckResult]) -> str:
    outcomes = [check.verdict for check in checks]
    counts = [f"{outcomes.count(word)} {word}" for word in dict.fromkeys(outcomes)]
    return f"{wording.counted(len(outcomes), 'check')}: {', '.join(counts)}" if outcomes else ""


def _hidden_note(part: PartResult, seen: list[Picture]) -> str:
    absent = len(part.pictures) - len(seen)
    if not absent:
        return ""
    return f"{wording.counted(absent, 'picture')} of hidden cases {'is' if absent == 1 else 'are'} shown to staff only."


# --- what their code raised ---------------------------------------------------------------------------------------


def _fault(part: PartResult, audience: Audience) -> FaultBox | None:
    faulty = [case for case in part.cases if case.fault is not None]
    if not faulty:
        return None
    case = next((case for case in faulty if audience.sees_fault(case)), faulty[0])
    assert case.fault is not None
    return _fault_box(case.fault, case, open_message=audience.sees_fault(case))


def _fault_box(fault: Fault, case: CaseResult, *, open_message: bool) -> FaultBox:
    title = f"{fault.type}: {fault.message}" if open_message else type_of(fault)
    *outer, inner = fault.frames or (Frame("", 0, ""),)
    where = [_place(inner)] if inner.file else []
    when = f"{'' if case.public else 'hidden '}case {case.case}"
    return FaultBox(
        title=title,
        place=", ".join([*where, "while it was imported" if case.ended == "import_error" else when]),
        lines=tuple(CodeLine(number, text, number == inner.line) for number, text in inner.near),
        trail=tuple(_place(frame) for frame in outer[-MAX_TRAIL:]),
        note="" if open_message else HIDDEN_MESSAGE,
    )


def _place(frame: Frame) -> str:
    return f"{frame.file}:{frame.line}" + (f" in {frame.function}" if frame.function else "")


# --- how the cases ran ----------------------------------------------------------------------------------------------


def _cases(part: PartResult, audience: Audience, space: Space) -> Iterable[CaseRow]:
    for case in part.cases:
        said = bool(case.stdout or case.stderr or case.fault)
        if audience.staff or (audience.sees(case) and said):
            yield _case(case, audience, space)


def _case(case: CaseResult, audience: Audience, space: Space) -> CaseRow:
    return CaseRow(
        case=case.case,
        visibility="public" if case.public else "hidden",
        ended=case.ended.replace("_", " "),
        seconds=wording.seconds(case.seconds) if audience.staff else "",
        memory=wording.memory(case.peak_bytes) if audience.staff else "",
        reason=case.reason,
        traceback=wording.cut(case.fault.traceback, space.text_chars) if case.fault else "",
        stdout=wording.cut(case.stdout, space.text_chars),
        stderr=wording.cut(case.stderr, space.text_chars),
    )


def _cost(part: PartResult) -> str:
    if not part.seconds:
        return ""
    return f"{wording.seconds(part.seconds)}, {wording.memory(part.peak_bytes)} at most"


def _regrade(part: PartResult, submission: SubmissionResult, results: Results) -> str:
    if part.score + part.pending >= part.max:
        return ""
    lost = [
        f"check {check.id} ({check_name(check)}): {check.verdict}, "
        f"{wording.points(check.points)} of {wording.points(check.max)} points"
        for check in part.checks
        if check.points < check.max
    ]
    return "\n".join(
        [
            f"Regrade request: {results.assignment}, part {part.id} {part.title}",
            f"{wording.points(part.score)} of {wording.points(part.max)} points, {part.verdict}",
            *lost,
            f"submission {submission.id}, sha256 {submission.sha256}",
            f"rubric sha256 {results.rubric.sha256}",
            "What I think is wrong: ",
        ]
    )
