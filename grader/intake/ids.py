"""Names of submissions: ours, stable, safe in a path, a link and a command, and different for different students."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

LONGEST = 60
# Taken by our own pages, or by Windows for its devices.
RESERVED = re.compile(r"(index|staff|results|arrays|log|observations|con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


def submission_ids(names: Sequence[str]) -> list[str]:
    """An id for each name of a file or folder: the name itself where that is safe, else its safe part and a hash.

    The order of the names does not matter. Two that differ in nothing but case or composition get a hash each.
    """
    plain = [_plain(name) for name in names]
    counts = Counter(_fold(each) for each in plain)
    return [
        each if each == name and _is_free(each) and counts[_fold(each)] == 1 else f"{each}-{_hash(name)}"
        for each, name in zip(plain, names, strict=True)
    ]


def _is_free(name: str) -> bool:
    return RESERVED.fullmatch(name) is None


def _plain(name: str) -> str:
    """Letters, digits, `.`, `_` and `-` of the name; blanks and other signs become `-`."""
    composed = unicodedata.normalize("NFC", name)
    safe = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in composed)
    return re.sub(r"-{2,}", "-", safe)[:LONGEST].strip(".-") or "submission"


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _hash(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:6]
