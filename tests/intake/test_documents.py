"""What a job says of a document is a claim, and read strictly; which documents are shown is told by their paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.intake.documents import are_wanted, document_run, documents_in, file_name, read_document, untried
from grader.nouns.asked import Check, Part, Plot, Rubric
from grader.nouns.plain import Array, DocumentKind, WrittenItem
from grader.nouns.seen import Document, Observation
from grader.rubric.load import load_rubric
from tests import tiny


def flat(data: bytes) -> Array:
    """Bytes as they cross the wire."""
    return np.frombuffer(data, np.uint8)


def seen(told: Any, html: bytes = b"", **arrays: Array) -> Observation:
    """An answer of the job."""
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    named = {name.replace("_", "."): array for name, array in arrays.items()}
    return Observation("answered", {"told": flat(text), "html": flat(html), **named})


def cell(**changes: Any) -> dict[str, Any]:
    """What is told of a cell whose HTML has three bytes."""
    plain = {"number": 1, "kind": "code", "source": "x", "raised": "", "pictures": [], "html_bytes": 3}
    return {**plain, **changes}


def told(*cells: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """What is told of a notebook."""
    return {"fault": "", "notes": [], "cells": list(cells), "pages": [], **changes}


def read(observation: Observation, kind: DocumentKind = "notebook") -> Document:
    """The document of an answer."""
    return read_document("hw/a.ipynb", kind, "5" * 64, observation)


PIXELS = np.zeros((2, 3, 3), np.uint8)


def test_a_notebook_is_its_cells_with_their_html() -> None:
    document = read(seen(told(cell(), cell(number=2, raised="E: x", pictures=[0])), b"abcdef", picture_0=PIXELS))

    assert [(each.number, each.html, each.raised, each.pictures) for each in document.cells] == [
        (1, "abc", "", ()),
        (2, "def", "E: x", (0,)),
    ]
    assert (document.path, document.reason, len(document.pictures)) == ("hw/a.ipynb", "", 1)


def test_a_pdf_is_the_texts_of_its_pages() -> None:
    document = read(seen(told(pages=["one\r\n\x1btwo", ""], notes=["first 20"]), picture_0=PIXELS), "pdf")

    assert (document.pages, document.notes) == (("one\n␛two", ""), ("first 20",))


def test_a_picture_is_its_pixels() -> None:
    assert read(seen(told(), picture_0=PIXELS), "picture").pictures[0].shape == (2, 3, 3)


@pytest.mark.parametrize(
    "claim",
    [
        seen(b"{"),
        seen(b"[]"),
        seen(b"[" * 100_000),
        seen({}),
        seen(told(fault=3)),
        seen(told(notes="x")),
        seen(told(notes=["x"] * 41)),
        seen(told(cells=3)),
        seen(told(cell(html_bytes=4)), b"abc"),
        seen(told(cell(html_bytes=-1)), b"abc"),
        seen(told(cell(html_bytes=True)), b"abc"),
        seen(told(cell(number="x")), b"abc"),
        seen(told(cell(source=None)), b"abc"),
        seen(told({}), b"abc"),
        seen(told(cell()), b"x" * (2 * 1024**2 + 1)),
        seen(told(), picture_0=PIXELS[0]),
        seen(told(), picture_0=PIXELS.astype(np.float32)),
        seen(told(), picture_0=np.zeros((2, 3, 4), np.uint8)),
        seen(told(), picture_0=np.zeros((0, 3, 3), np.uint8)),
        seen(told(), picture_0=np.zeros((2001, 2000, 3), np.uint8)),
        Observation("answered"),
        Observation("answered", {"told": np.zeros((2, 2))}),
    ],
)
def test_any_other_answer_is_a_document_that_cannot_be_shown(claim: Observation) -> None:
    document = read(claim)

    assert document.reason == "what the program that shows it said cannot be read"
    assert (document.cells, document.pictures, document.ours) == ((), (), False)


def test_a_picture_without_pixels_cannot_be_shown() -> None:
    assert read(seen(told()), "picture").reason == "what the program that shows it said cannot be read"


@pytest.mark.parametrize(
    ("observation", "reason", "ours"),
    [
        (seen(told(fault="it is encrypted\x1b")), "it is encrypted␛", False),
        (Observation("stopped", limit="memory"), "showing it takes more than is allowed (memory)", False),
        (Observation("left"), "the program that shows it could not read it", False),
        (Observation("raised"), "the program that shows it could not read it", False),
        (Observation("broken"), "the program that shows it failed, which is our fault", True),
    ],
)
def test_a_document_that_cannot_be_shown_says_why(observation: Observation, reason: str, ours: bool) -> None:
    document = read(observation)

    assert (document.reason, document.ours) == (reason, ours)


def test_pictures_that_are_not_there_are_not_named() -> None:
    document = read(seen(told(cell(pictures=[0, 1, -1, "x", True])), b"abc", picture_0=PIXELS))

    assert document.cells[0].pictures == (0,)


def test_so_many_of_each_kind_are_shown_those_near_the_top_first() -> None:
    paths = ["a/b/z.ipynb", "y.IPYNB", "a/x.ipynb", "a/w.ipynb", "r.pdf", "a/s.pdf", "1.png", "2.JPG", "3.jpeg",
             "x/4.png", "x/5.png", "code.py", "a.gif", "notes.txt"]  # fmt: skip

    chosen = documents_in(dict.fromkeys(paths, b""))

    assert chosen == (
        ("y.IPYNB", "notebook"),
        ("a/w.ipynb", "notebook"),
        ("a/x.ipynb", "notebook"),
        ("r.pdf", "pdf"),
        ("1.png", "picture"),
        ("2.JPG", "picture"),
        ("3.jpeg", "picture"),
        ("x/4.png", "picture"),
    )


def test_what_is_too_large_is_not_tried() -> None:
    document = untried("a.png", "picture", bytes(32 * 1024**2 + 1))

    assert document is not None
    assert document.reason == "it is larger than 32 MiB"
    assert untried("a.png", "picture", b"") is None


def test_the_run_of_a_document_rests_on_its_bytes_alone() -> None:
    assert file_name(b"a") != file_name(b"b")
    assert document_run("pdf", "x") == document_run("pdf", "x")
    assert document_run("pdf", "x").args == {"file": "x"}


@pytest.fixture
def rubric(tmp_path: Any) -> Rubric:
    """The tiny rubric without its written part."""
    loaded = load_rubric(tiny.write_course(tmp_path))
    return replace(loaded, parts=loaded.parts[:1])


def with_part(rubric: Rubric, **changes: Any) -> Rubric:
    """The rubric with a part changed."""
    part: Part = replace(rubric.parts[0], **changes)
    return replace(rubric, parts=(part,))


def test_a_course_in_which_nobody_reads_anything_shows_nothing(rubric: Rubric) -> None:
    assert are_wanted(rubric) is False


@pytest.mark.parametrize(
    "changes",
    [
        {"written": (WrittenItem("w", "why", 1.0),)},
        {"plots": (Plot("image", "figures", "ragged", "t"),)},
        {"checks": (Check("i", "image", {}, 1.0, ()),)},
    ],
    ids=["written", "plot of a figure", "check of a figure"],
)
def test_a_part_that_people_read_makes_documents_wanted(rubric: Rubric, changes: dict[str, Any]) -> None:
    assert are_wanted(with_part(rubric, **changes)) is True
