"""Archives made by hand, header by header, so that each can lie about itself in one way."""

# ruff: noqa: E501 (tables of hostile inputs are read as tables)

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

GOOD: Final = b"def weights():\n    return 1\n"
UNIX: Final = 3 << 8
LINK, PIPE, DEVICE = 0o120777 << 16, 0o010644 << 16, 0o020644 << 16


@dataclass(frozen=True)
class Member:
    """One member of a zip as both of its headers tell it; what is None is told as it is."""

    name: bytes = b"attention.py"
    data: bytes = GOOD
    method: int = 0
    flags: int = 0
    attributes: int = 0
    crc: int | None = None
    size: int | None = None  # as the list at the end tells it
    packed: int | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    extra: bytes = b""
    at: int | None = None  # where the list says that it lies


def made_zip(*members: Member, comment: bytes = b"", count: int | None = None, after: bytes = b"") -> bytes:
    """A zip of these members, told as they are told."""
    body, listed = bytearray(), bytearray()
    for member in members:
        packed = _packed(member)
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        size = len(member.data) if member.size is None else member.size
        length = len(packed) if member.packed is None else member.packed
        local_size = len(member.data) if member.local_size is None else member.local_size
        name = member.name if member.local_name is None else member.local_name
        at = len(body) if member.at is None else member.at
        body += struct.pack(
            "<4s5H3I2H", b"PK\3\4", 20, member.flags, member.method, 0, 33, crc, length, local_size, len(name), 0
        )
        body += name + packed
        listed += struct.pack("<4s6H3I5H2I", b"PK\1\2", UNIX | 20, 20, member.flags, member.method, 0, 33, crc, length, size,
                              len(member.name), len(member.extra), 0, 0, 0, member.attributes, at)  # fmt: skip
        listed += member.name + member.extra
    number = len(members) if count is None else count
    end = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, number & 0xFFFF, number & 0xFFFF, len(listed), len(body), len(comment)
    )
    return bytes(body + listed + end + comment + after)


def plain_zip(*names: str, method: int = zipfile.ZIP_DEFLATED, content: bytes = GOOD) -> bytes:
    """An honest zip of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    """An honest zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def overlapping_zip(copies: int, size: int) -> bytes:
    """A zip whose list tells one member of zeros many times, under many names."""
    first = Member(b"0.bin", b"\0" * size, method=8)
    rest = [Member(b"%d.bin" % number, b"", crc=zlib.crc32(first.data), size=size, at=0) for number in range(1, copies)]
    packed = len(_packed(first))
    rest = [Member(each.name, b"", 8, crc=each.crc, size=size, packed=packed, at=0) for each in rest]
    return made_zip(first, *rest)


def nested_zip(depth: int, content: bytes) -> bytes:
    """A zip in a zip in a zip."""
    data = zip_of({"attention.py": content})
    for number in range(depth):
        data = zip_of({f"{number}.zip": data})
    return data


def made_tar(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these headers and contents; the contents may be shorter than their headers say."""
    return (
        b"".join(
            header.tobuf(form, "utf-8", "surrogateescape") + content + b"\0" * (-len(content) % 512)
            for header, content in members
        )
        + b"\0" * 1024
    )


def entry(name: str, content: bytes = GOOD, **said: object) -> tuple[tarfile.TarInfo, bytes]:
    """One member of a tar; `said` changes what its header says."""
    header = tarfile.TarInfo(name)
    header.size = len(content)
    for key, value in said.items():
        setattr(header, key, value)
    return header, content


def odd(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """A link or special file of a tar."""
    return entry(name, b"", type=kind, linkname=target)


def raw_pax(records: bytes, *members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A tar that begins with these pax records."""
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, len(records)
    block = header.tobuf(tarfile.USTAR_FORMAT) + records + b"\0" * (-len(records) % 512)
    return block + made_tar(*members)


def zeros(megabytes: int, pack: Callable[[bytes], bytes]) -> bytes:
    """A tar with so many zeros in one member, packed."""
    whole = made_tar(entry("attention.py"), entry("zeros.bin", b"", size=megabytes << 20))
    return pack(whole[:-1024]) + (megabytes // 8) * pack(b"\0" * (8 << 20)) + pack(b"\0" * 1024)  # streams in a row


PACKERS: Final[dict[str, Callable[[bytes], bytes]]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def _packed(member: Member) -> bytes:
    return b"" if member.packed == 0 else _compressed(member.data, member.method)


@lru_cache(maxsize=4)
def _compressed(data: bytes, method: int) -> bytes:
    if method == 8:
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        return packer.compress(data) + packer.flush()
    return bz2.compress(data) if method == 12 else data
