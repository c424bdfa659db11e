"""Runs hand-ins in the box for a test that needs another Python or another user: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import sys

from grader.box.levels import best_level
from grader.box.pool import Pool

from jobs import HANDOUT, job, observed, plain  # the folder of this file is on the path of a script


def main(level: str) -> None:
    """Serves until its input ends."""
    print(json.dumps({"best": best_level()}), flush=True)
    with Pool(HANDOUT, level=level, workers=1) as pool:  # type: ignore[arg-type]
        for line in sys.stdin:
            found = observed(pool, job(json.loads(line)))
            print(json.dumps(plain(found["first"])), flush=True)


main(sys.argv[1])
