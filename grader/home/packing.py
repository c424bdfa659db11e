"""Packing: a homework folder becomes the file that is handed in, and one is told before the upload what is in it.

What is packed is collected by the rules of intake, so that it is what will be received. The zip holds a manifest of
hashes, by which `grade` sees that nothing changed on the way; nothing in it tells who packed it, where or when, so
that the same files give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from typing import Final, Literal

from grader.errors import Message, UsageError
from grader.home.files import homework
from grader.intake.manifest import MANIFEST
from grader.intake.rules import ARCHIVES, CAPS, POINTER, Caps, Gathering
from grader.kit_line import CHECKS
from grader.nouns.asked import Expected, Part, Rubric
from grader.nouns.checked import State

EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can tell
RIGHTS: Final = 0o100644 << 16
HIDDEN: Final = re.compile(r"(?:^|(?<=/))\.[^/]*/?")  # the first folder or file whose name begins with a dot
STARTER: Final = "starter.json"  # in the kit's checks: {"schema": 1, "files": {path: sha256}}
AS_HANDED_OUT: Final = "as the handout has it: nothing of yours in it yet"
NAME_AT: Final = 30  # where the name of the first file stands in a zip


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that is handed in: the file that it is, or where it should lie."""

    name: str
    kind: str
    state: Literal["found", "missing"]
    file: str  # if missing, the first pattern that would have been it
    size: int = 0  # bytes
    note: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Packing:
    """What goes into the file, and what does not."""

    assignment: str
    title: str
    items: tuple[Item, ...]
    files: Mapping[str, bytes]
    left_out: tuple[str, ...]
    checked: Mapping[str, State]  # part -> how it stands; empty if the checks did not run

    @property
    def missing(self) -> tuple[Item, ...]:
        """What must be handed in and is not there."""
        return tuple(item for item in self.items if item.state == "missing" and not item.optional)


# --- what is there ----------------------------------------------------------------------------------------------------


def packing(rubric: Rubric, folder: Path, checked: Mapping[str, State], *, caps: Caps = CAPS) -> Packing:
    """What a homework folder holds of what is handed in. Raises: OSError if it cannot be listed."""
    expects = rubric.student_kit.expects
    patterns = [pattern for each in expects for pattern in each.patterns]
    gathering = homework(folder, first=lambda path: _is_any(path, patterns), caps=caps)
    _drop(gathering, patterns)
    untouched = {path for path, sha256 in _handed_out(folder).items() if _is(gathering.files.get(path), sha256)}
    return Packing(
        assignment=rubric.assignment,
        title=rubric.title,
        items=tuple(_item(each, gathering, rubric.parts, checked, untouched) for each in expects),
        files={path: gathering.files[path] for path in sorted(gathering.files)},
        left_out=gathering.left_out,
        checked=checked,
    )


def _drop(gathering: Gathering, patterns: Sequence[str]) -> None:
    """Leaves out what intake would take and nobody wants: settings of this machine, archives that stay closed."""
    hidden = [path for path in gathering.files if HIDDEN.search(path) and not _is_any(path, patterns)]
    for path in hidden:
        gathering.take_out(path)
    for top in dict.fromkeys(_down_to_the_dot(path) for path in hidden):
        gathering.leave_out(top, "its name begins with a dot: settings of this machine")
    for path in [path for path in gathering.files if path.lower().endswith(ARCHIVES)]:
        if not _begins_as_pack(gathering.take_out(path)):  # of an earlier pack nothing need be said
            gathering.leave_out(path, "an archive beside your files is not opened: unpack what belongs to your work")


def _down_to_the_dot(path: str) -> str:
    match = HIDDEN.search(path)
    return path[: match.end()] if match else path


def fits(path: str, pattern: str) -> bool:
    """Whether a path is meant by a pattern, as in a .gitignore: without a slash it may lie in any folder."""
    if "/" not in pattern.rstrip("/"):
        return re.fullmatch(translate(pattern), path.rpartition("/")[2]) is not None
    return _fit(path.split("/"), pattern.lstrip("/").split("/"))


