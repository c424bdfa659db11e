"""The page of a class: what needs a person, how the parts went, which mistakes are common, and everybody in a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import mean, median, mode
from urllib.parse import quote

from grader.nouns.judged import Group, PartResult, Results, SubmissionResult
from grader.nouns.plain import Outcome
from grader.report import wording
from grader.report.class_figures import graded, histogram, part_figures
from grader.report.class_model import Cell, ClassPage, CommonMistake, Duty, Link, MapTable, Row, UnexplainedGroup
from grader.report.class_perplexities import class_perplexities
from grader.report.class_training import class_training, log_duties
from grader.report.names import anchor, page_name
from grader.report.part_card import voided_by
from grader.report.training import ClassLosses

EXAMPLES = 2
MOST_FINDINGS = 4  # of one submission; its own page lists all
# Which file was taken for which unit, which library was stood in for, what came as it was packed: no news.
ROUTINE = ("file ", "stand-in ", "left out: the student kit: ", "packed by grade pack, all as packed ")


def class_page(
    results: Results,
    names: Mapping[str, str],
    class_losses: Sequence[ClassLosses] = (),
    maps: tuple[MapTable, ...] = (),
) -> ClassPage:
    """What the page of a class says; `names` are shown beside the ids, `class_losses` drawn, `maps` compared."""
    submissions = graded(results)
    bins = histogram([submission.score for submission in submissions], _highest(submissions, results.max))
    parts = part_figures(results)
    return ClassPage(
        assignment=results.assignment,
        title=results.title,
        rubric=results.rubric.sha256[:16],
        level=results.isolation,
        level_meaning=wording.LEVELS[results.isolation],
        is_open=results.isolation == "open",
        figures=_figures(results, submissions),
        duties=tuple(duty for duty in _duties(results) if duty.items),
        bins=bins,
        tallest=max((each.count for each in bins), default=0),
        parts=parts,
        graded=len(submissions),
        mistakes=_mistakes(results, submissions),
        groups=tuple(_group(group, results) for group in results.groups),
        part_ids=tuple(part.id for part in parts),
        rows=tuple(_row(submission, [part.id for part in parts], names) for submission in results.submissions),
        with_names=bool(names),
        footer=_footer(results),
        training=class_training(class_losses),
        maps=maps,
        perplexities=class_perplexities(results),
    )


def _link(submission_id: str, part: str = "") -> Link:
    return Link(submission_id, f"staff/{quote(page_name(submission_id))}" + (f"#{quote(anchor(part))}" if part else ""))


def _highest(submissions: tuple[SubmissionResult, ...], whole: float) -> float:
    return max((submission.max - submission.pending for submission in submissions), default=whole)


def _figures(results: Results, submissions: tuple[SubmissionResult, ...]) -> tuple[tuple[str, str], ...]:
    scores = [submission.score for submission in submissions]
    waiting = sum(submission.pending for submission in submissions)
    unread = len(results.submissions) - len(submissions)
    return (
        ("graded", f"{len(submissions)}" + (f" of {len(results.submissions)}" if unread else "")),
        (f"mean, of {wording.points(results.max)} points", wording.points(round(mean(scores), 1)) if scores else "–"),
        ("median", wording.points(median(scores)) if scores else "–"),
        ("points pending", wording.points(waiting)),
    )


# --- what needs a person ----------------------------------------------------------------------------------------------


def _duties(results: Results) -> list[Duty]:
    unread = tuple((_link(each.id), each.error) for each in results.submissions if each.error)
    notable = [
        (each.id, [line for line in each.findings if not line.startswith(ROUTINE)]) for each in results.submissions
    ]
    found = tuple((_link(name), wording.first_few(lines, MOST_FINDINGS)) for name, lines in notable if lines)
    return [
        Duty("broken", "Not collected: nobody lost points by it", unread),
        Duty("broken", "Broken: a fault of ours", _parts_with("broken", results)),
        Duty("void", "Void: a leak was proved", _leaks(results)),
        Duty("pending", "Waiting for a reader", _waiting(results)),
        Duty(None, "Training logs that do not add up: evidence, not a verdict", log_duties(results)),
        Duty(None, "Findings about the files", found),
    ]


def _parts_with(outcome: Outcome, results: Results) -> tuple[tuple[Link, str], ...]:
    return tuple(
        (_link(submission.id, part.id), f"{part.id} {part.title}: {part.reason}")
        for submission in results.submissions
        for part in submission.parts
        if part.verdict == outcome
    )


def _leaks(results: Results) -> tuple[tuple[Link, str], ...]:
    """The parts that proved a leak, each with those that are void because of it."""
    found = []
    for submission in results.submissions:
        ids = {part.id for part in submission.parts}
        for part in submission.parts:
            if part.verdict == "void" and voided_by(part) not in ids:
                with_it = wording.listed([each.id for each in submission.parts if voided_by(each) == part.id])
                text = f"{part.id} {part.title}: {part.reason}" + (f"; void with it: {with_it}" if with_it else "")
                found.append((_link(submission.id, part.id), text))
    return tuple(found)


def _waiting(results: Results) -> tuple[tuple[Link, str], ...]:
    waiting: dict[str, list[float]] = {}
    first: dict[str, str] = {}
    for submission in results.submissions:
        for part in submission.parts:
            if part.pending and part.verdict != "broken":
                waiting.setdefault(part.id, []).append(part.pending)
                first.setdefault(part.id, submission.id)
    return tuple(
        (
            Link(part, _link(first[part], part).href),
            f"{wording.counted(len(points), 'answer')}, {wording.counted(sum(points), 'point')}; "
            f"starts with {first[part]}",
        )
        for part, points in waiting.items()
    )


# --- mistakes ---------------------------------------------------------------------------------------------------------


def _mistakes(results: Results, submissions: tuple[SubmissionResult, ...]) -> tuple[CommonMistake, ...]:
    people: dict[str, dict[str, str]] = {}  # mistake -> submission -> the first part that shows it
    parts: dict[str, Counter[str]] = {}
    for submission in submissions:
        for part in submission.parts:
            for mistake in part.mistakes:
                people.setdefault(mistake, {}).setdefault(submission.id, part.id)
                parts.setdefault(mistake, Counter())[part.id] += 1
    found = [
        CommonMistake(
            name=mistake,
            hint=results.mistake_hints.get(mistake, ""),
            parts=", ".join(parts[mistake]),
            count=len(who),
            examples=tuple(_link(person, part) for person, part in list(who.items())[:EXAMPLES]),
        )
        for mistake, who in people.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.name)))


def _group(group: Group, results: Results) -> UnexplainedGroup:
    scores = [
        part.score
        for submission in results.submissions
        if submission.id in group.submissions
        for part in submission.parts
        if part.id == group.part
    ]
    title = results.part_titles.get(group.part, "")
    people = wording.counted(len(group.submissions), "submission")
    return UnexplainedGroup(
        heading=f"{group.part} {title}: {people} with the same wrong {group.output}",
        people=tuple(_link(person, group.part) for person in group.submissions),
        skeleton=_skeleton(group, results.assignment, mode(scores) if scores else 0.0),
    )


def _skeleton(group: Group, assignment: str, keeps: float) -> str:
    name = "same_wrong_" + (re.sub(r"\W+", "_", group.output.lower()).strip("_") or "output")
    return (
        f"# reference/{assignment}/mistakes.py\n"
        f"{name} = Mistake(\n"
        '    "FILE.py",\n'
        '    was="THE LINE OF THE REFERENCE",\n'
        '    now="WHAT THEY WROTE INSTEAD",\n'
        '    hint="What a student should read.",\n'
        ")\n"
        f"# rubrics/{assignment}.yaml, part {group.part}\n"
        f"mistakes: {{{name}: {wording.points(keeps)}}}\n"
    )


# --- everybody --------------------------------------------------------------------------------------------------------


def _row(submission: SubmissionResult, part_ids: list[str], names: Mapping[str, str]) -> Row:
    parts = {part.id: part for part in submission.parts}
    cells = tuple(_cell(parts[each]) if each in parts else None for each in part_ids)
    mistakes = [mistake for part in submission.parts for mistake in part.mistakes]
    name = names.get(submission.id, "")
    page = quote(page_name(submission.id))
    return Row(
        id=submission.id,
        name=name,
        student=page,
        staff=f"staff/{page}",
        score=wording.points(submission.score) if not submission.error else "",
        pending=wording.points(submission.pending),
        cells=cells,
        seconds=wording.seconds(submission.seconds),
        seconds_number=round(submission.seconds, 3),
        words=" ".join([submission.id, name, *mistakes, "not collected" if submission.error else ""]).lower(),
    )


def _cell(part: PartResult) -> Cell:
    points = f"{wording.points(part.score)} of {wording.points(part.max)}"
    return Cell(part.id, part.verdict, points)


def _footer(results: Results) -> tuple[tuple[str, str], ...]:
    return (
        ("rubric", f"{results.rubric.path}, sha256 {results.rubric.sha256[:16]}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in results.versions.items())),
        ("seed", str(results.seed)),
        ("time", wording.seconds(results.seconds)),
        ("results", f"results.json, schema {results.schema}"),
    )
