"""Limits that grade itself was started with are told before they reach a student."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable

import pytest

ASKS = """
import resource
from grader.box.granted import require_limits
from grader.errors import HarnessError
try:
    require_limits({workers})
    print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
except HarnessError as error:
    print(error)
"""


def asked(workers: int, limit: Callable[[], None]) -> str:
    words = [sys.executable, "-c", ASKS.format(workers=workers)]
    return subprocess.run(words, capture_output=True, text=True, preexec_fn=limit, check=True).stdout.strip()


def limited(kind: int, soft: int, hard: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (soft, hard))


@pytest.mark.parametrize(
    ("kind", "most", "fact", "help_"),
    [
        (resource.RLIMIT_NOFILE, 100, "100 open files", "`ulimit -Hn` says 256"),
        (resource.RLIMIT_AS, 2 << 30, "2,147,483,648 address space", "`ulimit -Hv` says 4194304"),
        (resource.RLIMIT_FSIZE, 1 << 20, "1,048,576 bytes of a file", "`ulimit -Hf` says 65536"),
        (resource.RLIMIT_STACK, 4 << 20, "4,194,304 bytes of stack", "`ulimit -Hs` says 8192"),
        (resource.RLIMIT_CPU, 60, "60 seconds of CPU", "`ulimit -Ht` says 600"),
    ],
)
def test_a_hard_limit_below_what_a_job_needs_is_named_with_its_cure(
    kind: int, most: int, fact: str, help_: str
) -> None:
    told = asked(1, limited(kind, most, most))

    assert f"this machine: grade was started with a limit of {fact}, too few for a job  [E-SPENT]\n  needed: " in told
    assert help_ in told


def test_a_soft_limit_is_raised_to_what_the_slots_need() -> None:
    assert int(asked(8, limited(resource.RLIMIT_NOFILE, 64, 4096))) == 512


def test_a_soft_limit_is_raised_no_further_than_the_hard_one() -> None:
    assert int(asked(64, limited(resource.RLIMIT_NOFILE, 64, 300))) == 300


def test_a_soft_limit_that_is_high_enough_stays() -> None:
    assert int(asked(1, limited(resource.RLIMIT_NOFILE, 3000, 4096))) == 3000
