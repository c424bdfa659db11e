"""Plays cases for the tests in a process of its own: `ID [LAYERS TAKEN AWAY]` in, a line of JSON out."""

from __future__ import annotations

import json
import sys
import traceback

from tests.hostile.corpus import case_of
from tests.hostile.stage import as_json, stage


def main(level: str) -> None:
    """Serves until its input ends."""
    with stage(level) as here:  # type: ignore[arg-type]
        for line in sys.stdin:
            case_id, *without = line.split()
            try:
                told = as_json(here.play(case_of(case_id), tuple(without)))
            except Exception:  # this case fails; the next ones are played all the same
                told = json.dumps({"error": traceback.format_exc()})
                here.begin_anew()
            print(told, flush=True)


main(*sys.argv[1:])
