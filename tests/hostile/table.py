"""docs/hostile-cases.md: what was seen of every case at every level; written by the run that sees them all."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.hostile.corpus import PARTS, Case
from tests.hostile.stage import Played

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "hostile-cases.md"
LEVELS: Final = ("strict", "container")
_HEAD: Final = """\
# Hostile cases

Every hand-in below is run for real by `make hostile`: at level strict, and at level container. Right is worth 6 points.
After each of them the same canary gave the same bytes, no process was left, nothing outside had changed, and none of
the secrets that are planted anew in every run stood in anything that came of it. Made by the tests.
"""
Seen = Mapping[tuple[str, str], str]  # (case, level) -> what was seen


def words(case: Case, seen: Played) -> str:
    """What was seen of a case, in a few words that are the same in every run."""
    if case.verdict == {}:
        return "a race, which only they can lose"
    told_of = [part for part in PARTS if part in (case.verdict or PARTS)]  # the case leaves the other part open: a race
    verdicts = [seen.verdicts[part] for part in told_of]
    is_one = len(told_of) == len(PARTS) and len(set(verdicts)) == 1
    told = verdicts[0] if is_one else ", ".join(map(" ".join, zip(told_of, verdicts, strict=True)))
    points = sum(seen.points[part] for part in told_of)
    return f"{told}; {points:g} {'point' if points == 1 else 'points'}"


def page(cases: Sequence[Case], seen: Seen) -> str:
    """The whole page."""
    rows = [_row(case, seen) for case in sorted(cases, key=lambda case: case.id)]
    return "\n".join([_HEAD, "| id | what it does | strict | container |", "|---|---|---|---|", *rows]) + "\n"


def _row(case: Case, seen: Seen) -> str:
    cells = [case.id, case.what.replace("|", "&#124;"), *(_cell(case, level, seen) for level in LEVELS)]
    return f"| {' | '.join(cells)} |"


def _cell(case: Case, level: str, seen: Seen) -> str:
    if level not in case.levels:
        return "-"
    if "gpu" in case.needs:
        return "needs a GPU"
    return seen.get((case.id, level), "?")


def is_whole(cases: Iterable[Case], seen: Seen) -> bool:
    """Whether everything was seen that the page tells."""
    return all((case.id, level) in seen for case in cases if "gpu" not in case.needs for level in case.levels)


def present() -> str:
    """The page as it is now; empty if there is none."""
    return PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""


def is_as_committed() -> bool:
    """Whether git knows the page as it is; where there is no git, nobody can tell."""
    asked = ["git", "diff", "--quiet", "HEAD", "--", str(PAGE)]
    return subprocess.run(asked, cwd=PAGE.parent, capture_output=True).returncode != 1
