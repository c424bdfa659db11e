"""Opening an archive inside the jail, in a job without student code: what it holds as one list and one run of bytes.

This module is the whole text of that job's probes, so it stands alone. What it says is a claim: the collector looks at
every name and size again. Nothing is written to disk, and nothing is inflated beyond what the archive declares.
"""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_MEMBERS = 40_000
MOST_FILES = 2_000
MOST_BYTES = 256 * 1024**2
MOST_REFUSED = 150  # lines; the collector shows 200
MOST_DIRECTORY = 16 * 1024**2  # of a zip: its list of members, which zipfile reads into memory at once
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
PIECE = 4096  # compressed bytes at a time: bzip2 makes up to 82 MB of these, and zipfile takes all of it at once


class Fault(Exception):  # noqa: N818 (of the archive, as a sentence)
    """Why the archive cannot be opened, as in "the archive ends after 4,096 of 51,220 bytes"."""


def unpack(hw: Any, *, seed: int, name: str) -> dict[str, NDArray[np.uint8]]:
    """The one file of the hand-in, opened: `listing` is JSON as bytes, `bytes` the files' contents in its order.

    The list has `files` (path and length of each), `refused` (path and reason) and `fault` (empty if all is well).
    Shapes: listing (n,) uint8, bytes (m,) uint8.
    """
    del seed, name
    opened = Opened()
    fault = ""
    try:
        opened.read(_only_file(hw.root))
    except Fault as error:
        fault = str(error)
    if opened.more_refused:
        opened.refused.append((f"{opened.more_refused:,} more", "left out likewise"))
    listing = {"files": opened.files, "refused": opened.refused, "fault": fault}
    return {"listing": _bytes(json.dumps(listing).encode()), "bytes": _bytes(b"".join(opened.contents))}


