"""Limits of one process: what they are, and that they only go down."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

from grader.box.inside.limits import GIB, address_space, tasks_of_this_user

SCRIPT = """
import resource
from grader.box.inside.limits import limit_cpu, set_limits
set_limits(2**30, {processes})
limit_cpu(7.2)
limit_cpu(50)
for name in ("AS", "CPU", "FSIZE", "NOFILE", "NPROC", "STACK", "CORE", "MEMLOCK", "MSGQUEUE", "RTPRIO"):
    print(name, *resource.getrlimit(getattr(resource, "RLIMIT_" + name)))
"""


def limits_after(processes: int | None) -> dict[str, tuple[int, int]]:
    script = SCRIPT.format(processes=processes)
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in out.splitlines()]
    return {name: (int(soft), int(hard)) for name, soft, hard in rows}


@pytest.mark.parametrize(
    ("memory_bytes", "expected"), [(0, 4 * GIB), (GIB, 4 * GIB), (2 * GIB, 4 * GIB), (3 * GIB, 6 * GIB)]
)
def test_the_address_space_is_twice_the_memory_but_never_less_than_torch_needs(
    memory_bytes: int, expected: int
) -> None:
    assert address_space(memory_bytes) == expected


def test_soft_and_hard_limits_are_equal_so_that_none_can_be_raised() -> None:
    found = limits_after(64)

    assert all(soft == hard for soft, hard in found.values())
    assert found["AS"] == (4 * GIB, 4 * GIB)
    assert found["CPU"] == (8, 8)
    assert found["FSIZE"] == (64 << 20, 64 << 20)
    assert found["NOFILE"] == (256, 256)
    assert found["NPROC"] == (64, 64)
    assert {found[name] for name in ("CORE", "MEMLOCK", "MSGQUEUE", "RTPRIO")} == {(0, 0)}


def test_processes_can_be_left_as_they_are() -> None:
    assert limits_after(None)["NPROC"] == resource.getrlimit(resource.RLIMIT_NPROC)


def test_tasks_of_this_user_count_this_one() -> None:
    before = tasks_of_this_user()
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        during = tasks_of_this_user()
        sleeper.kill()

    assert before >= 1
    assert during >= 2
    assert os.getpid() > 0


def test_a_limit_below_the_promised_one_is_told_and_not_passed_on() -> None:
    script = "from grader.box.inside.limits import set_limits; set_limits(2**30, None)"
    words = ["bash", "-c", 'ulimit -n 100; exec "$@"', "bash", sys.executable, "-c", script]

    ended = subprocess.run(words, capture_output=True, text=True)

    told = "OSError: grade itself was started with a limit too low for a job: NOFILE 100, 256 needed"
    assert ended.stderr.splitlines()[-1] == told
