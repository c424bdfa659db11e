"""Which pages need not be written again: those whose result, class and our own templates are as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from grader.nouns import Results, SubmissionResult
from grader.report.names import page_name

LIST = "pages.json"
CLASS = ""  # no submission has an empty id


def stale(out: Path, results: Results) -> frozenset[str]:
    """The ids whose pages are missing or show something else than the results say."""
    known = _known(out)
    told = {submission.id: _told(submission, results) for submission in results.submissions}
    return frozenset(
        submission.id
        for submission in results.submissions
        if not submission.mark
        or known.get(submission.id) != told[submission.id]
        or not all(path.exists() for path in _paths(out, submission))
    )


def class_is_stale(out: Path, results: Results) -> bool:
    """Whether the class page or results.json is missing, or tells of another class than this one."""
    there = all((out / name).exists() for name in ("index.html", "results.json"))
    return not there or _known(out).get(CLASS) != _told_of_class(results)


def note(out: Path, results: Results) -> None:
    """Notes what the pages show now; called when they are written."""
    told = {submission.id: _told(submission, results) for submission in results.submissions}
    told[CLASS] = _told_of_class(results)
    fresh = out / f"{LIST}.part"
    fresh.write_text(json.dumps({**_known(out), **told}, indent=0), encoding="utf-8")
    fresh.replace(out / LIST)


def _known(out: Path) -> dict[str, str]:
    try:
        known = json.loads((out / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # no list, or one that was cut: every page is written
        return {}
    return known if isinstance(known, dict) else {}


def _paths(out: Path, submission: SubmissionResult) -> Iterator[Path]:
    yield out / page_name(submission.id)
    yield out / "staff" / page_name(submission.id)


def _told(submission: SubmissionResult, results: Results) -> str:
    members = {group.key: group.submissions for group in results.groups}
    told = [submission.mark, [members.get(part.group, ()) for part in submission.parts]]
    told += [results.title, results.rubric.sha256, results.isolation, results.reveal, str(results.seed)]
    told += [sorted(results.versions.items()), _templates_sha256()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _told_of_class(results: Results) -> str:
    told = [_told(submission, results) for submission in results.submissions]
    return hashlib.sha256(json.dumps([told, results.mistake_hints, results.part_titles]).encode()).hexdigest()


@cache
def _templates_sha256() -> str:
    room = Path(__file__).resolve().parent
    files = sorted(path for path in room.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
