"""What an observer runs, what it takes from the store, and what it keeps there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.box.store import Store, handout_sha256, observation_key
from grader.course import hand_in
from grader.errors import HarnessError
from grader.nouns.asked import Unit
from grader.nouns.plain import Level, Limits
from grader.nouns.seen import Observation, Run
from grader.observer import HandIn, Observed, Observer, Wanted
from grader.versions import versions
from tests import tiny
from tests.box.jobs import HANDOUT, run
from tests.slots import slots, slots_elsewhere  # noqa: F401 (a fixture of this module)

ADA = hand_in("ada", {"work.py": b"def answer():\n    return {'y': 1.0}\n", "other.py": b"def fine(): pass\n"})
FIRST, SECOND = run("first"), run("second")
KEPT = Observation("answered", tensors={"y": np.array(5.0)})  # no run of ADA gives a 5
NO_BOX = replace(HANDOUT, probes="raise RuntimeError('nothing here should need a slot')")


def observer(folder: Path, **changes: Any) -> Observer:
    """An observer whose store lies in this folder; it has a box that does not start, unless told otherwise."""
    asked: dict[str, Any] = {"handout": NO_BOX, "level": "open", "workers": 1} | changes
    return Observer(asked.pop("handout"), store=Store(folder), **asked)


def know(folder: Path, *runs: Run, sent: HandIn = ADA, handout: Any = NO_BOX, level: Level = "open") -> None:
    """Puts the 5 into the store for each of these runs."""
    beside = handout_sha256(handout)
    keys = [observation_key(sent.sha256, each, beside, versions(), level) for each in runs]
    Store(folder).put_all(sent.sha256, dict.fromkeys(keys, KEPT))


def wanted(asked: list[Wanted], pulled: list[str]) -> Iterator[Wanted]:
    """These, noting in `pulled` whose turn it was."""
    for hand_in_, runs in asked:
        pulled.append(hand_in_.key)
        yield hand_in_, runs


def is_known(asked: Observer, sent: HandIn, once: Run) -> bool:
    """Whether an observer can tell a run without a slot: then it looks further at once, before it gives anything."""
    nothing, pulled = hand_in("nothing", {}), list[str]()
    told = asked.each(wanted([(nothing, ()), (sent, (once,)), (nothing, ())], pulled))
    next(told)
    told.close()  # type: ignore[attr-defined]  # it is a generator
    return len(pulled) == 3


def values(seen: Observed) -> dict[str, float]:
    """Case -> the y that was seen."""
    return {case: float(told.tensors["y"]) for (_, case), told in seen.observations.items()}


# --- what is known ---


def test_a_known_hand_in_is_told_without_a_slot(tmp_path: Path) -> None:
    know(tmp_path, FIRST, SECOND)

    (seen,) = observer(tmp_path).each([(ADA, (FIRST, SECOND))])

    assert (seen.hand_in, seen.cached, values(seen)) == (ADA, True, {"first": 5.0, "second": 5.0})


def test_only_the_runs_asked_for_are_told(tmp_path: Path) -> None:
    know(tmp_path, FIRST, SECOND)

    (seen,) = observer(tmp_path).each([(ADA, (SECOND,))])

    assert values(seen) == {"second": 5.0}


def test_a_hand_in_without_runs_is_known(tmp_path: Path) -> None:
    (seen,) = observer(tmp_path).each([(ADA, ())])

    assert (seen.cached, seen.observations) == (True, {})


def test_nobody_asked_nothing_told(tmp_path: Path) -> None:
    assert list(observer(tmp_path).each([])) == []


def test_known_hand_ins_are_told_before_a_slot_is_started(tmp_path: Path) -> None:
    know(tmp_path, FIRST)
    ben = hand_in("ben", {"work.py": b""})

    told = observer(tmp_path).each([(ADA, (FIRST,)), (ben, (FIRST,))])

    assert next(told).hand_in.key == "ada"


def test_hand_ins_are_read_no_further_than_to_the_first_that_must_wait(tmp_path: Path) -> None:
    ben, eve, pulled = hand_in("ben", {"work.py": b""}), hand_in("eve", {}), list[str]()

    told = observer(tmp_path).each(wanted([(eve, ()), (ben, (FIRST,)), (eve, ())], pulled))
    next(told)

    assert pulled == ["eve", "ben"]


def test_an_observer_that_is_never_asked_has_nothing_to_close(tmp_path: Path) -> None:
    with observer(tmp_path):
        pass

    assert slots() == []


@pytest.mark.slow
def test_what_is_not_known_needs_the_box(tmp_path: Path) -> None:
    with observer(tmp_path) as asked, pytest.raises(HarnessError) as error:
        list(asked.each([(ADA, (FIRST,))]))

    assert "nothing here should need a slot" in str(error.value)
    assert "[E-BOX-START]" in str(error.value)


# --- what makes a run another ---


def test_the_same_run_of_the_same_files_is_known(tmp_path: Path) -> None:
    know(tmp_path, FIRST)

    assert is_known(observer(tmp_path), ADA, FIRST)


def test_the_name_of_a_hand_in_does_not_count(tmp_path: Path) -> None:
    know(tmp_path, FIRST)

    assert is_known(observer(tmp_path), replace(ADA, key="somebody else"), FIRST)


@pytest.mark.parametrize(
    "changes",
    [
        {"part": "2b"},
        {"case": "second"},
        {"probe": "ask"},
        {"args": {"unit": "other"}},
        {"seed": 2},
        {"apart": True},
        {"fills": ("work.answer",)},
        {"limits": Limits(wall_s=11.0, cpu_s=10.0)},
        {"limits": Limits(wall_s=10.0, cpu_s=10.0, memory_bytes=1024**3)},
    ],
    ids=["part", "case", "probe", "arguments", "seed", "apart", "fills", "seconds", "memory"],
)
def test_another_run_is_not_known(tmp_path: Path, changes: dict[str, Any]) -> None:
    know(tmp_path, FIRST)

    assert not is_known(observer(tmp_path), ADA, replace(FIRST, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"probes": "raise ValueError"},
        {"units": (Unit("work", ("answer", "more")),)},
        {"given": {"stand_ins/x.py": b""}},
        {"staff_files": {"vocab.py": b""}},
        {"repairs": ("torch_load",)},
    ],
    ids=["probes", "units", "stand-ins", "staff files", "repairs"],
)
def test_other_things_beside_a_hand_in_make_it_unknown(tmp_path: Path, changes: dict[str, Any]) -> None:
    know(tmp_path, FIRST)

    assert not is_known(observer(tmp_path, handout=replace(NO_BOX, **changes)), ADA, FIRST)


@pytest.mark.parametrize("level", ["container", "strict"])
def test_another_level_of_isolation_makes_it_unknown(tmp_path: Path, level: Level) -> None:
    know(tmp_path, FIRST)

    assert not is_known(observer(tmp_path, level=level), ADA, FIRST)


def test_other_files_are_not_known(tmp_path: Path) -> None:
    know(tmp_path, FIRST)

    assert not is_known(observer(tmp_path), hand_in("ada", {**ADA.files, "work.py": b"\n"}), FIRST)


def test_what_is_known_does_not_count_where_everything_is_to_be_fresh(tmp_path: Path) -> None:
    know(tmp_path, FIRST)

    assert not is_known(observer(tmp_path, fresh=True), ADA, FIRST)


# --- what is run ---


@dataclass
class Class:
    """A small class that was observed once: what was told, what the box did, and where it is kept."""

    store: Path
    told: dict[str, Observed]
    order: list[str]
    ran: set[tuple[str, str]]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """Ada's first case is known; her second and all of Ben are not; Cleo is known."""
    store, ran = tmp_path_factory.mktemp("store"), set[tuple[str, str]]()
    ben, cleo = hand_in("ben", {"work.py": b"def answer():\n    return {'y': 2.0}\n"}), hand_in("cleo", {})
    know(store, FIRST, handout=HANDOUT)
    know(store, FIRST, sent=cleo, handout=HANDOUT)
    with observer(store, handout=HANDOUT, on_event=lambda event: ran.add((event.key, event.case))) as asked:
        told = list(asked.each([(cleo, (FIRST,)), (ADA, (FIRST, SECOND)), (ben, (FIRST,)), (cleo, (FIRST,))]))
    return Class(store, {seen.hand_in.key: seen for seen in told}, [seen.hand_in.key for seen in told], ran)


