"""From an entry to a `Submission`: the files read once, judged by the rules, and hashed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping

from grader.errors import IntakeError, Message
from grader.intake.archive import Unpack, archive_error, gather_archive
from grader.intake.entries import FORMS, Entry
from grader.intake.manifest import leave_out_kits, read_manifest
from grader.intake.rules import ARCHIVES, CAPS, SOURCES, Caps, Gathering
from grader.intake.walk import Inode, gather_file, gather_folder
from grader.nouns.seen import Submission
from grader.safetext import safe_line


def collect(
    entries: Iterable[Entry],
    unpack: Unpack,
    *,
    course: frozenset[Inode] = frozenset(),
    caps: Caps = CAPS,
    assignment: str = "",
) -> Iterator[tuple[Entry, Submission | IntakeError]]:
    """Every entry with its submission, or with why it cannot be graded; one student's trouble stops nobody else."""
    for entry in entries:
        try:
            yield entry, read_submission(entry, unpack, course=course, caps=caps, assignment=assignment)
        except IntakeError as error:
            yield entry, error


def read_submission(
    entry: Entry,
    unpack: Unpack,
    *,
    course: frozenset[Inode] = frozenset(),
    caps: Caps = CAPS,
    assignment: str = "",
) -> Submission:
    """The files of one entry. Archives are opened by `unpack`, down to one archive within another.

    `assignment` is that of the rubric, with which that of a packed hand-in is compared.
    Raises: IntakeError if nothing can be read, or an archive is broken.
    """
    gathering = Gathering(caps)
    try:
        _gather(entry, gathering, unpack, course)
    except OSError as error:
        raise _error(entry, "E-FILE", f"cannot be read: {error.strerror}") from error
    read_manifest(gathering, assignment)
    if not gathering.files:
        raise _error(entry, "E-EMPTY", _nothing(gathering))
    return Submission(
        id=entry.id,
        files=gathering.files,
        sha256=_hash(gathering.files),
        left_out=gathering.left_out,
        warnings=gathering.warnings,
    )


def _gather(entry: Entry, gathering: Gathering, unpack: Unpack, course: frozenset[Inode]) -> None:
    if entry.kind == "refused":
        raise _error(entry, "E-FILE", entry.why)
    if entry.kind == "folder":
        gather_folder(entry.path, gathering, course)
    else:
        gather_file(entry.path, gathering, course)
    leave_out_kits(gathering)
    for _ in range(2):  # the archive in the folder, and the one within it
        name = _archive_to_open(gathering.files, entry)
        if name is None:
            break
        place = f"{entry.place}/{safe_line(name)}" if entry.kind == "folder" else entry.place
        gather_archive(gathering.take_out(name), place, gathering, unpack)
        leave_out_kits(gathering)
    for name in [name for name in gathering.files if _is_archive(name)]:
        gathering.leave_out(name, "an archive beside the files of the hand-in; it is not opened")
        gathering.take_out(name)


def _archive_to_open(files: Mapping[str, bytes], entry: Entry) -> str | None:
    """The one archive of a hand-in that holds no source itself."""
    archives = [name for name in files if _is_archive(name)]
    if not archives or any(name.lower().endswith(SOURCES) for name in files):
        return None
    if len(archives) > 1:
        names = ", ".join(safe_line(name, columns=60) for name in sorted(archives)[:4])
        raise archive_error(entry.place, f"{len(archives)} archives and no source beside them: {names}")
    return archives[0]


def _is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def _nothing(gathering: Gathering) -> str:
    first = f"; left out: {gathering.left_out[0]}" if gathering.left_out else ""
    return f"no file that can be graded{first}"


def _error(entry: Entry, code: str, fact: str) -> IntakeError:
    help_ = "ask for the work again, or put the right file or folder in its place"
    return IntakeError(Message(entry.place, fact, code, FORMS, help_, "expected"))


def _hash(files: Mapping[str, bytes]) -> str:
    """A hash of all paths and bytes; the id and the form in which they came do not enter."""
    whole = hashlib.sha256()
    for path in sorted(files):
        name = os.fsencode(path)
        whole.update(len(name).to_bytes(4, "big") + name)
        whole.update(hashlib.sha256(files[path]).digest())
    return whole.hexdigest()
