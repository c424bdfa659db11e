"""`grade pack`: the file that is handed in, and what is in it, what is missing and what was left out."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader import __version__
from grader.commands.check import Doing, knows_signs
from grader.commands.endings import say
from grader.errors import GraderError, Message, UsageError
from grader.home.folder import find_home, read_home
from grader.home.packing import Item, Packing, archive, packing, where_to, write
from grader.home.wrapping import cells, padded, wrapped
from grader.kit_line import KIT_FILE
from grader.rubric.load import load_rubric
from grader.safetext import safe_line

if TYPE_CHECKING:
    from grader.nouns.checked import State

MOST_LEFT_OUT: Final = 8  # lines
LABEL: Final = 8  # cells of `left out`
WIDEST: Final = 100
UNITS: Final = ((1024**2, "MB"), (1024, "KB"))


def pack(*, folder: Path | None, out: Path | None, as_json: bool, progress: str | None) -> int:
    """Packs; 0 if all that must be handed in is there, 1 if something is missing; the file is written all the same."""
    homework = find_home(folder or Path())
    rubric = load_rubric(homework / KIT_FILE)
    path = where_to(out, homework, rubric.assignment)
    checked, note = _checked(homework, progress)
    try:
        packed = packing(rubric, homework, checked)
    except OSError as error:
        raise UsageError(_unreadable(homework, error)) from error
    data = archive(packed, __version__)
    write(path, data)
    width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
    told = lines(packed, path, len(data), width, note, signs=knows_signs(sys.stdout))
    say(*([_record(packed, path, len(data), note)] if as_json else told))
    return 1 if packed.missing or not packed.files else 0


def lines(
    packed: Packing, path: Path, size: int, width: int = 80, note: str = "", *, signs: bool = True
) -> Iterator[str]:
    """What a student reads. `note` says why the checks did not run; `signs`: whether the terminal knows our signs."""
    head = (" · " if signs else ", ").join([packed.assignment, safe_line(packed.title), "what will be received"])
    yield from wrapped(head, width, rest="  ")
    for item in packed.items:
        if item.state == "found" or not item.optional:
            yield from _row(item.state, _told(item), width)
    yield from _others(packed, width)
    for line in packed.left_out[:MOST_LEFT_OUT]:
        yield from _row("left out", line, width)
    if len(packed.left_out) > MOST_LEFT_OUT:
        yield from _row("", f"and {len(packed.left_out) - MOST_LEFT_OUT} more", width)
    yield from _row("parts", note or _states(packed.checked), width)
    shown = safe_line(str(_from_here(path)), columns=1000)
    yield from wrapped(f"wrote {shown}: {_files(len(packed.files))}, {_size(size)}", width, rest="  ", whole=(shown,))
    yield from wrapped(_last(packed), width, rest="  ")


# --- the checks -------------------------------------------------------------------------------------------------------


def _checked(homework: Path, progress: str | None) -> tuple[Mapping[str, State], str]:
    """How each part stands; or nothing, and why the checks did not run. Whatever they do, packing goes on."""
    try:
        from grader.home.checker import Checker

        with Doing(progress, sys.stderr) as doing, Checker(read_home(homework), notify=doing.told) as checker:
            checked = checker.check()
    except GraderError as error:
        return {}, f"they did not run: {error.messages[0].fact}"
    except Exception as error:  # a fault of ours; the hand-in is worth more than to end here
        return {}, f"they did not run, by a fault of ours ({type(error).__name__}); this costs nobody points"
    return {part.result.id: part.state for part in checked.parts}, ""


def _states(checked: Mapping[str, State]) -> str:
    together: dict[str, list[str]] = {}
    for part, state in checked.items():
        together.setdefault(state, []).append(part)
    return "; ".join(f"{state} {', '.join(parts)}" for state, parts in together.items())


# --- words ------------------------------------------------------------------------------------------------------------


def _row(label: str, text: str, width: int) -> Iterator[str]:
    first = f"  {padded(label, LABEL)}  "
    yield from wrapped(text, width, first=first, rest=" " * cells(first))


def _told(item: Item) -> str:
    file, name = safe_line(item.file), safe_line(item.name)
    if item.state == "missing":
        return f"{file}: {name}" + (f"; {safe_line(item.note)}" if item.note else "")
    return f"{file}: {name}, {_size(item.size)}" + (f"; {safe_line(item.note)}" if item.note else "")


def _others(packed: Packing, width: int) -> Iterator[str]:
    listed = {item.file for item in packed.items if item.state == "found"}
    others = {path: len(data) for path, data in packed.files.items() if path not in listed}
    if others:
        largest = max(others, key=lambda path: (others[path], path))
        size = _size(sum(others.values()))
        more = f", the largest {safe_line(largest)}" if len(others) > 1 else f": {safe_line(largest)}"
        yield from _row("also in", f"{_files(len(others), 'other ')}, {size}{more}", width)


def _last(packed: Packing) -> str:
    if not packed.files:
        return "nothing to hand in: the folder holds no file of yours"
    if packed.missing:
        names = ", ".join(safe_line(item.file) for item in packed.missing)
        return f"missing: {names}. The file was written all the same; add what is missing, and pack again"
    return "nothing is missing; hand in this file as it is"


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _files(number: int, kind: str = "") -> str:
    return f"{number:,} {kind}{'file' if number == 1 else 'files'}"


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} {'byte' if size == 1 else 'bytes'}"


def _record(packed: Packing, path: Path, size: int, note: str) -> str:
    record = {
        "schema": 1,
        "assignment": packed.assignment,
        "file": str(path),
        "bytes": size,
        "items": [asdict(item) for item in packed.items],
        "missing": [item.name for item in packed.missing],
        "files": sorted(packed.files),
        "left_out": list(packed.left_out),
        "checked": dict(packed.checked),
        "note": note,
    }
    return json.dumps(record, ensure_ascii=False, indent=1)


def _unreadable(folder: Path, error: OSError) -> Message:
    fact = f"cannot be read: {error.strerror}"
    return Message(str(folder), fact, "E-FILE", "a folder that you may read", "change its rights, and pack again")
