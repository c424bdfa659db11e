"""What is kept of documents is named by what it holds, and read back only if it is that."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.kept.documents import FOLDER, keep, read_content, read_picture
from grader.nouns.seen import Document, DocumentCell

PLOT = np.full((30, 40, 3), 255, np.uint8)
PHOTOGRAPH = np.random.default_rng(3).integers(0, 256, (400, 500, 3), np.uint8)
CELLS = (DocumentCell(1, "markdown", "# a", "<h1>a</h1>"), DocumentCell(2, "code", "b", "<pre>中</pre>", "E: x", (0,)))
NOTEBOOK = Document("notebook", "a.ipynb", "5" * 64, cells=CELLS, pictures=(PLOT,), notes=("n",))


def test_a_notebook_is_read_back_as_it_was(tmp_path: Path) -> None:
    shown = keep(tmp_path, NOTEBOOK)

    assert read_content(tmp_path, shown.content).cells == ((1, "<h1>a</h1>"), (2, "<pre>中</pre>"))
    assert (shown.raised, shown.notes, shown.path, shown.kind) == ({2: "E: x"}, ("n",), "a.ipynb", "notebook")


def test_the_pages_of_a_pdf_are_read_back(tmp_path: Path) -> None:
    shown = keep(tmp_path, Document("pdf", "r.pdf", "5" * 64, pages=("one", "two")))

    assert read_content(tmp_path, shown.content).pages == ("one", "two")


def test_a_picture_is_written_anew_from_its_pixels(tmp_path: Path) -> None:
    (name,) = keep(tmp_path, NOTEBOOK).pictures

    picture = read_picture(tmp_path, name)

    assert picture is not None
    assert (picture.width, picture.height) == (40, 30)
    data = base64.b64decode(picture.src.removeprefix("data:image/png;base64,"))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), PLOT)


def test_a_photograph_is_kept_as_jpeg(tmp_path: Path) -> None:
    (name,) = keep(tmp_path, Document("picture", "a.png", "5" * 64, pictures=(PHOTOGRAPH,))).pictures

    picture = read_picture(tmp_path, name)

    assert picture is not None
    assert picture.src.startswith("data:image/jpeg;base64,")
    assert picture.size_bytes < PHOTOGRAPH.size


def test_equal_documents_are_kept_once(tmp_path: Path) -> None:
    first, second = keep(tmp_path, NOTEBOOK), keep(tmp_path, NOTEBOOK)

    assert (first, len(list((tmp_path / FOLDER).iterdir()))) == (second, 2)


def test_a_document_that_cannot_be_shown_keeps_its_reason_and_no_file(tmp_path: Path) -> None:
    shown = keep(tmp_path, Document("pdf", "r.pdf", "5" * 64, reason="it is encrypted"))

    assert (shown.reason, shown.content, shown.pictures) == ("it is encrypted", "", ())
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.parametrize("name", ["", "none.json", "../../etc/passwd", "../results.json", "/etc/passwd"])
def test_a_file_that_is_not_there_is_nothing(tmp_path: Path, name: str) -> None:
    assert read_content(tmp_path, name).cells == ()
    assert read_picture(tmp_path, name) is None


def test_a_file_that_was_changed_is_nothing(tmp_path: Path) -> None:
    shown = keep(tmp_path, NOTEBOOK)
    for path in (tmp_path / FOLDER).iterdir():
        path.write_bytes(path.read_bytes() + b" ")

    assert read_content(tmp_path, shown.content).cells == ()
    assert read_picture(tmp_path, shown.pictures[0]) is None
