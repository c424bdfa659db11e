"""Advice about sources: names that a part asks students to write themselves. A remark for a reader, never points."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.judge.handed_in import decode
from grader.safetext import safe_line

MOST = 3  # places named for each


def advice_remarks(advice: Sequence[str], files: Mapping[str, bytes]) -> tuple[str, ...]:
    """One remark for each dotted name whose last word stands in a source file of the hand-in.

    A word in a comment or a string counts too: a person looks, so a false alarm costs a glance and a miss costs more.
    """
    sources = {path: decode(content).splitlines() for path, content in sorted(files.items()) if path.endswith(".py")}
    return tuple(filter(None, (_remark(name, sources) for name in advice)))


def _remark(name: str, sources: Mapping[str, Sequence[str]]) -> str:
    word = re.compile(rf"\b{re.escape(name.rpartition('.')[2])}\b")
    places = [
        f"{safe_line(path)}:{number}"
        for path, lines in sources.items()
        for number, line in enumerate(lines, start=1)
        if word.search(line)
    ]
    if not places:
        return ""
    more = f" and {len(places) - MOST} more" if len(places) > MOST else ""
    return f"look: {name} is named at {', '.join(places[:MOST])}{more}; the handout asks to write it"
