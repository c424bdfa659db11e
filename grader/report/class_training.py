"""The training logs of a class: all curves of a loss in one picture, who lies outside of the band, what is amiss."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from grader.nouns.judged import Results
from grader.report import wording
from grader.report.class_model import ClassTraining, Link
from grader.report.log_curves import Curve, draw, outside
from grader.report.model import Panel, PictureView
from grader.report.names import page_name
from grader.report.training import ANCHOR, ClassLosses

MOST_CURVES = 400
OFTEN = 0.5  # of the steps that a curve reaches
MOST_OUTSIDE = 20


def class_training(losses: Sequence[ClassLosses]) -> tuple[ClassTraining, ...]:
    """A picture of all curves of each loss, with their middle one in front."""
    pictures = (_tried(each) for each in losses)
    return tuple(each for each in pictures if each is not None)


def _tried(losses: ClassLosses) -> ClassTraining | None:
    try:
        return _drawn(losses)
    except Exception:  # numbers of which matplotlib makes no axis: no log that anybody sends stops a report
        return None


def log_duties(results: Results) -> tuple[tuple[Link, str], ...]:
    """The submissions whose logs do not add up, with the first line of each that does not."""
    found = []
    for submission in results.submissions:
        findings = submission.training.findings if submission.training is not None else ()
        if findings:
            first = findings[0]
            lines = wording.counted(len(findings), "line")
            text = f"{lines}; {first.file}, line {first.line}: {first.rule}"
            found.append((_link(submission.id), text))
    return tuple(found)


def _drawn(losses: ClassLosses) -> ClassTraining | None:
    curves, band = losses.curves, losses.band
    front = [Curve("middle of the class", band.x_m, band.middle_m)] if band is not None else []
    image = draw(front, losses.x, losses.name, behind=curves[:MOST_CURVES], band=band)
    if image is None:
        return None
    logs = wording.counted(len(curves), "log")
    caption = f"{logs}; in front the middle of the class" if front else logs
    title = losses.name.capitalize()
    alt = f"{title} by {losses.x}: {caption}"
    if band is not None:
        first, last = wording.number(float(band.middle_m[0])), wording.number(float(band.middle_m[-1]))
        alt += f", from {first} to {last}; the band holds the middle four fifths"
    panel = Panel("all", caption, alt, image.src, image.width, image.height, "line")
    notes = ("Each grey line is one log; the band holds the middle four fifths of them.",) if front else ()
    off = [(outside(curve, band), curve.name) for curve in curves] if band is not None else []
    often = sorted((each for each in off if each[0] > OFTEN), key=lambda each: (-each[0], each[1]))[:MOST_OUTSIDE]
    named = tuple((_link(name), f"outside at {100 * share:.0f} % of its steps") for share, name in often)
    return ClassTraining(PictureView(title, "", (panel,), notes), named)


def _link(submission_id: str) -> Link:
    return Link(submission_id, f"staff/{quote(page_name(submission_id))}#{ANCHOR}")
