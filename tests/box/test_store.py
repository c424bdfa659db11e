"""What was seen is kept whole or not at all, under a key that names all that can change it."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.box.store import MOST_KEPT, Store, handout_sha256, observation_key, worker_sha256
from grader.box.tensors import dtype_name, read_tensors, write_tensors
from grader.nouns.asked import Handout, Unit
from grader.nouns.plain import Ended, Fault, Frame, Level, Limits
from grader.nouns.seen import Observation, Run, Usage

SHA = "ab" * 32
RUN = Run("1d", "ragged", "encode", {"lengths": [7, 5]}, 3, Limits(), fills=("nmt_model.NMT.encode",))
VERSIONS = {"grade": "0.1.0", "torch": "2.13.0"}
HANDOUT = Handout(
    "def encode(hw): ...", (Unit("nmt_model", ("NMT",), {"utils": "u.py"}),), {"u.py": b"1"}, {"v.py": b"2"}, ("r",)
)


def _seen(ended: Ended = "answered", **told: Any) -> Observation:
    return Observation(ended, {"h0": np.arange(6, dtype="f4").reshape(2, 3)} if ended == "answered" else {}, **told)


def _comparable(observation: Observation) -> tuple[Observation, dict[str, tuple[str, list[Any]]]]:
    tensors = {name: (dtype_name(array), array.tolist()) for name, array in observation.tensors.items()}
    return replace(observation, tensors={}), tensors


WHOLE = {
    "answered": _seen(texts={"t": "hi 界"}, notes=("file a: b.py", "repair c"), stdout="one\n", stderr="two"),
    "raised": _seen("raised", fault=Fault("E", "no", (Frame("a.py", 3, "f", ((2, "x"), (3, "y"))),), "...")),
    "stopped": _seen("stopped", limit="memory", reason="2 GiB are allowed", usage=Usage(0.5, 0.25, 2**31)),
    "nothing": Observation("answered"),
    "all dtypes": Observation(
        "answered",
        {
            "b": np.array([True, False]),
            "i": np.array(-(2**63)),
            "h": np.array([0.5], "f2"),
            "e": np.zeros((0, 3)),
            "n": np.array([np.inf]),
        },
    ),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "observations")


def _file(tmp_path: Path) -> Path:
    return tmp_path / "observations" / f"{SHA}.seen"


@pytest.mark.parametrize("observation", WHOLE.values(), ids=WHOLE)
def test_an_observation_comes_back_as_it_was(store: Store, observation: Observation) -> None:
    store.put_all(SHA, {"k": observation})

    assert _comparable(store.get_all(SHA)["k"]) == _comparable(observation)


def test_bfloat16_keeps_its_name(store: Store) -> None:
    wide = read_tensors(memoryview(write_tensors({"x": np.zeros(2, "f4")})))["x"]
    narrow = wide.astype(np.dtype("<f4", metadata={"name": "bfloat16"}))
    store.put_all(SHA, {"k": Observation("answered", {"x": narrow})})

    assert dtype_name(store.get_all(SHA)["k"].tensors["x"]) == "bfloat16"


def test_what_was_never_seen_is_not_there(store: Store) -> None:
    assert store.get_all(SHA) == {}


def test_new_observations_stand_beside_the_known_ones(store: Store) -> None:
    store.put_all(SHA, {"a": _seen(reason="1"), "b": _seen(reason="1")})
    store.put_all(SHA, {"b": _seen(reason="2"), "c": _seen(reason="2")})

    assert {key: seen.reason for key, seen in store.get_all(SHA).items()} == {"a": "1", "b": "2", "c": "2"}


def test_only_what_is_asked_for_is_given(store: Store) -> None:
    store.put_all(SHA, {name: _seen(reason=name) for name in "abc"})

    assert {key: seen.reason for key, seen in store.get_all(SHA, {"a", "c", "z"}).items()} == {"a": "a", "c": "c"}


def test_submissions_do_not_mix(store: Store) -> None:
    store.put_all(SHA, {"a": _seen()})

    assert store.get_all("cd" * 32) == {}


def test_broken_is_never_kept(store: Store, tmp_path: Path) -> None:
    store.put_all(SHA, {"a": _seen("broken", reason="the zygote died")})
    assert not _file(tmp_path).exists()

    store.put_all(SHA, {"a": _seen("broken"), "b": _seen()})
    assert list(store.get_all(SHA)) == ["b"]


def test_the_oldest_go_first(store: Store) -> None:
    store.put_all(SHA, {f"old{n}": Observation("left") for n in range(MOST_KEPT)})
    store.put_all(SHA, {"new": Observation("left")})

    keys = list(store.get_all(SHA))
    assert (len(keys), keys[0], keys[-1]) == (MOST_KEPT, "old1", "new")


def test_nothing_but_the_entry_is_left_in_the_folder(store: Store, tmp_path: Path) -> None:
    store.put_all(SHA, {"a": _seen()})
    store.put_all(SHA, {"b": _seen()})

    assert [path.name for path in (tmp_path / "observations").iterdir()] == [f"{SHA}.seen"]


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


SPOILED = {
    "empty": lambda data: b"",
    "its magic only": lambda data: data[:8],
    "cut in the index": lambda data: data[:60],
    "cut by a byte": lambda data: data[:-1],
    "longer by a byte": lambda data: data + b"\0",
    "another format": lambda data: b"GRADEST0" + data[8:],
    "another checksum": lambda data: _flipped(data, 9),
    "another text": lambda data: _flipped(data, 80),
    "another number": lambda data: _flipped(data, len(data) - 1),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_cut_or_changed_entry_is_a_miss_and_removed(store: Store, tmp_path: Path, spoil: Any) -> None:
    store.put_all(SHA, {"a": _seen()})
    _file(tmp_path).write_bytes(spoil(_file(tmp_path).read_bytes()))

    assert store.get_all(SHA) == {}
    assert not _file(tmp_path).exists()
    assert store.faults == []


def test_an_entry_is_written_over_a_spoiled_one(store: Store, tmp_path: Path) -> None:
    _file(tmp_path).parent.mkdir()
    _file(tmp_path).write_bytes(b"garbage")
    store.put_all(SHA, {"a": _seen()})

    assert list(store.get_all(SHA)) == ["a"]


def test_grading_goes_on_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "observations").write_text("a file, no folder")
    store = Store(tmp_path / "observations")

    store.put_all(SHA, {"a": _seen()})
    store.put_all(SHA, {"b": _seen()})

    assert store.get_all(SHA) == {}
    assert [str(fault) for fault in store.faults] == [
        f"{tmp_path}/observations: what was seen cannot be kept: File exists; grading goes on without  [E-STORE]\n"
        "  needed: a folder with room, where you may write\n"
        "  help: make room; until then the next run runs these submissions again"
    ]


def test_a_full_disk_leaves_the_earlier_entry_and_no_rest(store: Store, tmp_path: Path) -> None:
    store.put_all(SHA, {"a": _seen()})
    child = multiprocessing.get_context("fork").Process(target=_write_without_room, args=(store,))
    child.start()
    child.join()

    assert child.exitcode == 0
    assert list(store.get_all(SHA)) == ["a"]
    assert [path.name for path in (tmp_path / "observations").iterdir()] == [f"{SHA}.seen"]


def _write_without_room(store: Store) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    store.put_all(SHA, {"b": _seen()})
    assert "File too large" in store.faults[0].fact


def test_two_runs_may_share_a_folder(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=_keep_many, args=(tmp_path, name)) for name in "ab"]
    for child in children:
        child.start()
    for child in children:
        child.join()

    assert [child.exitcode for child in children] == [0, 0]
    assert "19" in {key[1:] for key in Store(tmp_path).get_all(SHA)}


def _keep_many(folder: Path, name: str) -> None:
    store = Store(folder)
    for number in range(20):
        store.put_all(SHA, {f"{name}{number}": _seen()})
        assert store.get_all(SHA)
    assert store.faults == []


def test_a_dtype_that_no_answer_has_is_our_own_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="an array of complex128 cannot be written"):
        store.put_all(SHA, {"a": Observation("answered", {"x": np.zeros(1, complex)})})


# --- keys -------------------------------------------------------------------------------------------------------


def _key(
    sha: str = SHA,
    run: Run = RUN,
    handout: str = "h",
    versions: Mapping[str, str] = VERSIONS,
    level: Level = "strict",
) -> str:
    return observation_key(sha, run, handout, versions, level)


CHANGES: dict[str, dict[str, Any]] = {
    "the submission": {"sha": "cd" * 32},
    "the handout": {"handout": "i"},
    "a version": {"versions": {**VERSIONS, "torch": "2.14.0"}},
    "the level": {"level": "container"},
    "the part": {"run": replace(RUN, part="1e")},
    "the case": {"run": replace(RUN, case="alone")},
    "the probe": {"run": replace(RUN, probe="decode")},
    "an argument": {"run": replace(RUN, args={"lengths": [7, 4]})},
    "the seed": {"run": replace(RUN, seed=4)},
    "apart": {"run": replace(RUN, apart=True)},
    "what is filled": {"run": replace(RUN, fills=())},
    "a limit": {"run": replace(RUN, limits=Limits(wall_s=30))},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_can_change_an_observation_changes_its_key(change: dict[str, Any]) -> None:
    assert _key(**change) != _key()


def test_equal_runs_have_equal_keys() -> None:
    again = replace(RUN, args={"lengths": [7, 5]})

    assert _key(run=again, versions=dict(reversed(VERSIONS.items()))) == _key()
    assert len(_key()) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"probes": "def encode(hw): pass"},
        {"units": ()},
        {"units": (Unit("nmt_model", ("NMT", "Hypothesis"), {"utils": "u.py"}),)},
        {"given": {"u.py": b"3"}},
        {"given": {}, "staff_files": {"v.py": b"2", "u.py": b"1"}},
        {"staff_files": {}},
        {"repairs": ()},
    ],
)
def test_whatever_lies_beside_a_hand_in_changes_the_handout_s_hash(change: dict[str, Any]) -> None:
    assert handout_sha256(replace(HANDOUT, **change)) != handout_sha256(HANDOUT)


def test_our_code_in_the_jail_has_a_hash() -> None:
    assert len(worker_sha256()) == 64


def test_an_unchanged_class_is_read_in_no_time(tmp_path: Path) -> None:
    numbers = np.random.default_rng(4224)
    tensors = {f"x{n}": numbers.normal(size=(7, 5, 6)).astype("f4") for n in range(4)}
    store = Store(tmp_path)
    store.put_all(SHA, {f"k{n}": Observation("answered", tensors, notes=("n",)) for n in range(25)})
    store.get_all(SHA)

    began = time.process_time()
    for _ in range(100):
        store.get_all(SHA)

    assert time.process_time() - began < 0.3
