"""What the job in the jail says of an archive is a claim, and meets the rules again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from grader.errors import IntakeError
from grader.intake.archive import archive_handout, archive_run, gather_archive
from grader.intake.rules import Caps, Gathering
from grader.nouns.seen import Observation


def answer(listing: Any, content: bytes = b"") -> Observation:
    """An answer of the job."""
    data = listing if isinstance(listing, bytes) else json.dumps(listing).encode()
    arrays = {"listing": np.frombuffer(data, np.uint8), "bytes": np.frombuffer(content, np.uint8)}
    return Observation("answered", arrays)


def gathered(observation: Observation, caps: Caps | None = None) -> Gathering:
    """What is taken of an answer."""
    gathering = Gathering(caps or Caps())
    gather_archive(b"PK", "alice.zip", gathering, lambda data, name: observation)
    return gathering


def listed(**changes: Any) -> dict[str, Any]:
    """A list without files."""
    return {"files": [], "refused": [], "fault": "", **changes}


def test_files_are_cut_out_of_the_bytes() -> None:
    got = gathered(answer(listed(files=[["a.py", 2], ["b.txt", 3]]), b"12345"))

    assert got.files == {"a.py": b"12", "b.txt": b"345"}


def test_every_name_meets_the_rules_again() -> None:
    paths = ["../up.py", "x.so", "a\nb.py", "good.py"]

    got = gathered(answer(listed(files=[[path, 1] for path in paths]), b"1234"))

    assert got.files == {"good.py": b"4"}
    assert len(got.left_out) == 3


def test_caps_count_for_archives_too() -> None:
    got = gathered(answer(listed(files=[["a.txt", 2], ["b.py", 2]]), b"1234"), Caps(total_bytes=3))

    assert got.files == {"b.py": b"34"}


def test_what_the_job_refused_is_left_out_by_name() -> None:
    got = gathered(answer(listed(refused=[["x\x1b.py", "it is encrypted"]])))

    assert got.left_out == ("x␛.py: it is encrypted",)


def test_a_fault_is_an_error_in_three_lines() -> None:
    with pytest.raises(IntakeError) as error:
        gathered(answer(listed(fault="the archive ends after 4,096 of 51,220 bytes")))

    assert str(error.value).splitlines() == [
        "alice.zip: the archive ends after 4,096 of 51,220 bytes  [E-ARCHIVE]",
        "  allowed: a whole zip or tar file, or a folder",
        "  help: ask for the file again, or put the unpacked folder in its place",
    ]


@pytest.mark.parametrize(
    ("listing", "content"),
    [
        (b"\xff", b""),
        (b"[]", b""),
        (b"[" * 100_000, b""),
        (b" " * 9_000_000 + b"{}", b""),
        (b'{"files": [], "refused": []}', b""),
        (b'{"files": [], "files": [], "refused": [], "fault": ""}', b""),
        (listed(files=[["a.py", 3]]), b"12"),
        (listed(files=[["a.py", -1]]), b"12"),
        (listed(files=[["a.py", True]]), b"1"),
        (listed(files=[["a.py", 1.0]]), b"1"),
        (listed(files=[[7, 1]]), b"1"),
        (listed(files=[["a.py"]]), b""),
        (listed(files=3), b""),
        (listed(refused=[["a"]]), b""),
        (listed(), b"left over"),
    ],
)
def test_a_list_that_is_not_ours_is_refused_whole(listing: Any, content: bytes) -> None:
    with pytest.raises(IntakeError, match=r"its list cannot be read \(\w+\)  \[E-ARCHIVE\]"):
        gathered(answer(listing, content))


def test_an_answer_without_the_two_tensors_is_refused() -> None:
    with pytest.raises(IntakeError, match="its list cannot be read"):
        gathered(Observation("answered"))


@pytest.mark.parametrize(
    ("observation", "fact"),
    [
        (Observation("stopped", limit="cpu", reason="allowed 60 s"), "allowed 60 s"),
        (Observation("left"), "opening it ended as 'left'"),
    ],
)
def test_a_job_that_does_not_answer_is_an_error(observation: Observation, fact: str) -> None:
    with pytest.raises(IntakeError, match=fact):
        gathered(observation)


def test_the_job_runs_the_opener_and_nothing_of_a_course() -> None:
    handout, run = archive_handout(), archive_run("alice.zip")

    assert f"def {run.probe}(hw" in handout.probes
    assert (handout.units, handout.given, handout.staff_files) == ((), {}, {})
    assert run.args == {"name": "alice.zip"}


def test_an_archive_that_our_box_could_not_open_is_no_fault_of_the_archive() -> None:
    with pytest.raises(IntakeError) as error:
        gathered(Observation(ended="broken", reason="the box died 2 times: killed"))

    assert str(error.value).splitlines() == [
        "alice.zip: it could not be opened, by a fault of ours: the box died 2 times: killed  [E-BOX-DIED]",
        "  kept: nobody loses points by it",
        "  help: give the same command again; it is tried once more",
    ]
