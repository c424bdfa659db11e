"""What `grade handout` and `grade pack` put into a homework folder, told from what is the student's own.

The kit is the course's: its checks and stand-ins are no answers, and would be found beside them. The manifest of a
pack says what it held, so that a file that changed on its way is seen. Both came through a student's hands: a kit
that is none loses its own files only, and a manifest proves nothing and is worth nothing.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from grader.intake.rules import Gathering
from grader.kit_line import CHECKS, KIT_FILE, README, is_ours, is_readme_of_kit
from grader.safetext import safe_line

MANIFEST: Final = "grade-manifest.json"
LARGEST: Final = 4 * 1024**2  # bytes of a manifest that is read; 2,000 files with the longest paths have less
NAMED: Final = 4  # files that are named; the others are counted


def files_of_kits(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Folder of every student kit in a hand-in, "" for its top, with the kit's own files in it."""
    found = {}
    for path, data in files.items():
        above, name = _split(path)
        if name == KIT_FILE and is_ours(data):
            readme = f"{above}{README}"
            checks = [each for each in files if each.startswith(f"{above}{CHECKS}/")]
            readmes = [readme] if is_readme_of_kit(files.get(readme, b"")) else []
            found[above] = (path, *readmes, *sorted(checks))
    return found


def leave_out_kits(gathering: Gathering) -> None:
    """Takes what belongs to student kits out of a hand-in, with one line for each kit."""
    for above, paths in sorted(files_of_kits(gathering.files).items()):
        taken = [path for path in paths if path in gathering.files and gathering.take_out(path) is not None]
        if taken:  # a kit within the checks of another went with them
            checks = sum(path.startswith(f"{above}{CHECKS}/") for path in taken)
            told = [path for path in taken if not path.startswith(f"{above}{CHECKS}/")]
            told += [f"{above}{CHECKS}/ ({_counted(checks)})"] if checks else []
            gathering.leave_out("the student kit", safe_line(", ".join(told)))


def read_manifest(gathering: Gathering, assignment: str = "") -> None:
    """Takes manifests out of a hand-in and notes what the outermost one says; without any, nothing is noted.

    `assignment` is that of the rubric; if it is not given, that of the manifest is not compared.
    """
    paths = sorted(
        (path for path in gathering.files if _split(path)[1] == MANIFEST), key=lambda each: (each.count("/"), each)
    )
    contents = {path: gathering.take_out(path) for path in paths}
    if paths:
        told = _told(contents[paths[0]], _split(paths[0])[0], gathering.files, assignment)
        gathering.remark(safe_line(told))


def _told(data: bytes, above: str, files: Mapping[str, bytes], assignment: str) -> str:
    listed = _listed(data)
    if isinstance(listed, str):
        return f"{MANIFEST} is not what grade pack writes: {listed}"
    made_for, hashes = listed
    if assignment and made_for != assignment:
        return f"packed by grade pack for another assignment: {safe_line(made_for, columns=60)}"
    differences = list(_differences(hashes, above, files))
    if not differences:
        return f"packed by grade pack, all as packed ({_counted(len(hashes))})"
    return f"packed by grade pack, and not the same since: {'; '.join(differences)}"


def _listed(data: bytes) -> tuple[str, dict[str, str]] | str:
    """The assignment and the hash of each path, or what is wrong with the manifest."""
    if len(data) > LARGEST:
        return f"it has {len(data):,} bytes"
    try:
        manifest: Any = json.loads(data)
        assignment, files = manifest["assignment"], manifest["files"]
    except (ValueError, RecursionError):
        return "it is no JSON"
    except (KeyError, TypeError, IndexError):
        return "'assignment' or 'files' is missing"
    if not isinstance(assignment, str) or not isinstance(files, dict):
        return "'assignment' is no text, or 'files' no list of paths"
    if not all(isinstance(value, str) for value in files.values()):
        return "a hash is no text"
    return assignment, {_composed(path): value for path, value in files.items()}


def _differences(hashes: Mapping[str, str], above: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """What is not as the manifest says. Names are compared composed: macOS takes them apart."""
    here = {_composed(path.removeprefix(above)): path for path in files if path.startswith(above)}
    beside = [path for path in files if not path.startswith(above)]
    changed = [
        path
        for path, sha256 in sorted(hashes.items())
        if path in here and hashlib.sha256(files[here[path]]).hexdigest() != sha256
    ]
    yield from _some("changed", changed)
    yield from _some("gone", sorted(set(hashes) - set(here)))
    yield from _some("added", sorted([*(set(here) - set(hashes)), *beside]))


def _some(what: str, paths: Sequence[str]) -> Iterator[str]:
    if paths:
        more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
        yield f"{what}: {', '.join(safe_line(path, columns=60) for path in paths[:NAMED])}{more}"


def _split(path: str) -> tuple[str, str]:
    """The folder with its slash, and the name."""
    above, slash, name = path.rpartition("/")
    return f"{above}{slash}", name


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", PurePosixPath(path).as_posix())


def _counted(number: int) -> str:
    return f"{number:,} {'file' if number == 1 else 'files'}"
