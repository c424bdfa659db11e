"""Which rubric is meant: the path given, else a file of that name in `rubrics/` beside the submissions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import Message, RubricError

ENDINGS = ("", ".yaml", ".yml")


def find_rubric(given: str, submissions: Path) -> Path:
    """The rubric of a name: a path, or a file in `rubrics/` beside the submissions or in the working directory.

    Raises: RubricError that lists the rubrics there are.
    """
    for folder in (Path(), *_shelves(submissions)):
        for ending in ENDINGS:
            path = folder / f"{given}{ending}"
            if given and path.is_file():
                return path
    raise RubricError(_not_found(given, submissions))


def _shelves(submissions: Path) -> Iterator[Path]:
    beside = Path(os.path.relpath(submissions.absolute().parent / "rubrics"))
    yield from dict.fromkeys((beside, Path("rubrics")))


def _not_found(given: str, submissions: Path) -> Message:
    from grader.rubric.faults import instead, listed

    shelves = [folder for folder in _shelves(submissions) if folder.is_dir()]
    known = sorted({path.as_posix(): path for folder in shelves for path in folder.glob("*.y*ml")})
    is_folder = Path(given or ".").is_dir()
    names = {Path(path).name for path in known} | {Path(path).stem for path in known}
    fact = f"'{given}' is a folder, not a rubric" if is_folder else f"there is no rubric '{given}'"
    otherwise = "name one of them, or the path of another" if known else "give its path"
    help = instead(Path(given).name, sorted(names), otherwise)
    return Message("--rubric", fact, "E-RUBRIC-FIND", listed(known), help, label="there are")
