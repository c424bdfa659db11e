"""What pages say of training logs: curves for everybody, the band of the class and what does not add up for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.nouns.judged import LogSeries, Results, SubmissionResult, TrainingLog
from grader.nouns.plain import Array
from grader.report import wording
from grader.report.arrays import ArrayFile, array_file
from grader.report.audience import Audience
from grader.report.log_curves import Band, Curve, band_of, draw
from grader.report.model import NumberTable, Panel, PictureView, TrainingCard

ANCHOR = "training"  # of the card on a page
LOSSES = ("training loss", "validation loss")  # the series that a class is compared by
# Pictures of a page: title, the series that share one, whether the axis upwards is logarithmic.
PICTURES = (
    ("Loss", LOSSES, False),
    ("Perplexity", ("training perplexity", "validation perplexity"), True),
    ("BLEU", ("validation BLEU",), False),
)
LINE_NAMES = ("blue", "orange")
MAX_ROWS = 20
NOT_A_VERDICT = "Evidence for a person, not a verdict: it costs no points, and a fault of rounding is allowed for."


@dataclass(frozen=True, slots=True)
class ClassLosses:
    """The curves of one loss by the ids of the submissions, and the band that they make; `x`: what steps count."""

    name: str
    x: str
    curves: tuple[Curve, ...]
    band: Band | None


def losses_of(results: Results, arrays: Path) -> tuple[ClassLosses, ...]:
    """The curves of each loss that anybody has, of those whose steps count what most of them count."""
    losses = (_losses_of(name, results, arrays) for name in LOSSES)
    return tuple(each for each in losses if each is not None)


def _losses_of(name: str, results: Results, arrays: Path) -> ClassLosses | None:
    found: dict[str, list[Curve]] = {}
    for submission in results.submissions:
        log = submission.training
        told = next((each for each in log.series if each.name == name), None) if log is not None else None
        numbers = _numbers(told, array_file(arrays, submission.arrays)) if told is not None else None
        if told is not None and numbers is not None:
            found.setdefault(told.x, []).append(Curve(submission.id, *numbers))
    if not found:
        return None
    usual = max(sorted(found), key=lambda x: len(found[x]))
    return ClassLosses(name, usual, tuple(found[usual]), band_of(found[usual]))


def training_card(
    submission: SubmissionResult,
    audience: Audience,
    yours: ArrayFile,
    class_losses: Sequence[ClassLosses],
    *,
    drawn: bool = True,
) -> TrainingCard | None:
    """What a page says of the logs of one submission; nothing where the course does not ask, or nothing is to say.

    Students see their curves; the class, findings and facts are for staff.
    """
    log = submission.training
    if log is None:
        return None
    pictures = tuple(_pictures(log, yours, class_losses if audience.staff else ())) if drawn else ()
    if not audience.staff:
        return TrainingCard(pictures=pictures) if pictures else None
    number = len(log.findings)
    said = f"{wording.counted(number, 'line')} {'does' if number == 1 else 'do'} not add up." if number else ""
    return TrainingCard(
        pictures=pictures,
        heading=said,
        note=NOT_A_VERDICT if number else "",
        findings=log.findings,
        facts=log.facts,
        calm="" if number or not log.series else "Every line that could be checked adds up.",
    )


def _numbers(told: LogSeries, file: ArrayFile) -> tuple[Array, Array] | None:
    x_n, y_n = file.read(told.steps), file.read(told.values)
    if x_n is None or y_n is None or x_n.ndim != 1 or x_n.shape != y_n.shape:
        return None
    return x_n, y_n


def _pictures(log: TrainingLog, yours: ArrayFile, class_losses: Sequence[ClassLosses]) -> list[PictureView]:
    views = []
    for title, names, is_log in PICTURES:
        told = [each for name in names for each in log.series if each.name == name]
        told = [each for each in told if each.x == told[0].x]
        shown = [(each, numbers) for each in told if (numbers := _numbers(each, yours)) is not None]
        bands = [each.band for each in class_losses if told and (told[0].name, told[0].x) == (each.name, each.x)]
        band = bands[0] if bands else None
        if shown:
            try:
                views += _picture(title, shown, band, is_log=is_log)
            except Exception:  # numbers of which matplotlib makes no axis: no log that anybody sends stops a report
                continue
    return views


def _picture(
    title: str, told: Sequence[tuple[LogSeries, tuple[Array, Array]]], band: Band | None, *, is_log: bool
) -> list[PictureView]:
    curves = [Curve(each.name, *numbers) for each, numbers in told]
    image = draw(curves, told[0][0].x, title.lower() if title != "BLEU" else title, band=band, is_log=is_log)
    if image is None:
        return []
    said = [f"{each.name}, {_said(*numbers)}" for each, numbers in told]
    named = [f"{text} ({colour})" for text, colour in zip(said, LINE_NAMES, strict=False)]
    alt = f"{title} by {told[0][0].x}: {'; '.join(said)}"
    caption = "; ".join(named if len(told) > 1 else said)
    panel = Panel(told[0][0].file, caption, alt, image.src, image.width, image.height, "line")
    notes = (
        (f"The band holds the middle four fifths of {band.count} logs of the class, when this page was written.",)
        if band is not None
        else ()
    )
    return [PictureView(title, "", (panel,), notes, tuple(_table(each, *numbers) for each, numbers in told))]


def _said(x_n: Array, y_n: Array) -> str:
    finite = y_n[np.isfinite(y_n)]
    lost = len(y_n) - len(finite)
    if not len(finite):
        return f"{wording.counted(len(y_n), 'value')}, none of them finite"
    told = f"{wording.counted(len(y_n), 'value')} from {wording.number(finite[0])} to {wording.number(finite[-1])}"
    return f"{told}, {lost} not finite" if lost else told


def _table(told: LogSeries, x_n: Array, y_n: Array) -> NumberTable:
    chosen = np.unique(np.linspace(0, len(x_n) - 1, min(len(x_n), MAX_ROWS)).astype(np.int64))
    rows = tuple((f"{x_n[at]:,.10g}", wording.number(float(y_n[at]))) for at in chosen)
    caption = told.name if len(x_n) <= MAX_ROWS else f"{told.name}, {len(rows)} of {len(x_n):,} values"
    return NumberTable(caption, (told.x, told.name), rows)
