"""A bomb in one slot, an ordinary hand-in in the other: the neighbour's answer is the same, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from grader.box.levels import best_level
from grader.box.pool import Pool
from grader.nouns.seen import Observation
from tests.box.jobs import LIMITS, WITH_TORCH, job, run

QUIET = """
import os, subprocess, threading, torch
def answer():
    torch.manual_seed(7)
    helpers = [threading.Thread(target=torch.rand, args=(9,)) for _ in range(20)]
    for each in helpers:
        each.start()
    for each in helpers:
        each.join()
    told = subprocess.run(['echo', 'here'], capture_output=True, text=True).stdout
    with open('/dev/shm/room', 'wb') as room:
        room.write(bytes(30 << 20))
    large = torch.rand(600, 600)
    return {'y': large @ large, 'told': told, 'seen': ' '.join(os.listdir('/tmp'))}
"""
BOMBS = {
    "forks": "while True:\n        try:\n            os.fork()\n        except OSError:\n            pass",
    "threads": "while True:\n        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "memory": "kept = []\n    while True:\n        kept.append(bytearray(b'x' * 10**7))",
    "processors": "[os.fork() for _ in range(4)]\n    while True:\n        pass",
    "output": "while True:\n        os.write(2, b'x' * 65536)",
    "shared memory": "for n in range(99):\n        open(f'/dev/shm/{n}', 'wb').write(bytes(60 << 20))",
    "locks": "fcntl.flock(os.open('/usr/bin/env', os.O_RDONLY), fcntl.LOCK_EX)\n    time.sleep(9)",
}
PATIENT = replace(LIMITS, wall_s=60.0, cpu_s=60.0)  # a starved neighbour is slow, not wrong


@pytest.fixture(scope="module")
def two() -> Iterator[Pool]:
    if best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    with Pool(WITH_TORCH, level="strict", workers=2) as pool:
        yield pool


@pytest.fixture(scope="module")
def alone(two: Pool) -> Observation:
    """What the neighbour gives where nobody disturbs it."""
    ((_, found),) = two.each([job(QUIET, run(limits=PATIENT))])
    return found["part first", "first"]


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_beside_it_does_not_change_an_answer(
    two: Pool, alone: Observation, bomb: str, record_property: Callable[[str, object], None]
) -> None:
    limits = replace(LIMITS, wall_s=1.5, cpu_s=5.0, memory_bytes=1 << 30)
    imports = "import fcntl, os, threading, time\n"
    hostile = job(f"{imports}def answer():\n    {BOMBS[bomb]}\n", run(limits=limits), key="bomb")
    quiet = [job(QUIET, run(limits=PATIENT), key=f"quiet {number}") for number in range(6)]
    found = {sent.key: seen["part first", "first"] for sent, seen in two.each([hostile, *quiet])}
    record_property("seconds beside the bomb", [found[each.key].usage.wall_s for each in quiet])

    assert found["bomb"].ended != "broken"
    assert {found[each.key].ended for each in quiet} == {"answered"}
    assert {found[each.key].tensors["y"].tobytes() for each in quiet} == {alone.tensors["y"].tobytes()}
    assert {tuple(found[each.key].texts.items()) for each in quiet} == {tuple(alone.texts.items())}
