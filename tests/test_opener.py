"""Archives are opened and documents shown in a box, in a slot that serves nothing else."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.box.levels import best_level
from grader.box.store import Store
from grader.intake import documents
from grader.nouns.seen import Observation
from grader.opener import Opener
from tests.hostile.documents import code, displayed, encoded, markdown, notebook, pdf, png, words
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
    with Opener(best_level(), shows=True) as opener:
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


# --- documents ---

HAND_IN = {
    "hw/a.ipynb": notebook(markdown("# P1"), code("plot()", displayed("image/png", encoded(png(40, 30))))),
    "report.pdf": pdf(words("Problem 1: similarity")),
    "heat.png": png(20, 10),
    "code.py": b"x = 1",
}


def test_documents_are_shown_in_the_order_of_their_kinds(opener: Opener) -> None:
    book, report, picture = opener.documents(HAND_IN)

    assert [each.reason for each in (book, report, picture)] == ["", "", ""]
    assert [(cell.kind, cell.source, cell.pictures) for cell in book.cells] == [
        ("markdown", "# P1", ()),
        ("code", "plot()", (0,)),
    ]
    assert "picture:0" in book.cells[1].html
    assert report.pages == ("Problem 1: similarity",)
    assert [each.shape for each in (*book.pictures, *report.pictures, *picture.pictures)] == [
        (30, 40, 3),
        (667, 1000, 3),
        (10, 20, 3),
    ]


def test_a_document_that_cannot_be_shown_takes_no_other_with_it(opener: Opener) -> None:
    shown = opener.documents({"a.ipynb": b"[" * 100_000, "b.ipynb": b"{}", "r.pdf": b"", "x.png": png(16_000, 10_000),
                              "y.png": png(2, 2)})  # fmt: skip

    assert [each.reason for each in shown] == [
        "it is nested too deeply",
        "it is no notebook: it has no list of cells",
        "it is no PDF, or is broken",
        "it unfolds to more than 50 megapixels; 25 are allowed",
        "",
    ]


def test_a_document_that_takes_too_much_is_stopped(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LIMITS", replace(documents.LIMITS, wall_s=0.02))

    (shown,) = opener.documents({"a.ipynb": notebook(*[code("x = 1\n" * 2_000)] * 60)})

    assert shown.reason == "showing it takes more than is allowed (wall)"
    assert shown.cells == ()


def test_equal_bytes_under_two_names_are_shown_once_and_stand_twice(opener: Opener) -> None:
    shown = opener.documents({"a.png": png(3, 3), "b.png": png(3, 3)})

    assert [each.path for each in shown] == ["a.png", "b.png"]
    assert shown[0].sha256 == shown[1].sha256


def test_a_hand_in_without_documents_starts_nothing() -> None:
    before = slots()

    with Opener("open", shows=True) as opener:
        assert opener.documents({"code.py": b"x = 1", "answers.md": b"# 1"}) == ()
        assert slots() == before


def test_a_course_that_shows_none_starts_nothing() -> None:
    before = slots()

    with Opener("open") as opener:
        assert opener.documents(HAND_IN) == ()
        assert slots() == before


def test_what_is_known_of_a_document_is_not_made_again(tmp_path: Path) -> None:
    before = slots()
    files = {"a.png": png(3, 3)}
    with Opener("open", Store(tmp_path), shows=True) as opener:
        first = opener.documents(files)

    with Opener("open", Store(tmp_path), shows=True) as opener:
        again = opener.documents({"other name.png": png(3, 3)})
        during = slots()

    assert during == before
    assert again[0].path == "other name.png"
    assert np.array_equal(first[0].pictures[0], again[0].pictures[0])


def test_a_slot_that_does_not_start_breaks_no_run_and_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PROBES", "raise ValueError('no nbconvert here')\n")
    with Opener("open", shows=True) as opener:
        (first,) = opener.documents({"a.png": png(3, 3)})
        begun = time.monotonic()
        (second,) = opener.documents({"b.png": png(4, 4)})
        took = time.monotonic() - begun

    assert (first.ours, second.ours) == (True, True)
    assert first.reason == "the program that shows it failed, which is our fault"
    assert took < 0.5
