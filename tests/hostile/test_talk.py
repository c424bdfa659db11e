"""What a student process says on its socket is a claim: it ends in a verdict of theirs, never in a loop or as ours."""

# ruff: noqa: E501 (a table of programs)

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.box.levels import best_level
from grader.box.pool import Job, Pool
from grader.nouns.plain import Limits
from tests.box.jobs import FINE, HANDOUT, run

SAY = "import json, os, socket\nsay = socket.socket(fileno=10).send\n"
ANSWER = "\ndef answer():\n    return {'x': 1.0}\n"
FORGED = {
    "a unit of no name, a new one each time": ('say(json.dumps({"at": "unit", "unit": str(os.getpid())}).encode())\nos._exit(0)', "left"),
    "a unit of an empty name, then a fault of ours": (
        'say(b\'{"at": "unit", "unit": ""}\')\nsay(b\'{"at": "error", "error": "x"}\')\nos._exit(0)',
        "left",
    ),
    "another unit": ('say(b\'{"at": "unit", "unit": "other"}\')\nos._exit(0)', "left"),
    "a unit that is a list": ('say(b\'{"at": "unit", "unit": [[]]}\')\nos._exit(0)', "left"),
    "a fault of ours": ('say(b\'{"at": "error", "error": "x"}\')', "answered"),
    "100,000 lists": ("say(b'[' * 60000)", "left"),
    "an exit status of 4,000 digits": (
        'say(json.dumps({"at": "ready", "threads": 1}).encode())\n'
        'say(json.dumps({"at": "done", "exit": 10 ** 4000, "cpu_s": float("nan"), "peak": float("inf")}).encode())\nos._exit(0)',
        "left",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(HANDOUT, level=best_level(), workers=1) as pool:
        yield pool


@pytest.mark.parametrize(("said", "ended"), FORGED.values(), ids=FORGED)
def test_a_forged_word_costs_nobody_but_its_author(pool: Pool, said: str, ended: str) -> None:
    files = {"work.py": (SAY + said + ANSWER).encode(), "other.py": FINE.encode()}

    ((_, found),) = pool.each([Job("mallory", files, (run(limits=Limits(wall_s=5, cpu_s=5)),))])

    (seen,) = found.values()
    assert seen.ended == ended
    assert len(seen.reason) < 220
