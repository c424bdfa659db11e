"""The page of one submission: score, the one thing to fix first, and a card per part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.nouns.plain import Outcome
from grader.report import wording
from grader.report.audience import Audience
from grader.report.documents import Shelf, document_views
from grader.report.model import FaultBox, FixFirst, Footer, PartCard, Repeat, ScoreLine, SubmissionPage
from grader.report.names import anchor
from grader.report.part_card import Space, part_card, told_reason, voided_by
from grader.report.pictures import Gallery
from grader.report.training import ClassLosses, training_card

# What stops the most comes first: a crash hides everything behind it, a missing piece is known to its author.
URGENCY: tuple[Outcome, ...] = ("crashed", "stopped", "void", "failed", "skipped")


def submission_page(
    submission: SubmissionResult,
    results: Results,
    audience: Audience,
    gallery: Gallery,
    space: Space,
    *,
    name: str = "",
    shortened: bool = False,
    out: Path = Path(),
    class_losses: Sequence[ClassLosses] = (),
) -> SubmissionPage:
    """What the page of a submission says to this audience.

    `out`: where the files of its documents lie. `class_losses`: the curves that staff see its own among.
    """
    return SubmissionPage(
        assignment=results.assignment,
        title=results.title,
        id=submission.id,
        name=name,
        staff=audience.staff,
        score=score_line(submission),
        fix_first=fix_first(submission, audience),
        parts=told_once([part_card(part, submission, results, audience, gallery, space) for part in submission.parts]),
        findings=submission.findings,
        error=submission.error,
        shortened=shortened,
        footer=_footer(submission, results, audience),
        home="../index.html" if audience.staff else "",
        documents=document_views(submission.documents, Shelf(out, space.document_bytes)),
        training=training_card(submission, audience, gallery.yours, class_losses, drawn=space.picture_px > 0),
    )


def told_once(cards: Sequence[PartCard]) -> tuple[PartCard, ...]:
    """The cards; one that crashed exactly as an earlier one points there instead of showing the same lines again."""
    told: dict[tuple[str, FaultBox], PartCard] = {}
    made = []
    for card in cards:
        if card.fault is None or card.outcome != "crashed":
            made.append(card)
            continue
        first = told.setdefault((card.reason, card.fault), card)
        same_as = Repeat(f"{first.id} {first.title}", first.anchor) if first is not card else None
        made.append(replace(card, same_as=same_as))
    return tuple(made)


def score_line(submission: SubmissionResult) -> ScoreLine:
    """The score in words, and the shares of the points that are earned, pending and lost."""
    whole = submission.max or 1.0
    earned, pending = 100 * submission.score / whole, 100 * submission.pending / whole
    return ScoreLine(
        score=wording.points(submission.score),
        out_of=wording.points(submission.max),
        pending=wording.counted(submission.pending, "point") if submission.pending else "",
        lost=_lost(submission),
        note=_deduction(submission),
        earned_share=round(earned, 2),
        pending_share=round(pending, 2),
        lost_share=round(max(0.0, 100 - earned - pending), 2),
    )


def fix_first(submission: SubmissionResult, audience: Audience) -> FixFirst:
    """What to do next: the most urgent part that lost points, or that there is nothing to do."""
    if submission.error:
        return FixFirst("Not graded, and nobody lost points by it", submission.error, "ours")
    lost = [part for part in submission.parts if part.verdict in URGENCY and part.score + part.pending < part.max]
    if not lost:
        return _nothing_to_fix(submission)
    urgent = min(lost, key=_urgency)
    alike = [part for part in lost if part is urgent or _goes_with(part, urgent)]
    first = alike[0] if urgent.verdict == "crashed" else urgent
    others = [part for part in alike if part is not first]
    text = first.hint if first.mistakes and first.hint else told_reason(first, audience)
    if others:
        also, is_one = wording.listed([part.id for part in others]), len(others) == 1
        waits = f"{'waits' if is_one else 'wait'} for the same thing"
        follows = f"{'is' if is_one else 'are'} void because of it" if first.verdict == "void" else waits
        text = f"{text.rstrip('.')}. {also} {follows}."
    gain = sum(part.max - part.score - part.pending for part in (first, *others))
    return FixFirst(
        heading=f"Fix this first: {wording.counted(gain, 'point')}",
        tone="act",
        text=text or wording.MEANINGS[first.verdict],
        anchor=anchor(first.id),
        link=f"{first.id} {first.title}",
    )


def _urgency(part: PartResult) -> tuple[int, bool, float]:
    """What comes first: the kind of verdict, what is no consequence of another part, what cost most."""
    return URGENCY.index(part.verdict), bool(voided_by(part)), part.score + part.pending - part.max


def _goes_with(part: PartResult, first: PartResult) -> bool:
    """Whether mending the first mends this part too: the same crash, or void by its leak."""
    if first.verdict == "crashed":
        return (part.verdict, part.reason) == (first.verdict, first.reason)
    return voided_by(part) == first.id


def _nothing_to_fix(submission: SubmissionResult) -> FixFirst:
    broken = [part.id for part in submission.parts if part.verdict == "broken"]
    if broken:
        return FixFirst(
            "Nothing for you to fix",
            f"Part {wording.listed(broken)} could not be graded because of a fault of ours. It costs no points.",
            "ours",
        )
    if submission.pending:
        waits = f"{wording.counted(submission.pending, 'point')} {'waits' if submission.pending == 1 else 'wait'}"
        return FixFirst("Nothing to fix", f"The automatic part is right. {waits} for a reader.", "calm")
    return FixFirst("Nothing to fix", "Full marks.", "calm")


def _lost(submission: SubmissionResult) -> str:
    lost = submission.max - submission.score - submission.pending
    return wording.counted(lost, "point") if lost > 1e-9 else ""


def _deduction(submission: SubmissionResult) -> str:
    charged = sum(part.score for part in submission.parts) - submission.score
    return f"{wording.counted(charged, 'point')} taken off for repairs, see “Files”" if charged > 1e-9 else ""


def _footer(submission: SubmissionResult, results: Results, audience: Audience) -> Footer:
    facts = [
        ("submission", f"{submission.id}, sha256 {submission.sha256[:16] or 'unknown'}"),
        ("rubric", f"sha256 {results.rubric.sha256[:16]}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in results.versions.items())),
    ]
    if audience.staff:
        known = "seen before, not run again" if submission.cached else "run afresh"
        facts += [
            ("seed", str(results.seed)),
            ("time", f"{wording.seconds(submission.seconds)}, {known}"),
            ("rubric file", results.rubric.path),
        ]
    shown = dict.fromkeys(_outcomes(submission.parts))
    return Footer(
        facts=tuple(facts),
        level=results.isolation,
        level_meaning=wording.LEVELS[results.isolation],
        is_open=results.isolation == "open",
        words=tuple((outcome, wording.MEANINGS[outcome]) for outcome in wording.SIGNS if outcome in shown),
    )


def _outcomes(parts: tuple[PartResult, ...]) -> list[Outcome]:
    return [part.verdict for part in parts] + [check.verdict for part in parts for check in part.checks]
