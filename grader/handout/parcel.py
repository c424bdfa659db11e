"""A kit as a zip or a folder: the same files give the same bytes, and nobody's own file is overwritten."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader.errors import Message, UsageError
from grader.kept.folder import write_whole
from grader.kit_line import CHECKS, KIT_FILE, is_ours

STARTER_HASHES: Final = f"{CHECKS}/starter.json"  # path of a starter file -> sha256, as it was handed out
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # of a file in a zip
PLAIN_FILE: Final = 0o100644 << 16


def starter_hashes(starters: Mapping[str, bytes]) -> bytes:
    """The text of `checks/starter.json`."""
    files = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(starters.items())}
    return (json.dumps({"schema": 1, "files": files}, ensure_ascii=False, indent=1) + "\n").encode()


def zipped(files: Mapping[str, bytes], folder: str) -> bytes:
    """A zip in which all files lie below one folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{path}", EARLIEST)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, PLAIN_FILE, 3
            archive.writestr(entry, files[path])
    return content.getvalue()


def write_zip(out: Path, files: Mapping[str, bytes], folder: str) -> None:
    """Writes the zip, over an older kit too.

    Raises: UsageError if something else is there, or it cannot be written.
    """
    try:
        _refuse_foreign(out, folder)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, zipped(files, folder))
    except OSError as error:
        raise UsageError(_cannot_write(out, error)) from None


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files into a folder that is new, empty, or an older kit that nobody has worked in.

    Raises: UsageError if it is anything else, or cannot be written.
    """
    try:
        _refuse_other_folder(out)
        shutil.rmtree(out / CHECKS, ignore_errors=True)
        for path, content in sorted(files.items()):
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(content)
    except OSError as error:
        raise UsageError(_cannot_write(out, error)) from None


def _refuse_foreign(out: Path, folder: str) -> None:
    if not out.exists():
        return
    try:
        with zipfile.ZipFile(out) as archive, archive.open(f"{folder}/{KIT_FILE}") as public:
            if is_ours(public.read(400)):
                return
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        pass
    raise UsageError(_not_a_kit(out, "a file that is no student kit of this assignment"))


def _refuse_other_folder(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(_not_a_kit(out, "a file"))
    if not any(out.iterdir()):
        return
    public = out / KIT_FILE
    if not (public.is_file() and is_ours(public.read_bytes())):
        raise UsageError(_not_a_kit(out, "a folder with other files in it"))
    changed = _worked_on(out)
    if changed:
        raise UsageError(_not_a_kit(out, f"a kit in which somebody has worked: {', '.join(changed)}"))


def _worked_on(kit: Path) -> list[str]:
    """The starter files of a kit that are not as they were handed out; all of them if that is not known."""
    try:
        files = json.loads((kit / STARTER_HASHES).read_text(encoding="utf-8"))["files"]
        return sorted(
            path
            for path, sha256 in files.items()
            if (kit / path).is_file() and hashlib.sha256((kit / path).read_bytes()).hexdigest() != sha256
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [STARTER_HASHES]


def _not_a_kit(out: Path, what: str) -> Message:
    return Message(
        place=str(out),
        fact=f"here is {what}; it is left as it is",
        code="E-HANDOUT-OUT",
        allowed="a new path, an empty folder, or an older kit of this assignment that nobody has worked in",
        help="name another path with -o, or move what is there",
    )


def _cannot_write(out: Path, error: OSError) -> Message:
    return Message(
        place=str(out),
        fact=f"the kit cannot be written: {(error.strerror or str(error)).lower()}",
        code="E-HANDOUT-OUT",
        allowed="a place with room, where you may write",
        help="name another path with -o",
        label="needed",
    )
