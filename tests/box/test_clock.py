"""The wall clock stands still while others hold the processor, and for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from grader.box import clock as clock_room
from grader.box.clock import Clock, stalled_s, times

BUSY, SLEEPY = "while True: pass", "import time; time.sleep(60)"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes to be ended."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def start(running: list[subprocess.Popen[bytes]], program: str, count: int = 1, nice: int = 0) -> int:
    """Starts these on one processor; the pid of the last."""
    core = min(os.sched_getaffinity(0))
    for _ in range(count):
        process = subprocess.Popen([sys.executable, "-I", "-c", program])
        os.sched_setaffinity(process.pid, {core})
        os.setpriority(os.PRIO_PROCESS, process.pid, nice)
        running.append(process)
    return running[-1].pid


def settled(pid: int) -> int:
    """The process, once it has nothing to do any more."""
    before = {}
    while (now := times(pid)) != before:
        before = now
        time.sleep(0.3)
    return pid


def lent(pid: int, seconds: float) -> float:
    """What a clock of that process lends in so many seconds, all of them allowed."""
    clock = Clock(pid, seconds)
    time.sleep(seconds)
    clock.look()
    return clock.lent_s


def test_who_waits_for_a_processor_is_lent_the_time(started: list[subprocess.Popen[bytes]]) -> None:
    start(started, BUSY, count=3)
    waits = start(started, BUSY, nice=5)

    assert lent(waits, 1.5) > 0.6


def test_who_sleeps_is_lent_nothing(started: list[subprocess.Popen[bytes]]) -> None:
    sleeper = settled(start(started, SLEEPY))
    start(started, BUSY, count=3)

    assert lent(sleeper, 1.0) < 0.1


def test_used_and_left_add_up_to_what_is_allowed(started: list[subprocess.Popen[bytes]]) -> None:
    clock = Clock(start(started, SLEEPY), 10.0)
    clock.lent_s = 2.0

    assert clock.used_s() == 0.0  # never below
    assert clock.left_s() == 10.0


def test_not_more_than_four_times_the_limit_is_lent(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter([{1: (0, 0)}, {1: (0, 10**12)}])
    monkeypatch.setattr(clock_room, "times", lambda _: next(told))
    clock = Clock(start(started, SLEEPY), 0.01)
    time.sleep(0.1)
    clock.look()

    assert clock.lent_s == pytest.approx(0.04)


def test_threads_that_take_a_core_from_each_other_are_lent_nothing(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(start(started, SLEEPY), 0.05)
    monkeypatch.setattr(clock_room, "times", lambda _: {1: (10**12, 10**12), 2: (10**12, 10**12)})
    time.sleep(0.1)
    clock.look()

    assert clock.lent_s == 0.0


def test_early_on_nothing_is_looked_at(started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(start(started, SLEEPY), 60.0)
    monkeypatch.setattr(clock_room, "times", lambda _: pytest.fail("looked"))
    clock.look()

    assert clock.lent_s == 0.0


def test_a_process_that_is_gone_has_no_times() -> None:
    assert times(2**22 + 7) == {}


@pytest.mark.parametrize(("cpu_s", "stalled", "was"), [(0.0, 100.0, True), (100.0, 100.0, False), (0.0, 0.0, False)])
def test_a_machine_that_stood_still_is_told_by_its_pressure(
    monkeypatch: pytest.MonkeyPatch, cpu_s: float, stalled: float, *, was: bool
) -> None:
    monkeypatch.setattr(clock_room, "stalled_s", lambda: 0.0)
    clock = Clock(os.getpid(), 1.0)
    time.sleep(0.05)
    monkeypatch.setattr(clock_room, "stalled_s", lambda: stalled)

    assert clock.was_stalled(cpu_s) is was


def test_pressure_only_grows() -> None:
    assert 0.0 <= stalled_s() <= stalled_s()


def test_who_is_gone_is_taken_to_have_run_until_now(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new thread at each look, which had nothing yet, and one that waits: what the others had is not told."""
    looks = iter(range(2, 99))
    monkeypatch.setattr(clock_room, "times", lambda _: {1: (0, (number := next(looks)) * 10**11), number: (0, 0)})
    clock = Clock(start(started, SLEEPY), 0.4)
    time.sleep(0.1)
    clock.look()
    early = clock.lent_s
    for _ in range(4):
        time.sleep(0.1)
        clock.look()

    assert clock.lent_s == pytest.approx(early, abs=0.03)


def test_what_a_child_had_is_not_counted_twice(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    had = [{1: (0, 0), -1: (0, 0)}, {1: (0, 0), 2: (6 * 10**7, 0), -1: (0, 0)}, {1: (0, 10**12), -1: (7 * 10**7, 0)}]
    told = iter(had)
    monkeypatch.setattr(clock_room, "times", lambda _: next(told))
    clock = Clock(start(started, SLEEPY), 0.1)
    time.sleep(0.1)
    clock.look()
    clock.look()

    assert 0.02 < clock.lent_s < 0.05  # 0.1 s without the 0.07 s of the child


VANISHING = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        began = time.thread_time()
        while time.thread_time() - began < 0.04:
            pass
        os._exit(0)
    try:
        os.wait()
    except ChildProcessError:
        pass
"""


def test_children_that_vanish_uncounted_do_not_lend_their_parent_time(started: list[subprocess.Popen[bytes]]) -> None:
    core = min(os.sched_getaffinity(0))
    chains = f"import os\nfor _ in range(4):\n    if os.fork() == 0:\n        exec({VANISHING!r})\nwhile True: pass\n"
    process = subprocess.Popen([sys.executable, "-I", "-c", chains], start_new_session=True)
    os.sched_setaffinity(process.pid, {core})
    time.sleep(0.5)
    clock = Clock(process.pid, 1.0)
    try:
        while clock.left_s() > 0 and clock.used_s() < 3:
            time.sleep(0.05)
            clock.look()
    finally:
        os.killpg(process.pid, 9)
        process.wait()

    assert clock.lent_s < 0.5
