"""The solved reference and its named edits: mistakes that must lose points, variants that must keep them.

mistakes.py is the staff's own code and is run here; it is never imported under a name, so nothing of it stays behind.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from grader.authoring import Edit, Mistake, Variant
from grader.errors import Message, RubricError
from grader.nouns.asked import Rubric
from grader.nouns.plain import Place
from grader.rubric.files import read_file, shown
from grader.rubric.outline import parsed, versions_in
from grader.safetext import safe_line

Version = TypeVar("Version", Mistake, Variant)

HINT_LENGTH = 100
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")


def mistakes_of(rubric: Rubric) -> dict[str, Mistake]:
    """The known mistakes of a rubric by name.

    Raises: RubricError if mistakes.py raises one; it names the line.
    """
    return _versions(rubric, Mistake)


def variants_of(rubric: Rubric) -> dict[str, Variant]:
    """The versions that are just as right as the reference, by name.

    Raises: RubricError if mistakes.py raises one; it names the line.
    """
    return _versions(rubric, Variant)


def reference_files(rubric: Rubric) -> dict[str, bytes]:
    """The solved files of a rubric as a hand-in: path below solved/ -> content.

    Raises: RubricError if one cannot be read.
    """
    solved = Path(rubric.folder) / "solved"
    if not rubric.folder or not solved.is_dir():
        return {}
    return {
        path.relative_to(solved).as_posix(): read_file(path, "a solved file")
        for path in sorted(solved.rglob("*"))
        if path.is_file() and not set(LEFT_OUT) & set(path.parts)
    }


def edited(files: Mapping[str, bytes], edits: Sequence[Edit], name: str) -> dict[str, bytes]:
    """The files after all edits, one after the other.

    Raises: RubricError if what an edit replaces does not occur exactly once.
    """
    changed = dict(files)
    for edit in edits:
        fault = _edit_fault(changed, edit)
        if fault:
            raise RubricError(_edit_message(f"mistakes.py: {name}", *fault))
        changed[edit.file] = changed[edit.file].replace(edit.was.encode(), edit.now.encode())
    return changed


def static_proof(rubric: Rubric) -> tuple[Message, ...]:
    """What is wrong with the versions of a rubric, as far as that shows without running any: empty if nothing is.

    Every edit must apply and leave Python; every mistake must lose points and have a hint of one short sentence.
    Raises: RubricError if mistakes.py or a solved file cannot be read.
    """
    file = Path(rubric.folder) / "mistakes.py"
    if not rubric.folder or not file.is_file():
        return ()
    places = {name: str(version.place) for name, version in versions_in(file).items()}
    files = reference_files(rubric)
    mistakes, variants = mistakes_of(rubric), variants_of(rubric)
    faults: list[Message] = []
    edits = {name: version.edits for name, version in mistakes.items()}
    edits |= {name: version.edits for name, version in variants.items()}
    for name, each in edits.items():
        faults += _applied_faults(files, each, name, places.get(name, shown(file)))
    for name, mistake in mistakes.items():
        faults += _promise_faults(rubric, name, mistake, places.get(name, shown(file)))
    return tuple(sorted(faults, key=_line_of))


def _versions(rubric: Rubric, kind: type[Version]) -> dict[str, Version]:
    file = Path(rubric.folder) / "mistakes.py"
    if not rubric.folder or not file.is_file():
        return {}
    found = {name: value for name, value in _run(file).items() if isinstance(value, kind) and not name.startswith("_")}
    malformed = [name for name, version in found.items() if not _is_well_formed(version)]
    if malformed:
        places = {name: str(version.place) for name, version in versions_in(file).items()}
        raise RubricError(*(_no_texts(name, places.get(name, shown(file))) for name in malformed))
    return found


def _is_well_formed(version: Mistake | Variant) -> bool:
    edits: object = version.edits
    if not isinstance(edits, tuple) or not all(isinstance(edit, Edit) for edit in edits):
        return False
    texts = [text for edit in version.edits for text in (edit.file, edit.was, edit.now)]
    return all(isinstance(text, str) for text in [*texts, getattr(version, "hint", "")])


def _no_texts(name: str, place: str) -> Message:
    allowed = "texts for file, was, now and hint; further edits as a tuple of Edit"
    return Message(place, f"'{name}' holds something else than texts", "E-RUBRIC-PYTHON", allowed, "mend it")


def _run(file: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "mistakes", "__file__": str(file)}
    code = compile(parsed(file), str(file), "exec", dont_inherit=True)
    try:
        exec(code, names)
    except (Exception, SystemExit) as error:  # whatever the author's code raises is shown to the author, with its line
        raise RubricError(_raised(error, file)) from None
    return names


def _raised(error: BaseException, file: Path) -> Message:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    place = Place(shown(file), lines[-1] or 1, 1) if lines else shown(file)
    fact = f"{type(error).__name__}: {safe_line(str(error))}"
    return Message(str(place), fact, "E-RUBRIC-PYTHON", "a file that runs without errors", "mend this line")


def _edit_fault(files: Mapping[str, bytes], edit: Edit) -> tuple[str, str, str] | None:
    """(fact, allowed, help) if an edit does not apply."""
    if edit.file not in files:
        known = ", ".join(sorted(files)) or "none"
        return f"there is no solved file '{edit.file}'", known, "name one of these files"
    if edit.was == edit.now:
        return f"the edit of {edit.file} changes nothing", "'now' that differs from 'was'", "write what it becomes"
    lines = _lines_with(files[edit.file], edit.was.encode()) if edit.was else []
    if len(lines) == 1:
        return None
    text = f"'{safe_line(edit.was, columns=80)}'"
    if not lines:
        return f"{text} does not occur in {edit.file}", "once", "copy it from the solved file, with its blanks"
    told = ", ".join(map(str, lines[:8])) + (", ..." if len(lines) > 8 else "")
    return f"{text} occurs {len(lines)} times in {edit.file}, in lines {told}", "once", "take more of the line"


def _lines_with(content: bytes, was: bytes) -> list[int]:
    """The lines in which a text begins, also where it overlaps itself."""
    lines, at = [], content.find(was)
    while at >= 0:
        lines.append(content.count(b"\n", 0, at) + 1)
        at = content.find(was, at + 1)
    return lines


def _edit_message(place: str, fact: str, allowed: str, help: str) -> Message:
    return Message(place, fact, "E-MISTAKE-EDIT", allowed, help)


def _applied_faults(files: Mapping[str, bytes], edits: Sequence[Edit], name: str, place: str) -> Iterator[Message]:
    if not edits:
        yield _edit_message(place, f"'{name}' edits nothing", "one edit or more", "write what it changes")
        return
    changed = dict(files)
    for edit in edits:
        fault = _edit_fault(changed, edit)
        if fault:
            yield _edit_message(place, f"'{name}': {fault[0]}", *fault[1:])
            return
        changed[edit.file] = changed[edit.file].replace(edit.was.encode(), edit.now.encode())
    for file in dict.fromkeys(edit.file for edit in edits if edit.file.endswith(".py")):
        yield from _parse_faults(changed[file], file, name, place)


def _parse_faults(content: bytes, file: str, name: str, place: str) -> Iterator[Message]:
    try:
        ast.parse(content)
    except SyntaxError as error:
        fact = f"'{name}': {file} is no Python after the edit, line {error.lineno}: {error.msg}"
        yield _edit_message(place, fact, "edits that leave Python", "look at brackets and indentation")


def _promise_faults(rubric: Rubric, name: str, mistake: Mistake, place: str) -> Iterator[Message]:
    parts = [part for part in rubric.parts if name in part.mistakes]
    if parts and all(part.mistakes[name] >= sum(check.points for check in part.checks) for part in parts):
        fact = f"'{name}' keeps all points of {', '.join(part.id for part in parts)}"
        allowed = "a mistake loses points in one part or more"
        yield Message(place, fact, "E-MISTAKE-POINTS", allowed, f"write in {rubric.path} what it loses")
    if not mistake.hint.endswith(".") or len(mistake.hint) > HINT_LENGTH:
        fact = f"the hint of '{name}' has {len(mistake.hint)} characters and ends in '{mistake.hint[-1:]}'"
        allowed = f"one sentence of at most {HINT_LENGTH} characters, with a full stop"
        yield Message(place, fact, "E-MISTAKE-HINT", allowed, "shorten it" if mistake.hint.endswith(".") else "end it")


def _line_of(message: Message) -> int:
    numbers = [word for word in message.place.split(":")[1:] if word.isdigit()]
    return int(numbers[0]) if numbers else 0
