"""Names of submissions: ours, stable, safe in a path, a link and a command, and different for different students."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

LONGEST = 60
SHORT, WHOLE = 6, 64  # signs of a hash; a name of ours with a whole one is longer than any that is kept as it is
# Taken by our own pages, or by Windows for its devices.
RESERVED = re.compile(r"(index|staff|results|arrays|log|observations|con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


def submission_ids(names: Sequence[str]) -> list[str]:
    """An id for each name of a file or folder: the name itself where that is safe, else its safe part and a hash.

    The order of the names does not matter. Two that differ in nothing but case or composition get a hash each.
    """
    plain = [_plain(name) for name in names]
    ids = [each if each == name and _is_free(each) else "" for each, name in zip(plain, names, strict=True)]
    counts = Counter(map(_fold, plain))
    for length in (SHORT, 16, WHOLE):  # the next one where somebody bears another's name with its hash
        ids = [
            given if given and counts[_fold(given)] == 1 else f"{each}-{_hash(name)[:length]}"
            for given, each, name in zip(ids, plain, names, strict=True)
        ]
        counts = Counter(map(_fold, ids))
    return ids


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
    return hashlib.sha256(os.fsencode(name)).hexdigest()
