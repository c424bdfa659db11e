"""The pool: jobs in as they are wanted, observations out as they finish, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.pool import Event, Job, Pool
from grader.box.watch import tree
from grader.errors import HarnessError
from tests.box.jobs import HANDOUT, LIMITS, job, observe, run

FINE = "def answer():\n    return {'y': 1.0}\n"
A_SECOND = "import time\ndef answer():\n    time.sleep(1)\n    return {'y': 1.0}\n"
PATIENCE_S = 60.0
SLEEPER = "import time\ndef answer():\n    time.sleep(600)\n"
REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_job_comes_back_with_its_key(strict: Pool) -> None:
    sent = [job(FINE, key=f"student {number}") for number in range(5)]
    keys = {job.key for job, _ in strict.each(sent)}

    assert keys == {f"student {number}" for number in range(5)}


def test_no_jobs_give_no_observations(strict: Pool) -> None:
    assert list(strict.each([])) == []


def test_jobs_are_pulled_only_when_a_slot_is_free(strict: Pool) -> None:
    pulled: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(40):
            pulled.append(number)
            yield job(FINE, key=str(number))

    finished = strict.each(jobs())
    next(finished)
    seen_after_one = len(pulled)
    list(finished)

    assert seen_after_one < 40
    assert len(pulled) == 40


def test_events_say_what_the_slot_turns_to(strict: Pool) -> None:
    events: list[Event] = []
    list(strict.each([job(FINE, run("ragged", part="1d"), key="bob")], events.append))

    assert events == [
        Event(0, "bob", "", "", "import"),
        Event(0, "bob", "1d", "ragged", "run"),
        Event(0, "bob", "1d", "ragged", "answered"),
    ]


def test_a_second_slot_starts_only_if_the_first_is_not_soon_done(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(_zygotes())
    with Pool(HANDOUT, level="open", workers=2) as pool:
        monkeypatch.setattr("grader.box.pool.START_S", PATIENCE_S)
        list(pool.each([job(FINE, key=str(number)) for number in range(3)]))
        quick = len(set(_zygotes()) - before)
        monkeypatch.setattr("grader.box.pool.START_S", 0.0)
        slots = {event.slot for event in _events(pool, [job(A_SECOND, key=str(number)) for number in range(8)])}

    assert quick == 1
    assert slots == {0, 1}


def _events(pool: Pool, jobs: list[Job]) -> list[Event]:
    events: list[Event] = []
    list(pool.each(jobs, events.append))
    return events


def test_probes_that_do_not_import_are_said_so_with_their_traceback() -> None:
    handout = replace(HANDOUT, probes="import nothing_of_the_kind\n")
    with Pool(handout, level="open", workers=1) as pool, pytest.raises(HarnessError) as error:
        list(pool.each([job(FINE)]))

    assert "[E-BOX-START]" in str(error.value)
    assert "No module named 'nothing_of_the_kind'" in str(error.value)
    assert "help: run `grade doctor`" in str(error.value)


def test_probes_may_start_no_thread() -> None:
    probes = (
        HANDOUT.probes
        + "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    with (
        Pool(replace(HANDOUT, probes=probes), level="open", workers=1) as pool,
        pytest.raises(HarnessError, match=r"the zygote has 2 threads; probes\.py may start none"),
    ):
        list(pool.each([job(FINE)]))


def test_closing_the_generator_ends_what_runs_at_once_and_the_pool_can_be_used_again(opened: Pool) -> None:
    finished = opened.each([job(FINE, key="quick"), job(SLEEPER, key="slow")])
    next(finished)
    during = _zygotes_of(opened)
    started = time.monotonic()
    finished.close()  # type: ignore[attr-defined]
    took = time.monotonic() - started
    left = _zygotes_of(opened)
    again = observe(opened, FINE)

    assert took < 5
    assert during != []
    assert left == []
    assert again.ended == "answered"


def test_nothing_of_a_job_is_left_100_ms_after_its_end(strict: Pool) -> None:
    source = "import os, time\ndef answer():\n    os.fork() or os.fork() or time.sleep(600)\n    return {'y': 1.0}\n"
    observe(strict, FINE)
    before = set(_zygotes())
    observe(strict, source)
    time.sleep(0.1)
    after = set(_zygotes())

    assert after <= before


def _zygotes() -> list[int]:
    """Every process below this one that is a slot's: its bubblewraps, its zygote, its jobs."""
    return [each for each in tree(os.getpid()) if "zygote.py" in _command_line(each)]


