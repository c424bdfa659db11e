"""What lies in SUBMISSIONS: one entry per student, listed without reading anything."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from grader.errors import Message, UsageError
from grader.intake.ids import submission_ids
from grader.intake.rules import ARCHIVES, OTHER_ARCHIVES, SOURCES
from grader.safetext import safe_line

Kind: TypeAlias = Literal["folder", "archive", "file", "refused"]
FORMS = "a folder, an archive (.zip, .tar, .tar.gz, .tgz), or a single .py or .ipynb file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission before it is read. `why` says, for `refused`, what it is instead."""

    id: str
    path: Path
    kind: Kind
    why: str = ""

    @property
    def place(self) -> str:
        """Its name as safe text, for messages."""
        return safe_line(os.fsencode(self.path.name), columns=100)


def list_submissions(folder: Path, assignment: str, *, only: Sequence[str] = ()) -> tuple[Entry, ...]:
    """The submissions below a folder, or below its subfolder named as the assignment, sorted by id.

    Files that are no submission by their name (`grades.csv`, say) are passed over.
    Raises: UsageError if there is no such folder, nothing in it, or an id in `only` that is not there.
    """
    place = safe_line(os.fsencode(folder))
    names = _names(folder, place)
    if assignment in names and (folder / assignment).is_dir():
        folder, place = folder / assignment, f"{place}/{assignment}"
        names = _names(folder, place)
    kinds = [(name, *_kind(folder / name)) for name in names]
    kept = [(name, kind, why) for name, kind, why in kinds if kind is not None]
    if not kept:
        raise UsageError(_message(place, "holds no submissions", f"each student's work as {FORMS}"))
    ids = submission_ids([_without_suffix(name) for name, _, _ in kept])
    ids = ids if len(set(ids)) == len(ids) else submission_ids([name for name, _, _ in kept])
    entries = [Entry(given, folder / name, kind, why) for given, (name, kind, why) in zip(ids, kept, strict=True)]
    return _only(sorted(entries, key=lambda entry: entry.id), only, place)


def _names(folder: Path, place: str) -> list[str]:
    try:
        names = sorted(path.name for path in folder.iterdir())
        return [name for name in names if not name.startswith(".") and name != "__MACOSX"]
    except FileNotFoundError:
        fact = "there is no such folder"
    except NotADirectoryError:
        fact = "this is a file; a folder of submissions is needed"
    except OSError as error:
        fact = f"the folder cannot be read: {error.strerror}"
    raise UsageError(_message(place, fact, "a folder that holds one folder, archive or file per student"))


def _message(place: str, fact: str, allowed: str) -> Message:
    return Message(place, fact, "E-SUBMISSIONS", allowed, "give the folder in which the submissions lie", "expected")


def _kind(path: Path) -> tuple[Kind | None, str]:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return "refused", f"cannot be read: {error.strerror}"
    name = path.name.lower()
    if stat.S_ISDIR(mode):
        return "folder", ""
    if not name.endswith((*ARCHIVES, *OTHER_ARCHIVES, *SOURCES)) and not stat.S_ISLNK(mode):
        return None, ""
    if not stat.S_ISREG(mode):
        return "refused", "a symbolic link" if stat.S_ISLNK(mode) else "not a regular file"
    if name.endswith(ARCHIVES):
        return "archive", ""
    return ("file", "") if name.endswith(SOURCES) else ("refused", "an archive of a kind that is not opened")


def _without_suffix(name: str) -> str:
    endings = (ending for ending in (*ARCHIVES, *OTHER_ARCHIVES, *SOURCES) if name.lower().endswith(ending))
    return name[: -len(max(endings, key=len, default="")) or None]


def _only(entries: Sequence[Entry], only: Sequence[str], place: str) -> tuple[Entry, ...]:
    known = [entry.id for entry in entries]
    for wanted in only:
        if wanted not in known:
            close = difflib.get_close_matches(wanted, known, n=1)
            some = ", ".join(known[:8]) + (f" and {len(known) - 8} more" if len(known) > 8 else "")
            help_ = f"write '{close[0]}'" if close else "copy the id from the report or the progress view"
            raise UsageError(Message(place, f"there is no submission '{safe_line(wanted)}'", "E-ONLY", some, help_))
    return tuple(entry for entry in entries if not only or entry.id in only)
