"""Files of a hand-in, found and decoded as tolerantly as they come: other folders, BOM, CRLF, Git LFS pointers."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

POINTER = b"version https://git-lfs.github.com/spec/"  # how the text begins that stands in for a file in Git LFS
POINTER_BYTES = 1024


def find_file(files: Mapping[str, bytes], names: Iterable[str]) -> str:
    """The path of the first of these files that is there: at its place, else in another folder, nearest the top.

    Capitals do not count. Empty if there is none.
    """
    by_depth = sorted(files, key=lambda path: (path.count("/"), path))
    for name in names:
        wanted = name.casefold()
        ends = (wanted, f"/{wanted}", f"/{PurePosixPath(wanted).name}")
        for end in ends:
            for path in by_depth:
                if f"/{path.casefold()}".endswith(end) if end != wanted else path.casefold() == wanted:
                    return path
    return ""


def is_pointer(content: bytes) -> bool:
    """Whether the bytes are what Git LFS leaves in the place of a file that was not fetched."""
    return len(content) <= POINTER_BYTES and content.startswith(POINTER)


def decode(content: bytes) -> str:
    """The text: UTF-8 with or without BOM, or UTF-16 with one; a byte that fits nowhere becomes U+FFFD.

    Lines end in one newline each.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if wide else "utf-8-sig", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
