"""A run that repeats the last one, known before anything heavy is imported.

When a run has ended whole, `unchanged.json` in its folder keeps three things: the order with the machine and Python it
was given on; a fingerprint of all that it read (submissions, rubric, references, our own code) and of the pages and
results it wrote; and the lines that the same order prints once more. While all of it agrees, the next run prints those
lines and is done. Anything else, also a record that is cut, foreign or hard to judge, goes the ordinary way.

Two cases would deceive a fingerprint, and leave no record. A file may change after it was read: so all is looked at
before the run and once more after it. And two changes within one tick of the clock leave the same time: so whatever
is as new as the run itself is not trusted (git calls that racy).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.kept.fingerprint import HIDDEN, Fingerprint, fingerprint
from grader.kept.folder import write_whole
from grader.machine import this_machine, this_python

FILE: Final = "unchanged.json"
NEW_NS: Final = 2_000_000_000  # the coarsest clock of a file system in use (FAT) ticks every 2 s
PACKAGE: Final = Path(__file__).resolve().parents[1]
_UNREAD: Final = ("observations", "log", FILE, HIDDEN)  # in the out folder: what nobody is shown


@dataclass(frozen=True, slots=True)
class Lines:
    """What a run in which nothing has changed prints: progress by its kind, and the summary."""

    progress: Mapping[str, Sequence[str]]
    summary: Sequence[str]


class Recall:
    """One order, from its start to the moment when what it would say again is kept."""

    def __init__(self, words: Mapping[str, object], *, submissions: Path, rubric: Path, out: Path) -> None:
        self._began_ns = time.time_ns()
        self._out = out
        self._submissions, self._rubric = submissions, rubric
        told = {name: str(word) for name, word in words.items()}
        where = [str(path) for path in (Path.cwd(), submissions, rubric, out)]
        self._order = [*where, json.dumps(told, sort_keys=True), *this_machine(), *this_python()]
        self._read = self._look()

    def said(self) -> Lines | None:
        """The lines of the last run, if this order is the same and nothing that they rest on has changed."""
        record = _record(self._out / FILE)
        if self._read is None or record.get("order") != self._order or record.get("read") != self._read.sha256:
            return None
        written = fingerprint(self._out, skip=_UNREAD)
        if written is None or record.get("written") != written.sha256:
            return None
        return Lines(record["progress"], record["summary"])

    def keep(self, lines: Lines) -> None:
        """Keeps what this order would say again; nothing if that is in doubt. To be called when all is written."""
        read, written = self._look(), fingerprint(self._out, skip=_UNREAD)
        if read is None or written is None or read != self._read or read.newest_ns > self._began_ns - NEW_NS:
            return
        told = {"order": self._order, "read": read.sha256, "written": written.sha256}
        text = json.dumps({**told, "progress": dict(lines.progress), "summary": list(lines.summary)})
        with suppress(OSError):  # a full disk costs the next run its start-up, nothing else
            write_whole(self._out / FILE, f"{_sha256(text)}\n{text}\n".encode())

    def _look(self) -> Fingerprint | None:
        above = [*self._rubric.parents, *self._rubric.absolute().parents]
        references = dict.fromkeys(folder / "reference" for folder in above)
        seen = [
            fingerprint(self._rubric, *references),
            fingerprint(PACKAGE, skip=("__pycache__",)),
            fingerprint(self._submissions, inner_links=True),
        ]
        whole = [each for each in seen if each]
        if len(whole) < len(seen):
            return None
        return Fingerprint(" ".join(each.sha256 for each in whole), max(each.newest_ns for each in whole))


def _record(path: Path) -> dict[str, Any]:
    """What was kept there; nothing if it is not to the letter what was written."""
    try:
        kept, _, text = path.read_text(encoding="utf-8").rstrip("\n").partition("\n")
        record = json.loads(text) if kept == _sha256(text) else {}
    except (OSError, ValueError, RecursionError):  # none, or another's
        return {}
    return record if isinstance(record, dict) else {}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
