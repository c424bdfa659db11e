"""Canaries say the same every time, and notice what a job has left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from grader.box import canary
from grader.box.canary import Songs, told, watched
from grader.box.inside import canary as inside
from grader.box.levels import best_level
from grader.box.pool import Pool, PoolSlot
from grader.box.switches import Switches
from grader.errors import HarnessError
from grader.nouns.seen import Observation
from tests.box.jobs import HANDOUT, observe, run

FINE = "def answer():\n    return {'y': 1.0}\n"
LEAVES = "from pathlib import Path\ndef answer():\n    Path('/tmp/left').write_text('x')\n    return {'y': 1.0}\n"


def slot_of(box: Pool) -> PoolSlot:
    """The first slot of a pool, which has done something."""
    observe(box, FINE)
    assert box._crew is not None
    return box._crew._slots[0]


def test_grade_and_worker_mean_the_same_probe() -> None:
    assert canary.PROBE == inside.PROBE
    assert not canary.PROBE.isidentifier()  # so that no probe of a rubric can have this name


def test_an_answer_is_told_byte_for_byte() -> None:
    one = told(Observation("answered", tensors={"y": np.array([1.0, 2.0])}, texts={"t": "x"}))
    other = told(Observation("answered", tensors={"y": np.array([1.0, 2.0 + 1e-15])}, texts={"t": "x"}))

    assert (one["ended"], one["t"]) == ("answered", "x")
    assert one["y"] != other["y"]


def test_a_canary_says_the_same_after_student_code(strict: Pool) -> None:
    slot = slot_of(strict)
    faults = [slot.canary_fault() for _ in range(2)]
    observe(strict, LEAVES)

    assert [*faults, slot.canary_fault()] == ["", "", ""]


def test_a_canary_is_cheap(strict: Pool) -> None:
    slot = slot_of(strict)
    seconds = []
    for _ in range(5):
        started = time.monotonic()
        slot.canary_fault()
        seconds.append(time.monotonic() - started)

    assert min(seconds) < 0.5  # 42 ms on an idle machine; tests share theirs


def test_a_canary_without_walls_is_silent(opened: Pool) -> None:
    assert slot_of(opened).canary_fault() == ""
    assert opened._songs._right is None


@pytest.fixture
def leaking() -> Iterator[Pool]:
    """A slot whose jobs share /tmp, with canaries that listen."""
    if best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    with Pool(HANDOUT, level="strict", workers=1, switches=Switches(tmpfs=False, landlock=False)) as box:
        box._songs = Songs()
        yield box


def test_what_a_job_leaves_behind_is_noticed_and_ends_as_our_fault(leaking: Pool) -> None:
    leaves = observe(leaking, LEAVES)

    assert leaves.ended == "broken"
    assert leaves.reason == "the slot was disturbed twice: the canary says another thing than at first"
    assert "before the job was run again: files is " in leaves.stderr
    assert "tmp/left 1" in leaves.stderr


@pytest.mark.usefixtures("strict")
def test_a_slot_whose_first_canary_does_not_sing_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Pool(HANDOUT, level="strict", workers=1) as box,
        pytest.raises(HarnessError, match=r"a slot does not start: the canary differs: ended is .raised .*E-BOX-START"),
    ):
        monkeypatch.setattr(canary, "RUN", replace(canary.RUN, probe="no such probe"))
        observe(box, FINE)


@dataclass
class Bench:
    """A slot whose canary says what it is told to, and a list of all that happens."""

    faults: list[str] = field(default_factory=list)
    worn: bool = False
    seen: list[str] = field(default_factory=list)

    def canary_fault(self) -> str:
        self.seen.append("canary")
        return self.faults.pop(0) if self.faults else ""

    def is_worn(self) -> bool:
        return self.worn

    def restart(self) -> None:
        self.seen.append("restart")

    def done(self) -> dict[str, Observation]:
        """What a job of two cases gives when this slot watches over it."""
        runs = (run("one"), run("two"))

        def perform() -> dict[tuple[str, str], Observation]:
            self.seen.append("job")
            return {(each.part, each.case): Observation("answered", reason=str(len(self.seen))) for each in runs}

        return {case: seen for (_, case), seen in watched(self, runs, perform).items()}


def test_nothing_is_given_out_before_the_canary_after_it_was_heard() -> None:
    bench = Bench()

    assert bench.done()["two"].ended == "answered"
    assert bench.seen == ["job", "canary"]


def test_a_worn_zygote_is_replaced_after_its_last_canary() -> None:
    bench = Bench(worn=True)
    bench.done()

    assert bench.seen == ["job", "canary", "restart"]


def test_what_was_done_before_a_canary_that_differs_is_done_again_in_a_fresh_slot() -> None:
    bench = Bench(faults=["files is 'x', was ''"])

    assert bench.done()["one"].reason == "4"  # of the second time
    assert bench.seen == ["job", "canary", "restart", "job", "canary"]


def test_what_disturbs_its_slot_twice_is_broken() -> None:
    bench = Bench(faults=["files is 'x', was ''", "files is 'y', was ''"])
    found = bench.done()

    assert {seen.ended for seen in found.values()} == {"broken"}
    assert found["one"].reason == "the slot was disturbed twice: the canary says another thing than at first"
    assert "before the job was run again: files is 'x', was ''\nafter it: files is 'y', was ''" in found["one"].stderr
    assert bench.seen[-1] == "restart"
