"""Writes the pages of a run: out/index.html, out/<id>.html for students, out/staff/<id>.html.

Everything comes from results.json and the array files beside it. A page is written whole or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.kept.folder import write_whole
from grader.nouns.judged import Results, SubmissionResult
from grader.report.arrays import EXPECTED, array_file
from grader.report.audience import Audience
from grader.report.class_maps import class_maps
from grader.report.class_page import class_page
from grader.report.names import page_name
from grader.report.pages import class_html, submission_html
from grader.report.part_card import Space
from grader.report.pictures import Gallery
from grader.report.scores import scores_csv
from grader.report.submission_page import submission_page
from grader.report.training import ClassLosses, losses_of

MAX_PAGE_BYTES = 1_000_000
# Tried from the left until a page fits: pictures lose size first, then long texts are cut.
SPACES = tuple(
    Space(picture_px, text_chars, document_bytes)
    for picture_px, text_chars, document_bytes in (
        (512, 20_000, 500_000),
        (256, 20_000, 300_000),
        (128, 8_000, 150_000),
        (64, 2_000, 50_000),
        (0, 500, 0),
        (0, 50, 0),
    )
)


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What was written; `shortened` are ids whose pages had to lose picture size or text to stay below the cap."""

    index: Path
    students: int
    bytes_written: int
    shortened: tuple[str, ...]


def write_site(
    out: Path, results: Results, *, names: Mapping[str, str] | None = None, only: Collection[str] | None = None
) -> SiteSummary:
    """The class page, scores.csv, and two pages for every submission (for those in `only`, if it is given).

    Raises: OSError if the folder cannot be written.
    """
    known = names or {}
    chosen = [each for each in results.submissions if only is None or each.id in only]
    class_losses = losses_of(results, out / "arrays")
    written, shortened = 0, []
    for submission in chosen:
        for audience in (Audience(False, results.reveal == "all"), Audience(True)):
            folder = out / "staff" if audience.staff else out
            html, is_short = _page(submission, results, audience, out, known.get(submission.id, ""), class_losses)
            written += _write(folder / page_name(submission.id), html)
            if is_short and submission.id not in shortened:
                shortened.append(submission.id)
    maps = class_maps(results, out / "arrays")
    written += _write(out / "index.html", class_html(class_page(results, known, class_losses, maps)))
    written += _write(out / "scores.csv", scores_csv(results, known))
    return SiteSummary(out / "index.html", len(chosen), written, tuple(shortened))


def _page(
    submission: SubmissionResult,
    results: Results,
    audience: Audience,
    out: Path,
    name: str,
    class_losses: Sequence[ClassLosses],
) -> tuple[str, bool]:
    html = ""
    for space in SPACES:
        arrays = out / "arrays"
        gallery = Gallery(array_file(arrays, submission.arrays), array_file(arrays, EXPECTED), space.picture_px)
        shortened = space is not SPACES[0]
        page = submission_page(
            submission,
            results,
            audience,
            gallery,
            space,
            name=name,
            shortened=shortened,
            out=out,
            class_losses=class_losses,
        )
        html = submission_html(page)
        if len(html.encode()) <= MAX_PAGE_BYTES:
            return html, shortened
    return html, True


def _write(path: Path, html: str) -> int:
    data = html.encode("utf-8", "backslashreplace")
    write_whole(path, data)
    return len(data)
