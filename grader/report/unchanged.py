"""Which pages need not be written again: those whose result, class and our own templates are as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from grader.kept.folder import write_whole
from grader.nouns.judged import Results, SubmissionResult
from grader.report.names import page_name

LIST = "pages.json"
CLASS, DOCUMENT = "", "/results.json"  # no submission has such an id


def stale(out: Path, results: Results) -> frozenset[str]:
    """The ids whose pages are missing or show something else than the results say."""
    known = _known(out)
    told = {submission.id: _told(submission, results) for submission in results.submissions}
    return frozenset(
        submission.id
        for submission in results.submissions
        if not submission.mark
        or known.get(submission.id) != told[submission.id]
        or not all(path.is_file() for path in _paths(out, submission))
    )


def class_is_stale(out: Path, results: Results) -> bool:
    """Whether the class page or results.json is missing, not as written, or tells of another class than this one."""
    there = all((out / name).is_file() for name in ("index.html", "scores.csv")) and is_as_written(out)
    return not there or _known(out).get(CLASS) != _told_of_class(results)


def forget(out: Path, pages: Iterable[str]) -> None:
    """Strikes pages that are about to be written: if that is broken off, they count as stale."""
    gone = {*pages, CLASS, DOCUMENT}
    kept = {name: told for name, told in _known(out).items() if name not in gone}
    write_whole(out / LIST, json.dumps(kept, indent=0).encode())


def note(out: Path, results: Results) -> None:
    """Notes what the pages show now; called when they are written."""
    told = {submission.id: _told(submission, results) for submission in results.submissions}
    told[CLASS] = _told_of_class(results)
    told[DOCUMENT] = _sha256_of(out)
    write_whole(out / LIST, json.dumps({**_known(out), **told}, indent=0).encode())


def is_as_written(out: Path) -> bool:
    """Whether results.json is, to the byte, what a run wrote there; only then does the next one rest on it."""
    return _known(out).get(DOCUMENT, "none") == _sha256_of(out)


def _known(out: Path) -> dict[str, str]:
    try:
        known = json.loads((out / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # no list, or one that was cut: every page is written
        return {}
    return known if isinstance(known, dict) else {}


def _sha256_of(out: Path) -> str:
    try:
        return hashlib.sha256((out / "results.json").read_bytes()).hexdigest()
    except OSError:
        return ""


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
