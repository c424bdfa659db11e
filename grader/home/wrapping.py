"""Lines of a given width, counted in cells of a terminal: what belongs together is never cut in two.

A path, a number, a shape such as `(4, 7, 6)` and a place such as `[b=2, s=9]` stay whole, even where that makes a line
too long: half a number is another number. Scripts without blanks may be broken after any of their characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

BOUND = "\ue000"  # a blank at which no line is broken, while lines are made
TOGETHER = re.compile(
    r"\([\d, ]{1,24}\) = \([^()]{1,24}\)"  # a shape with the names of its axes
    r"|\([^()]{0,32}\)|\[[^\[\]]{0,32}\]"
    r"|\d[\d.,]* (?:of \d[\d.,]*|s|MiB|GiB|KiB|%)(?![\w/])"
)
WIDE = frozenset("WF")


def cells(text: str) -> int:
    """How many cells of a terminal a text takes: two for a wide character, none for one that joins the one before."""
    return sum(_cells(character) for character in text)


def padded(text: str, width: int) -> str:
    """The text, filled up with blanks to this many cells."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int, *, first: str = "", rest: str = "", whole: Sequence[str] = ()) -> Iterator[str]:
    """The text in lines of at most `width` cells; `first` stands before the first of them, `rest` before the others.

    `whole`: texts that stand on one line, such as paths with blanks. A word that is longer than a line has its own.
    """
    line, is_empty = first, True
    for word in _words(text, whole):
        blank = "" if is_empty or word.startswith("\0") else " "
        word = word.removeprefix("\0")
        if not is_empty and cells(line) + len(blank) + cells(word) > width:
            yield line.replace(BOUND, " ").rstrip()
            line, blank = rest, ""
        line, is_empty = line + blank + word, False
    yield line.replace(BOUND, " ").rstrip()


def _words(text: str, whole: Sequence[str]) -> Iterator[str]:
    """The words between which a line may be broken; one that follows without a blank begins with a null sign."""
    for each in whole:
        text = text.replace(each, each.replace(" ", BOUND)) if each else text
    text = TOGETHER.sub(lambda match: match[0].replace(" ", BOUND), text)
    for word in text.split(" "):
        if word:
            pieces = [word] if _is_name(word) else list(_pieces(word))
            yield pieces[0]
            yield from (f"\0{piece}" for piece in pieces[1:])


def _is_name(word: str) -> bool:
    return any(sign in word for sign in ("/", "\\", ".", "_"))


def _pieces(word: str) -> Iterator[str]:
    start = 0
    for at, (left, right) in enumerate(pairwise(word), start=1):
        if _is_wide(left) and (_is_wide(right) or right.isalnum()) and right not in "，。、：；！？）」』”":
            yield word[start:at]
            start = at
    yield word[start:]


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if _is_wide(character) else 1


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in WIDE
