"""Text as it comes: source in any encoding, with any line ends, and files that only look like source."""

from __future__ import annotations

import codecs
import io
import tokenize
from pathlib import Path

MOST_BYTES = 5 * 1024**2
POINTER = b"version https://git-lfs.github.com/spec/"
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class NotSource(Exception):  # noqa: N818 (it says what the file is)
    """The file holds no source that can be read; the text says why, as in "is a Git LFS pointer"."""


def read_source(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """The text of a source file, with "\\n" as line ends and without a byte order mark.

    Raises: NotSource for a file that is empty, too large, a pointer, or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise NotSource(f"has {size:,} bytes; source is read up to {most_bytes:,}")
        data = path.read_bytes()
    except OSError as error:
        raise NotSource(f"cannot be read: {error.strerror}") from error
    if not data.strip():
        raise NotSource("is empty")
    if data.startswith(POINTER):
        raise NotSource("is a Git LFS pointer: the file itself was not handed in")
    return decode(data)


def decode(data: bytes) -> str:
    """A text in the encoding that it declares, else the first of UTF-8, GB 18030 and Latin-1 that fits."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return unify_lines(data[len(mark) :].decode(encoding, errors="replace"))
    for encoding in (*_declared(data), "utf-8", "gb18030"):
        try:
            return unify_lines(data.decode(encoding))
        except (UnicodeError, LookupError):  # `undefined` is an encoding that decodes nothing
            continue
    return unify_lines(data.decode("latin-1"))


def unify_lines(text: str) -> str:
    """The text with "\\n" for every CRLF and CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same_text(one: bytes, other: bytes) -> bool:
    """Whether two files differ in nothing but encoding, line ends and blank ends of lines."""
    return [line.rstrip() for line in decode(one).rstrip().split("\n")] == [
        line.rstrip() for line in decode(other).rstrip().split("\n")
    ]


def _declared(data: bytes) -> tuple[str, ...]:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except (SyntaxError, LookupError):
        return ()
    # Codecs such as `rot13` and `zlib` are no encodings of source; Python's own reader refuses them too.
    return (encoding,) if codecs.lookup(encoding)._is_text_encoding else ()