class Opened:
    """What has been taken out of an archive so far."""

    def __init__(self) -> None:
        self.files: list[tuple[str, int]] = []
        self.refused: list[tuple[str, str]] = []
        self.more_refused = 0
        self.contents: list[bytes] = []
        self.left = MOST_BYTES

    def read(self, data: bytes) -> None:
        """Takes the files out of a zip or tar. Raises: Fault."""
        if data.startswith(b"PK"):
            self._read_zip(data)
        elif data.startswith(b"\x1f\x8b") or _is_tar(data):
            self._read_tar(data)
        else:
            raise Fault("the file is empty" if not data else "the file is neither a zip nor a tar archive")

    def refuse(self, path: str, why: str) -> None:
        """Notes a member that is not taken."""
        if len(self.refused) < MOST_REFUSED:
            self.refused.append((path, why))
        else:
            self.more_refused += 1

    def _admits(self, path: str, size: int) -> bool:
        parts = path.split("/")
        why = ""
        if path.startswith("/") or ".." in parts or path[1:2] == ":":
            why = "a path that leaves the hand-in"
        elif len(self.files) >= MOST_FILES:
            why = f"more than {MOST_FILES:,} files"
        elif size > self.left:
            why = f"{size:,} bytes, which is more than is left of {MOST_BYTES:,}"
        if why:
            self.refuse(path, why)
        return not why

    def _take(self, path: str, content: bytes) -> None:
        self.files.append((path, len(content)))
        self.contents.append(content)
        self.left -= len(content)

    # --- zip ---

    def _read_zip(self, data: bytes) -> None:
        size = _directory_size(data)
        if size is None:
            raise Fault(_where_zip_ends(data))
        if size > MOST_DIRECTORY:
            raise Fault(f"its list of members has {size:,} bytes; {MOST_DIRECTORY:,} are allowed")
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:
            raise Fault(f"the archive is broken: {_sentence(error)}") from error
        members = archive.infolist()
        _count(len(members))
        names = _zip_names(members)
        for member, path in sorted(zip(members, names, strict=True), key=lambda pair: _priority(pair[1])):
            self._read_zip_member(archive, member, path)

    def _read_zip_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str) -> None:
        kind = member.external_attr >> 28  # of a Unix mode: 8 regular, 4 folder, 0 unknown
        if path.endswith("/"):
            return
        if kind not in {0, 8}:
            self.refuse(path, "a link" if kind == 10 else "not a regular file")
        elif member.flag_bits & 1:
            self.refuse(path, "it is encrypted")
        elif self._admits(path, member.file_size):
            try:
                with archive.open(member) as stream:
                    content = b"".join(iter(lambda: stream.read(PIECE), b""))
                if len(content) < member.file_size:
                    raise EOFError(f"{len(content):,} of {member.file_size:,} bytes")
                self._take(path, content)
            except Exception as error:  # zipfile and its decompressors raise whatever they meet
                self.left -= member.file_size  # it was work all the same
                self.refuse(path, f"broken: {_sentence(error)}")

    # --- tar ---

    def _read_tar(self, data: bytes) -> None:
        seen = 0
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
                for member in archive:
                    seen += 1
                    _count(seen)
                    self._read_tar_member(archive, member)
            if len(data) % tarfile.BLOCKSIZE and not data.startswith(COMPRESSED):
                raise EOFError("the last header is cut, which tarfile takes for the end")
        except Fault:
            raise
        except Exception as error:  # tarfile raises whatever it meets: LZMAError, RecursionError, OverflowError
            raise Fault(_where_tar_ends(data, error)) from error

    def _read_tar_member(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = member.name.removeprefix("./")
        if member.isdir():
            return
        if not member.isreg():
            self.refuse(path, "a link" if member.issym() or member.islnk() else "not a regular file")
        elif self._admits(path, member.size):
            stream = archive.extractfile(member)
            content = stream.read(member.size + 1) if stream is not None else b""
            if len(content) < member.size:
                raise EOFError(f"{member.name} is cut")
            self._take(path, content)


def _is_tar(data: bytes) -> bool:
    try:
        return tarfile.is_tarfile(io.BytesIO(data))
    except Exception:  # of a decompressor
        return data.startswith(COMPRESSED)


def _only_file(root: Path) -> bytes:
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    if len(files) != 1:
        raise Fault(f"the job holds {len(files)} files; one archive is expected")
    return files[0].read_bytes()


def _bytes(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)


def _count(members: int) -> None:
    if members > MOST_MEMBERS:
        raise Fault(f"the archive holds more than {MOST_MEMBERS:,} members; 2,000 files are allowed")


def _priority(path: str) -> tuple[bool, int]:
    """Source first and near the top first, so that a cap meets data last."""
    return not path.endswith((".py", ".ipynb")), path.count("/")


def _sentence(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


# --- names ---


def _zip_names(members: list[zipfile.ZipInfo]) -> list[str]:
    names = [_zip_name(member) for member in members]
    if not any("/" in name for name in names):  # written on Windows by a program that separates folders by `\`
        names = [name.replace("\\", "/") for name in names]
    return names


def _zip_name(member: zipfile.ZipInfo) -> str:
    """The name of a member; without the flag for UTF-8 it is often UTF-8 or GBK all the same."""
    if member.flag_bits & 0x800:
        return member.orig_filename
    raw = member.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.orig_filename


# --- where an archive ends ---


def _directory_size(data: bytes) -> int | None:
    """The size of a zip's list of members by its end record; None if there is no end record."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) < at + 22:
        return None
    size = int(struct.unpack_from("<I", data, at + 12)[0])
    if at >= 20 and data[at - 20 : at - 16] == b"PK\x06\x07":
        large = int(struct.unpack_from("<Q", data, at - 12)[0])
        if large + 56 <= len(data):
            size = max(size if size < 0xFFFFFFFF else 0, int(struct.unpack_from("<Q", data, large + 40)[0]))
    return size


def _where_zip_ends(data: bytes) -> str:
    """The sentence for a zip without an end record: how far its local headers say that it goes on."""
    end = max(_zip_ends(data), default=0)
    if end > len(data):
        return f"the archive ends after {len(data):,} of {end:,} bytes"
    return f"the archive ends early, after {len(data):,} bytes"


def _zip_ends(data: bytes) -> Iterator[int]:
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and len(data) >= at + 30:
        compressed, _, name, extra = struct.unpack_from("<IIHH", data, at + 18)
        at += 30 + name + extra + compressed
        yield at


def _where_tar_ends(data: bytes, error: BaseException) -> str:
    end = max(_tar_ends(data), default=0)
    if end > len(data):
        return f"the archive ends after {len(data):,} of {end:,} bytes"
    if isinstance(error, EOFError):
        return f"the archive ends early, after {len(data):,} bytes"
    return f"the archive is broken: {_sentence(error)}"


def _tar_ends(data: bytes) -> Iterator[int]:
    """Where each member of a plain tar ends by its header, as far as the headers can be read."""
    at = 0
    while len(data) >= at + 512 and not data.startswith(COMPRESSED):
        try:
            member = tarfile.TarInfo.frombuf(data[at : at + 512], "utf-8", "surrogateescape")
        except tarfile.TarError:
            return
        at += 512 + -(-member.size // 512) * 512
        yield at
