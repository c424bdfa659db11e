"""What of a reference folder may enter the jail beside a hand-in, and may go to students: nothing here is secret."""

from __future__ import annotations

from pathlib import Path

from grader.errors import Message, RubricError
from grader.nouns.asked import Handout, Rubric
from grader.rubric.files import read_file, shown


def handout_of(rubric: Rubric) -> Handout:
    """The probes, given modules and staff files of a rubric, read from its reference folder.

    Raises: RubricError that names every file that cannot be read.
    """
    faults: list[Message] = []
    given = {path: path for unit in rubric.units for path in unit.given.values()} | {path: path for path in rubric.data}
    needs_probes = any(part.probe for part in rubric.parts)
    handout = Handout(
        probes=_text(rubric, "probes.py", faults) if needs_probes else "",
        units=rubric.units,
        given={name: _bytes(rubric, path, faults) for name, path in given.items()},
        staff_files={name: _bytes(rubric, path, faults) for name, path in rubric.staff_files.items()},
        repairs=tuple(rubric.repairs),
        snippets=rubric.snippets,
    )
    if faults:
        raise RubricError(*faults)
    return handout


def _text(rubric: Rubric, path: str, faults: list[Message]) -> str:
    content = _bytes(rubric, path, faults)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        file = shown(Path(rubric.folder) / path)
        faults.append(Message(file, "the file is not UTF-8", "E-RUBRIC-ENCODING", "text in UTF-8", "save it again so"))
        return ""


def _bytes(rubric: Rubric, path: str, faults: list[Message]) -> bytes:
    try:
        return read_file(Path(rubric.folder) / path, f"a file that {rubric.path} names")
    except RubricError as error:
        faults += error.messages
        return b""
