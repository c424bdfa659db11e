"""Advice about sources: names that a part asks students to write themselves. A remark for a reader, never points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from grader.judge.handed_in import decode
from grader.safetext import safe_line

MOST = 3  # places named for each
MOST_BYTES = 8 * 1024**2  # of all sources looked at; what is written by hand is far below


def advice_remarks(advice: Sequence[str], files: Mapping[str, bytes]) -> tuple[str, ...]:
    """One remark for each dotted name whose last word stands in a source file of the hand-in.

    A word in a comment or a string counts too: a person looks, so a false alarm costs a glance and a miss costs more.
    """
    if not advice:
        return ()
    sources = {path: decode(content) for path, content in _within(files)}
    return tuple(filter(None, (_remark(name, sources) for name in advice)))


def _within(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    left = MOST_BYTES
    for path, content in sorted(files.items()):
        if path.endswith(".py") and len(content) <= left:
            left -= len(content)
            yield path, content


def _remark(name: str, sources: Mapping[str, str]) -> str:
    word = re.compile(rf"\b{re.escape(name.rpartition('.')[2])}\b.*")
    places = [(path, match.start()) for path, text in sources.items() for match in word.finditer(text)]
    if not places:
        return ""
    named = ", ".join(f"{safe_line(path)}:{sources[path].count(chr(10), 0, at) + 1}" for path, at in places[:MOST])
    more = f" and {len(places) - MOST} more" if len(places) > MOST else ""
    return f"look: {name} is named at {named}{more}; the handout asks to write it"