def _command_line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def _zygotes_of(pool: Pool) -> list[int]:
    """Those of them that are of this pool, which has no walls: their programs are named by the folder it has staged."""
    return [each for each in _zygotes() if f"{pool._folder}/" in _command_line(each)]


def test_a_zygote_that_dies_is_replaced_and_costs_nobody_anything(opened: Pool) -> None:
    observe(opened, FINE)
    killed = _zygotes_of(opened)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    seen = observe(opened, FINE)

    assert killed != []
    assert seen.ended == "answered"


def test_a_box_that_keeps_dying_is_broken_and_tells_the_log(opened: Pool) -> None:
    def kill(event: Event) -> None:
        for pid in _zygotes_of(opened) if event.phase == "import" else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    ((_, found),) = opened.each([job(SLEEPER, run("one"), run("two"))], kill)

    assert {seen.ended for seen in found.values()} == {"broken"}
    assert all(seen.reason.startswith("the box died 2 times: ") for seen in found.values())


def test_what_the_jobs_raise_reaches_the_caller(opened: Pool) -> None:
    def jobs() -> Iterator[Job]:
        yield job(FINE)
        raise LookupError("no such folder")

    with pytest.raises(LookupError, match="no such folder"):
        list(opened.each(jobs()))


@pytest.mark.slow
def test_a_bomb_does_not_change_what_its_neighbour_gets() -> None:
    bomb = "import os\ndef answer():\n  while True:\n    try: os.fork()\n    except OSError: pass\n"
    limits = replace(LIMITS, wall_s=1.5)
    with Pool(HANDOUT, level="strict", workers=2) as pool:
        sent = [job(bomb, run(limits=limits), key="bomb"), *(job(FINE, key=str(number)) for number in range(4))]
        found = {job.key: seen["part first", "first"] for job, seen in pool.each(sent)}

    assert (found["bomb"].ended, found["bomb"].limit) == ("stopped", "processes")
    assert {found[str(number)].ended for number in range(4)} == {"answered"}


SCRIPT = """
import sys
sys.path.insert(0, {repository!r})
from grader.box.pool import Pool
from tests.box.jobs import HANDOUT, job
with Pool(HANDOUT, level={level!r}, workers=2) as pool:
    for _ in pool.each([job({sleeper!r}, key="a"), job({sleeper!r}, key="b")], lambda event: print(event, flush=True)):
        pass
"""


@pytest.fixture(params=["strict", "open"])
def grading(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A process that grades two sleepers, once both have begun to run."""
    script = textwrap.dedent(SCRIPT).format(repository=str(REPOSITORY), level=request.param, sleeper=SLEEPER)
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    running = 0
    while running < 2:
        line = process.stdout.readline()  # type: ignore[union-attr]
        assert line, process.stderr.read()  # type: ignore[union-attr]
        running += "phase='run'" in line
    yield process
    process.kill()
    process.communicate()


def _gone_within(pids: set[int], seconds: float) -> set[int]:
    deadline = time.monotonic() + seconds
    while (left := {pid for pid in pids if _is_alive(pid)}) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]
    return False


@pytest.mark.slow
def test_killing_grade_leaves_no_orphan(grading: subprocess.Popen[str]) -> None:
    below = set(tree(grading.pid)) - {grading.pid}
    grading.kill()

    assert len(below) >= 6
    assert _gone_within(below, 2.0) == set()


@pytest.mark.slow
def test_an_interrupt_ends_everything_at_once(grading: subprocess.Popen[str]) -> None:
    below = set(tree(grading.pid)) - {grading.pid}
    started = time.monotonic()
    grading.send_signal(signal.SIGINT)
    grading.wait(10)

    assert time.monotonic() - started < 5
    assert _gone_within(below, 1.0) == set()
