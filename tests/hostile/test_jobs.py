"""Every hostile hand-in of the corpus, at each of its levels: its verdict, and that it moved and found nothing."""

from __future__ import annotations

import pytest

from grader.nouns.plain import Level
from tests.hostile import table
from tests.hostile.conftest import Play
from tests.hostile.corpus import Case, cases
from tests.hostile.stage import Played

SEEN: dict[tuple[str, str], str] = {}
ANEW = "docs/hostile-cases.md is written anew: look at what has changed, and commit it"
PLAYED = [pytest.param(case, level, id=f"{case.id}-{level}") for case in cases("job") for level in case.levels]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "level"), PLAYED)
def test_a_hostile_hand_in_gets_its_verdict_and_nothing_else(case: Case, level: Level, play: Play) -> None:
    seen = play(case, level)
    SEEN[case.id, level] = table.words(case, seen)

    assert unlike(case, seen) == [], seen


@pytest.mark.slow
def test_the_page_of_cases_tells_what_was_seen() -> None:
    """Where only a part was played, also when this is tried once more alone: as a whole run has left the page."""
    if table.is_whole(cases("job"), SEEN):
        before, now = table.present(), table.page(cases("job"), SEEN)
        table.PAGE.write_text(now, encoding="utf-8")
        assert before == now, ANEW

    assert table.is_as_committed(), ANEW


def unlike(case: Case, seen: Played) -> list[str]:
    """What is not as the case says it must be, in words."""
    found = list(seen.disturbed)
    for part, verdict in (case.verdict or {}).items():
        if seen.verdicts[part] != verdict:
            found.append(f"{part} is {seen.verdicts[part]}, not {verdict}: {seen.reasons.get(part)}")
    for part, reason in (case.reason or {}).items():
        shown = seen.reasons if not part else {part: seen.reasons.get(part, "")}
        found += [f"reason of {name}: {each}" for name, each in shown.items() if reason not in each]
    for part, points in (case.points or {}).items():
        if seen.points[part] != points:
            found.append(f"{seen.points[part]:g} points of {part or 'all'}, not {points:g}")
    if case.within_s is not None and seen.seconds > case.within_s:
        found.append(f"took {seen.seconds:.1f} s; {case.within_s:g} s are expected")
    found += [f"not told: {text}" for text in case.text if text not in seen.told]
    return found + [f"told: {text}" for text in case.absent if text in seen.told]
