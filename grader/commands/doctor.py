"""`grade doctor`: every layer of the jail, tried live."""

from __future__ import annotations

import json
from dataclasses import asdict

from grader.nouns.plain import LEVELS, Level


def doctor(*, isolation: Level, as_json: bool, progress: str | None) -> int:
    """Prints each layer, what was seen and its cure; 0 only if the level asked for is reached."""
    from grader.box.levels import best_level, diagnose

    findings = diagnose()
    level = best_level()
    reached = LEVELS.index(level) >= LEVELS.index(isolation)
    if as_json:
        print(json.dumps({"level": level, "findings": [asdict(finding) for finding in findings]}, indent=2))
        return 0 if reached else 1
    width = max(len(finding.layer) for finding in findings)
    for finding in findings:
        print(f"  {'ok     ' if finding.ok else 'missing'}  {finding.layer:<{width}}  {finding.seen}")
        if not finding.ok and finding.cure:
            print(f"  {'':7}  {'':<{width}}  help: {finding.cure}")
    print(f"isolation {level}" + ("" if reached else f"; '{isolation}' was asked for"))
    return 0 if reached else 1
