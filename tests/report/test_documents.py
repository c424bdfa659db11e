"""Documents on a page: notebooks in frames without rights, PDFs and pictures, as much as there is room for."""

from __future__ import annotations

import html as entities
from pathlib import Path

import numpy as np
import pytest

from grader.kept.documents import FOLDER, keep
from grader.nouns.judged import ShownDocument
from grader.nouns.seen import Document, DocumentCell
from grader.report import markup
from grader.report.documents import MOST_FRAMES, Shelf, document_views
from grader.report.model import DocumentView

PLOT = np.full((30, 40, 3), 200, np.uint8)


def cells(*raised: int, count: int = 6) -> tuple[DocumentCell, ...]:
    """Cells, of which some raised; the third shows a picture."""
    return tuple(
        DocumentCell(
            number,
            "code",
            f"x{number}",
            f'<div id="x" class="cell"><pre>cell {number}</pre></div>' + '<img src="picture:0">' * (number == 3),
            raised=f"ValueError: {number}" if number in raised else "",
        )
        for number in range(1, count + 1)
    )


def book(*raised: int, count: int = 6) -> Document:
    """A notebook."""
    return Document("notebook", "a.ipynb", "5" * 64, cells=cells(*raised, count=count), pictures=(PLOT,), notes=("n",))


def view(out: Path, *documents: Document, room: int = 400_000) -> tuple[DocumentView, ...]:
    """What a page says of these documents."""
    return document_views([keep(out, document) for document in documents], Shelf(out, room))


def inside(document: str) -> str:
    """The HTML that a browser reads from the attribute."""
    return entities.unescape(document)


def test_a_notebook_without_errors_is_one_frame(tmp_path: Path) -> None:
    (shown,) = view(tmp_path, book())

    assert [(frame.first, frame.last, frame.title) for frame in shown.frames] == [(1, 6, "a.ipynb, cells 1 to 6")]
    assert shown.raised == ()
    assert shown.title == "Notebook a.ipynb"


def test_a_cell_that_raised_begins_a_frame_to_which_it_links(tmp_path: Path) -> None:
    (shown,) = view(tmp_path, book(3, 5))

    assert [(frame.first, frame.last) for frame in shown.frames] == [(1, 2), (3, 4), (5, 6)]
    assert [(cell.name, cell.text) for cell in shown.raised] == [
        ("cell 3", "ValueError: 3"),
        ("cell 5", "ValueError: 5"),
    ]
    assert [cell.anchor for cell in shown.raised] == [shown.frames[1].id, shown.frames[2].id]
    assert len({frame.id for frame in shown.frames}) == 3


def test_many_errors_share_the_last_frame(tmp_path: Path) -> None:
    (shown,) = view(tmp_path, book(*range(1, 31), count=30))

    assert len(shown.frames) == MOST_FRAMES
    assert shown.raised[19].anchor == shown.frames[-1].id
    assert shown.raised[-1].name == "and 10 more"


def test_a_frame_has_a_policy_and_its_pictures_in_it(tmp_path: Path) -> None:
    (shown,) = view(tmp_path, book())
    document = inside(shown.frames[0].document)

    assert document.startswith('<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy"')
    assert markup.FRAME_POLICY in document
    assert document.count('src="data:image/png;base64,') == 1
    assert '"' not in shown.frames[0].document


def test_a_picture_is_shown_once_however_often_it_is_named(tmp_path: Path) -> None:
    often = DocumentCell(
        1, "code", "", '<img src="picture:0" alt="a">' * 500 + 'src="picture:0"' + '<img src="picture:7">'
    )

    (shown,) = view(tmp_path, Document("notebook", "a.ipynb", "5" * 64, cells=(often,), pictures=(PLOT,)))

    assert inside(shown.frames[0].document).count("base64") == 1
    assert "picture:7" not in inside(shown.frames[0].document)


def test_what_does_not_fit_is_left_out_and_said(tmp_path: Path) -> None:
    (shown,) = view(tmp_path, book(), room=300)

    assert len(shown.frames) <= 1
    assert any("left out here, so that this page stays small enough to send" in note for note in shown.notes)


def test_without_room_nothing_is_shown_and_it_is_said(tmp_path: Path) -> None:
    report = Document("pdf", "r.pdf", "5" * 64, pages=("one",), pictures=(PLOT,))

    notebook, pdf = view(tmp_path, book(), report, room=0)

    assert (notebook.frames, pdf.texts, pdf.pictures) == ((), (), ())
    assert all("left out here" in each.notes[-1] for each in (notebook, pdf))


