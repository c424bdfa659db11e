"""Runs hand-ins in the box for a test that needs another Python or another user: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from jobs import LIMITS, WITH_TORCH, observe, plain  # the folder of this file is on the path of a script

from grader.box.levels import best_level
from grader.box.pool import Pool


def main(level: str) -> None:
    """Serves until its input ends."""
    print(json.dumps({"best": best_level()}), flush=True)
    with Pool(WITH_TORCH, level=level, workers=1) as pool:  # type: ignore[arg-type]
        for line in sys.stdin:
            source, changes = json.loads(line)
            seen = observe(pool, source, limits=replace(LIMITS, **changes))
            print(json.dumps(plain(seen)), flush=True)


main(sys.argv[1])