def test_only_what_is_new_is_run(observed: Class) -> None:
    assert {(key, case) for key, case in observed.ran if case} == {("ada", "second"), ("ben", "first")}


def test_what_was_known_and_what_was_run_are_told_together(observed: Class) -> None:
    assert values(observed.told["ada"]) == {"first": 5.0, "second": 1.0}


@pytest.mark.parametrize(("name", "cached"), [("ada", False), ("ben", False), ("cleo", True)])
def test_cached_means_that_nothing_had_to_be_run(observed: Class, name: str, cached: bool) -> None:
    assert observed.told[name].cached is cached


def test_every_hand_in_is_told_once_for_each_time_it_was_asked_for(observed: Class) -> None:
    assert sorted(observed.order) == ["ada", "ben", "cleo", "cleo"]
    assert observed.order[0] == "cleo"


def test_what_was_run_is_known_from_then_on(observed: Class) -> None:
    (seen,) = observer(observed.store, handout=HANDOUT).each([(ADA, (FIRST, SECOND))])

    assert (seen.cached, values(seen)) == (True, {"first": 5.0, "second": 1.0})


def test_closing_ends_every_slot(observed: Class) -> None:
    assert slots() == []


def test_a_fresh_run_takes_the_place_of_what_was_kept(tmp_path: Path) -> None:
    know(tmp_path, FIRST, handout=HANDOUT)

    with observer(tmp_path, handout=HANDOUT, fresh=True) as asked:
        (seen,) = asked.each([(ADA, (FIRST,))])
    (later,) = observer(tmp_path, handout=HANDOUT).each([(ADA, (FIRST,))])

    assert (values(seen), seen.cached) == ({"first": 1.0}, False)
    assert values(later) == {"first": 1.0}


@pytest.mark.slow
def test_what_the_box_broke_is_told_and_not_kept(tmp_path: Path) -> None:
    deadly = replace(HANDOUT, probes=tiny.DEADLY_PROBES)
    dies = replace(FIRST, probe="dies", args={})

    with observer(tmp_path, handout=deadly) as asked:
        (seen,) = asked.each([(ADA, (dies,))])

    assert seen.observations[dies.part, "first"].ended == "broken"
    assert Store(tmp_path).get_all(ADA.sha256) == {}
