"""The scores of a class for a spreadsheet: out/scores.csv, a row for every submission and two columns for every part.

A cell of text that begins as a formula does gets a leading `'`: a spreadsheet runs `=HYPERLINK(...)` in a name, and
sends the rest of the table along. Numbers are written as numbers.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping

from grader.nouns.judged import Results, SubmissionResult
from grader.report import wording
from grader.report.class_figures import part_figures
from grader.safetext import safe_line

FORMULA = frozenset("=+-@|%\t\r\n")  # `|` and `%`: old programs start others by them


def scores_csv(results: Results, names: Mapping[str, str]) -> str:
    """The table: id, name where it is known, points, pending ones, points and verdict per part, and what went wrong."""
    table = io.StringIO()
    writer = csv.writer(table)
    parts = [part.id for part in part_figures(results)]
    head = ["submission", *(["name"] if names else []), "points", "of", "pending"]
    writer.writerow(map(cell, [*head, *(word for part in parts for word in (part, f"{part} verdict")), "not graded"]))
    for submission in results.submissions:
        known = [names.get(submission.id, "")] if names else []
        writer.writerow([cell(submission.id), *map(cell, known), *_points(submission), *_row(submission, parts)])
    return table.getvalue()


def cell(text: str) -> str:
    """The text as one line of safe text that no spreadsheet takes for a formula, however its signs are written."""
    shown = safe_line(text)
    first = unicodedata.normalize("NFKC", shown.lstrip(" \u00a0\u3000"))[:1]
    return f"'{shown}" if first in FORMULA and shown else shown


def _points(submission: SubmissionResult) -> list[str]:
    if submission.error:
        return ["", wording.points(submission.max), ""]
    return [wording.points(each) for each in (submission.score, submission.max, submission.pending)]


def _row(submission: SubmissionResult, part_ids: list[str]) -> Iterator[str]:
    parts = {part.id: part for part in submission.parts}
    for part_id in part_ids:
        part = parts.get(part_id)
        yield wording.points(part.score) if part else ""
        yield part.verdict if part else ""
    yield cell(submission.error.partition("\n")[0])