def _fit(steps: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return not steps
    if patterns[0] == "**":
        return any(_fit(steps[at:], patterns[1:]) for at in range(len(steps) + 1))
    if not steps:
        return False
    return re.fullmatch(translate(patterns[0]), steps[0]) is not None and _fit(steps[1:], patterns[1:])


def _is_any(path: str, patterns: Sequence[str]) -> bool:
    return any(fits(path, pattern) for pattern in patterns)


def _handed_out(folder: Path) -> dict[str, str]:
    """Path of every starter file and its hash, as the kit tells them; nothing where it does not."""
    try:
        files = json.loads((folder / CHECKS / STARTER).read_bytes())["files"]
        return {str(path): str(sha256) for path, sha256 in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is(data: bytes | None, sha256: str) -> bool:
    return data is not None and hashlib.sha256(data).hexdigest() == sha256


def _item(
    expected: Expected,
    gathering: Gathering,
    parts: Sequence[Part],
    checked: Mapping[str, State],
    untouched: Collection[str],
) -> Item:
    found = _found(expected, gathering.files)
    hollow = _hollow(gathering.files[found[0]]) if found else _where_else(expected, gathering)
    if not found or hollow:
        return Item(
            name=expected.name,
            kind=expected.kind,
            state="missing",
            file=found[0] if found else expected.patterns[0],
            note=hollow,
            optional=expected.optional,
        )
    data = gathering.files[found[0]]
    notes = [AS_HANDED_OUT if found[0] in untouched else _not_started(data, parts, checked)]
    notes += [_broken_notebook(data)] if found[0].endswith(".ipynb") else []
    notes += [f"{len(found) - 1} more would fit: {', '.join(found[1:4])}"] if len(found) > 1 else []
    told = "; ".join(filter(None, notes))
    return Item(expected.name, expected.kind, "found", found[0], len(data), told, expected.optional)


def _found(expected: Expected, files: Mapping[str, bytes]) -> list[str]:
    """The files that it may be by the first pattern that fits any, those nearest to the top first."""
    by_depth = sorted(files, key=lambda path: (path.count("/"), path))
    meant = ([path for path in by_depth if fits(path, pattern)] for pattern in expected.patterns)
    return next(filter(None, meant), [])


def _hollow(data: bytes) -> str:
    if data.startswith(POINTER):
        return "a Git LFS pointer lies there, not the file itself"
    return "" if data.strip() else "it is there, and empty"


def _where_else(expected: Expected, gathering: Gathering) -> str:
    """Why it is not found, if that can be told: it was left out, or lies elsewhere or under a similar name."""
    for line in gathering.left_out:
        path, _, why = line.partition(": ")
        if _is_any(path, expected.patterns):
            return f"{path} is there, and left out: {why}"
    names = {pattern.rpartition("/")[2].casefold() for pattern in expected.patterns}
    others = [path for path in gathering.files if path.rpartition("/")[2].casefold() in names]
    return f"there is {others[0]}" if others else ""


def _not_started(data: bytes, parts: Sequence[Part], checked: Mapping[str, State]) -> str:
    """Which parts are still to be written in a file; a file is taken as text, and told by what it defines."""
    text = data.decode("utf-8", "replace")
    written_here = [part for part in parts if any(_defines(text, name) for name in part.fills)]
    empty = [part.id for part in written_here if checked.get(part.id) == "not started"]
    return f"not started: {', '.join(empty)}" if empty else ""


def _defines(text: str, name: str) -> bool:
    """Whether a text defines what `unit.Class.function` names first."""
    return re.search(rf"\b(?:class|def)\s+{re.escape(name.split('.')[1])}\b", text) is not None


def _broken_notebook(data: bytes) -> str:
    try:
        return "" if isinstance(json.loads(data)["cells"], list) else "it is no notebook"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "it cannot be read as a notebook: open it, and save it again"


# --- the file ---------------------------------------------------------------------------------------------------------


def where_to(out: Path | None, folder: Path, assignment: str) -> Path:
    """The file that is written.

    Raises: UsageError [E-PACK] if its name is not that of a zip, or something else than a pack lies there.
    """
    path = out or folder / f"{assignment}.zip"
    path = path / f"{assignment}.zip" if path.is_dir() else path
    path = path if path.suffix else path.with_name(f"{path.name}.zip")
    if path.suffix.lower() != ".zip":
        raise UsageError(_not_written(path, f"'{path.suffix}' is no ending of a zip", "write '.zip'"))
    if not path.parent.is_dir():
        raise UsageError(_not_written(path, "its folder is not there", "make the folder, or give another one"))
    if path.exists() and not _is_pack(path):
        help_ = f"move it away, or give another name: grade pack -o {assignment}-2.zip"
        raise UsageError(_not_written(path, "there is a file of this name that grade pack did not write", help_))
    return path


def archive(packing: Packing, version: str) -> bytes:
    """The zip: the manifest, by which a pack is known, then all files in the order of their names."""
    manifest = {
        "schema": 1,
        "assignment": packing.assignment,
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in packing.files.items()},
        "missing": [item.name for item in packing.missing],
        "checked": dict(packing.checked),
        "made_with": f"grade {version}",
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as opened:
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        for path, data in ((MANIFEST, f"{text}\n".encode()), *packing.files.items()):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system, entry.external_attr = 3, RIGHTS  # as on Linux, wherever it is made
            entry.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(entry, data)
    return whole.getvalue()


def write(path: Path, data: bytes) -> None:
    """Puts the file there, whole or not at all. Raises: UsageError [E-PACK] if that cannot be done."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        help_ = "close it where it is open, or give another place with -o"
        raise UsageError(_not_written(path, f"cannot be written: {error.strerror}", help_)) from error


def _is_pack(path: Path) -> bool:
    """Whether `grade pack` wrote it: it begins with a manifest. Nothing is opened for this."""
    try:
        with path.open("rb") as file:
            start = file.read(NAME_AT + len(MANIFEST))
    except OSError:
        return False
    return _begins_as_pack(start)


def _begins_as_pack(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and data[NAME_AT : NAME_AT + len(MANIFEST)] == MANIFEST.encode()


def _not_written(path: Path, fact: str, help_: str) -> Message:
    return Message(str(path), fact, "E-PACK", "a new name ending in .zip, or a file that grade pack wrote", help_)