def test_documents_share_the_room(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 300, 3), np.uint8)
    pictures = [Document("picture", f"{at}.png", "5" * 64, pictures=(np.roll(noise, at, 0),)) for at in range(4)]

    size = len(view(tmp_path, pictures[0])[0].pictures[0].src)

    shown = view(tmp_path, *pictures, room=5 * size // 2)

    assert [len(each.pictures) for each in shown] == [1, 1, 0, 0]


def test_a_long_notebook_leaves_room_for_the_report(tmp_path: Path) -> None:
    long = tuple(DocumentCell(number, "code", "", f"<pre>{'x' * 9_000}</pre>") for number in range(1, 41))
    report = Document("pdf", "r.pdf", "5" * 64, pages=("one",), pictures=(PLOT,))

    notebook, pdf = view(tmp_path, Document("notebook", "a.ipynb", "5" * 64, cells=long), report, room=100_000)

    assert (notebook.frames[0].last, len(pdf.pictures)) == (11, 1)


def test_a_pdf_shows_its_text_and_its_pages(tmp_path: Path) -> None:
    report = Document("pdf", "r.pdf", "5" * 64, pages=("one", " ", "注意力机制把解码器"), pictures=(PLOT,))

    (shown,) = view(tmp_path, report)

    assert shown.texts == (("page 1", "one", ""), ("page 3", "注意力机制把解码器", "zh"))
    assert [(each.width, each.height) for each in shown.pictures] == [(40, 30)]
    assert shown.pictures[0].alt == "Page 1 of r.pdf as a picture; its text stands above it"


def test_a_document_that_cannot_be_shown_says_why(tmp_path: Path) -> None:
    (shown,) = view(tmp_path, Document("pdf", "r.pdf", "5" * 64, reason="it is encrypted"))

    assert shown.reason == "It could not be shown: it is encrypted."


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    kept = keep(tmp_path, book())
    for path in (tmp_path / FOLDER).iterdir():
        path.unlink()

    (shown,) = document_views([kept], Shelf(tmp_path))

    assert shown.reason == "It could not be shown: the file with its content is missing."


@pytest.mark.parametrize("name", ["../results.json", "/etc/passwd", "x"])
def test_a_name_that_leads_elsewhere_shows_nothing(tmp_path: Path, name: str) -> None:
    (shown,) = document_views([ShownDocument("notebook", "a.ipynb", name, (name,))], Shelf(tmp_path))

    assert (shown.frames, shown.pictures) == ((), ())


def test_a_frame_of_chinese_says_so(tmp_path: Path) -> None:
    cell = DocumentCell(1, "markdown", "", "<p>注意力机制把解码器的隐藏状态</p>" + "<pre>x = 1</pre>" * 90)

    (shown,) = view(tmp_path, Document("notebook", "a.ipynb", "5" * 64, cells=(cell,)))

    assert '<html lang="zh">' in inside(shown.frames[0].document)


# --- cleaning ---


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<p>a<b>b</b></p>", "<p>a<b>b</b></p>"),
        ("<script>x</script>y", "y"),
        ("<style>x</style>y", "y"),
        ('<a href="javascript:x">y</a>', "y"),
        ('<img src="http://x/y.png" alt="z">', '<img alt="z">'),
        ('<img src="data:image/png;base64,QUJD" onerror="x">', "<img>"),
        ('<img src="picture:3" width="1 onload=x">', '<img src="picture:3">'),
        ('<img src="picture:3 onload=x">', "<img>"),
        ('<img alt="a<b>&quot;c">', '<img alt="abc">'),
        ('<td colspan="2" rowspan="x" style="x">', ""),
        ('<table class="dataframe"><tr><td colspan="2">a</td></tr></table>',
         '<table class="dataframe"><tbody><tr><td colspan="2">a</td></tr></tbody></table>'),
        ('<p class="fix" id="x" onclick="y">z</p>', "<p>z</p>"),
        ("<svg onload=x><p>y</p></svg>", "<p>y</p>"),
        ("a&#x202e;b\x07", "a\\u202eb␇"),
        ("<math display='block' href='x'><mi>a</mi></math>", '<math display="block"><mi>a</mi></math>'),
    ],
)  # fmt: skip
def test_a_cell_keeps_what_is_text_tables_and_maths(source: str, kept: str) -> None:
    assert markup.clean_cell(source) == kept


def test_a_cell_of_too_many_tags_is_not_cleaned() -> None:
    assert markup.clean_cell("<div>" * 12_001) == "<p><em>This cell is too intricate to be shown.</em></p>"


def test_coloured_words_are_not_intricate() -> None:
    code = '<span class="n">word</span> ' * 30_000

    assert markup.clean_cell(code) == code


def test_a_notebook_that_would_take_long_to_clean_is_cut(tmp_path: Path) -> None:
    deep = tuple(DocumentCell(at, "code", "", "<div>" * (11_000 - at)) for at in range(1, 8))

    (shown,) = view(tmp_path, Document("notebook", "a.ipynb", "5" * 64, cells=deep), room=10**7)

    assert [(frame.first, frame.last) for frame in shown.frames] == [(1, 4)]
    assert "the last 3 cells left out here" in shown.notes[0]
