"""Collecting: from a folder of whatever students sent to `Submission`s.

Trusted, and the first to touch their bytes. Folders are walked by descriptors that follow no link and wait for no
pipe; every file is read once and never again. Archives are not opened here: `unpack` is a job in the jail without
student code, and what it lists meets the same rules as a folder. A file that breaks a rule is left out by name and the
rest is graded; a submission that cannot be read at all is an `IntakeError`, which costs nobody points.
"""

from grader.intake.archive import ARCHIVE_LIMITS, Unpack, archive_handout, archive_run
from grader.intake.collect import collect, read_submission
from grader.intake.entries import Entry, list_submissions
from grader.intake.walk import inodes_of

__all__ = [
    "ARCHIVE_LIMITS",
    "Entry",
    "Unpack",
    "archive_handout",
    "archive_run",
    "collect",
    "inodes_of",
    "list_submissions",
    "read_submission",
]
