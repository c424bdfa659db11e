"""Event files of TensorBoard among the files of a hand-in, and the run that reads them in the jail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from grader.nouns.plain import Limits
from grader.nouns.seen import Run

MARK: Final = "tfevents"  # in the name of every such file: events.out.tfevents.1680000000.host
MOST_FILES: Final = 16
LARGEST_BYTES: Final = 64 * 1024**2
MOST_BYTES: Final = 128 * 1024**2
LIMITS: Final = Limits(
    wall_s=20.0, cpu_s=20.0, memory_bytes=2 * 1024**3, answer_bytes=16 * 1024**2, output_bytes=64 * 1024
)


def event_files(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The paths of the event files that are read, those nearest the top first."""
    named = [path for path in files if MARK in PurePosixPath(path).name]
    kept: list[str] = []
    room = MOST_BYTES
    for path in sorted(named, key=lambda path: (path.count("/"), path)):
        if 0 < len(files[path]) <= min(LARGEST_BYTES, room) and len(kept) < MOST_FILES:
            kept.append(path)
            room -= len(files[path])
    return tuple(kept)


def event_job(files: Mapping[str, bytes], paths: tuple[str, ...]) -> tuple[str, dict[str, bytes]]:
    """A name for what these files hold, and the files of the job that reads them, in order."""
    told = [hashlib.sha256(files[path]).digest() for path in paths]
    return hashlib.sha256(b"events" + b"".join(told)).hexdigest(), {
        f"events-{number:02}": files[path] for number, path in enumerate(paths)
    }


def event_run(name: str, count: int) -> Run:
    """The run that reads the job's files; its case has the name that `event_job` gave."""
    names = [f"events-{number:02}" for number in range(count)]
    return Run(name, "events", "scalars", {"files": names}, seed=0, limits=LIMITS)
