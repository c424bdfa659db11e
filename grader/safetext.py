"""Safe text: the one form in which foreign text reaches a page, a terminal line or a log.

Foreign is whatever a student can choose: output, messages, file names, answers. What stands in safe text is what a
reader sees: a character that moves the cursor, turns the reading direction or takes no room becomes a visible sign,
and a cut says that it is one. Nothing here cleans HTML: escaping is the page's work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

COLUMNS: Final = 200
LINES: Final = 400
SIZE_BYTES: Final = 64 * 1024

_CUT: Final = "…[cut]"
# Controls but tab and newline, separators of lines, everything that turns or joins without being seen, tags,
# fillers, noncharacters. Variation selectors 15 and 16 stay: they choose how the sign before them looks.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "]"
)
_HOMES: Final = re.compile(r"(?<![\w.~-])(?:/root|/(?:home|Users|var/home)/[^/\s:'\"<>|]+)(?![\w-])")


def safe_text(value: str | bytes, *, columns: int = COLUMNS, lines: int = LINES, size: int = SIZE_BYTES) -> str:
    """The value as a reader may see it: no control character but tab and newline, within all three caps.

    Safe text stays as it is when it passes again. A pair of carriage return and newline counts as newline.
    Units: `columns` in characters of a line, `size` in bytes of UTF-8; of use from 40 columns and 100 bytes on.
    """
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    shown = _visible(text[: 2 * size].replace("\r\n", "\n"))
    first = shown.split("\n", lines)
    rows = [_row(row, columns) for row in first[:lines]]
    kept = "\n".join(rows)
    if len(text) <= 2 * size and len(first) <= lines and _fits(kept, size):
        return kept
    mark = f"[cut: {text.count(chr(10)) + 1} lines, {len(text)} characters in all]"[:columns]
    head = "\n".join(rows[: lines - 1]).encode("utf-8")[: max(0, size - len(mark) - 1)]
    return f"{head.decode('utf-8', 'ignore')}\n{mark}" if lines > 1 else mark


def safe_line(value: str | bytes, *, columns: int = COLUMNS) -> str:
    """The value as safe text on one line: a newline becomes a sign, a tab a blank."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    text = text.strip(" \t\r\n")[: 2 * columns + 1].replace("\r\n", "␊").replace("\n", "␊").replace("\t", " ")
    return safe_text(text, columns=columns, lines=1, size=8 * columns)


def hide_paths(text: str, prefixes: Mapping[str, str]) -> str:
    """The text with each prefix replaced by its label, and home folders by `~`.

    `prefixes` maps an absolute folder to what is shown instead: {"/opt/venv": "<venv>"}. The longest wins.
    """
    known = {folder.rstrip("/"): label for folder, label in prefixes.items() if folder.rstrip("/")}
    if known:
        longest_first = sorted(known, key=len, reverse=True)
        pattern = r"(?<![\w.~-])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w-])"
        text = re.sub(pattern, lambda match: known[match[0]], text)
    return _HOMES.sub("~", text)


def _visible(text: str) -> str:
    return text.translate(_signs()) if _UNSEEN.search(text) else text


@cache
def _signs() -> dict[int, str]:
    """A sign for every character that is not seen; a table, because a call for each would make a page of them slow."""
    ends = (plane << 16 | last for plane in range(2, 17) for last in (0xFFFE, 0xFFFF))
    some = "".join(map(chr, (*range(0x20000), *range(0xE0000, 0xE1000), *ends)))  # all that the pattern can mean
    return {ord(found[0]): _sign(ord(found[0])) for found in _UNSEEN.finditer(some)}


def _sign(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _row(row: str, columns: int) -> str:
    return row if len(row) <= columns else row[: max(0, columns - len(_CUT))] + _CUT[:columns]


def _fits(text: str, size: int) -> bool:
    return 4 * len(text) <= size or len(text.encode("utf-8")) <= size
