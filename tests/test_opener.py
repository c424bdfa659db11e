"""Archives are opened in a box, in a slot that serves nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from grader.box.levels import best_level
from grader.nouns.seen import Observation
from grader.opener import Opener
from tests.slots import slots, slots_elsewhere  # noqa: F401 (a fixture of this module)


def make_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def listing(seen: Observation) -> dict[str, Any]:
    """The list that came with the bytes."""
    told: dict[str, Any] = json.loads(seen.tensors["listing"].tobytes())
    return told


@pytest.fixture(scope="module")
def opener() -> Iterator[Opener]:
    with Opener(best_level()) as opener:
        yield opener


def test_a_zip_gives_its_files_and_their_bytes(opener: Opener) -> None:
    seen = opener.open(make_zip({"a4/run.py": b"x = 1\n", "notes.txt": b"hi"}), "ada.zip")

    assert (seen.ended, listing(seen)["fault"]) == ("answered", "")
    assert listing(seen)["files"] == [["a4/run.py", 6], ["notes.txt", 2]]
    assert seen.tensors["bytes"].tobytes() == b"x = 1\nhi"


def test_a_cut_zip_is_an_answer_that_says_so(opener: Opener) -> None:
    seen = opener.open(make_zip({"a.py": b"x = 1\n" * 1000})[:60], "cut.zip")

    assert seen.ended == "answered"
    assert listing(seen)["fault"] != ""
    assert listing(seen)["files"] == []


def test_a_path_that_leads_out_is_refused_and_the_rest_is_kept(opener: Opener) -> None:
    seen = opener.open(make_zip({"../../etc/evil.py": b"x", "good.py": b"y"}), "slip.zip")

    (refused,) = listing(seen)["refused"]
    assert refused[0] == "../../etc/evil.py"
    assert listing(seen)["files"] == [["good.py", 1]]


def test_one_slot_opens_one_archive_after_the_other(opener: Opener) -> None:
    opener.open(make_zip({"a.py": b"1"}), "a.zip")
    before = slots()

    seen = opener.open(make_zip({"b.py": b"2"}), "b.zip")

    assert seen.tensors["bytes"].tobytes() == b"2"
    assert (len(before), slots()) == (1, before)


def test_an_opener_that_is_not_needed_starts_nothing() -> None:
    before = slots()

    with Opener("open"):
        assert slots() == before


def test_leaving_ends_the_slot() -> None:
    before = slots()

    with Opener("open") as opener:
        opener.open(make_zip({"a.py": b"1"}), "a.zip")
        during = slots()

    assert (len(during), slots()) == (len(before) + 1, before)
