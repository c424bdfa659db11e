"""Door report: notebooks, PDFs and pictures that mean harm, from their bytes to the page that shows them.

What cannot be shown says so, costs no point and takes nothing with it; what is shown holds nothing that lives, and a
browser asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.intake import documents as documents_room
from grader.kept.documents import keep
from grader.nouns.seen import Document, DocumentCell
from grader.opener import Opener
from grader.report.site import write_site
from tests.hostile.documents import (
    LIVE,
    PICTURE,
    code,
    displayed,
    encoded,
    live_notebook,
    markdown,
    notebook,
    pdf,
    png,
    stream,
    words,
)
from tests.hostile.pages import faults
from tests.report import sample_class

ACTIONS = (
    b'/OpenAction << /S /JavaScript /JS (app.launchURL\\("http://192.0.2.1"\\)) >> '
    b"/AA << /O << /S /URI /URI (http://192.0.2.1) >> >> "
)
OTHERS = {
    "depth": (b'{"cells":' * 100_000, "it is nested too deeply"),
    "types": (notebook(3, [], markdown(7), code(None, 3, displayed("text/html", {"a": 1}))), ""),
    "not JSON": (b"\x00" * 10_000, "it is no notebook"),
    "no cells": (b"{}", "it has no list of cells"),
    "deep HTML": (notebook(*[code("x", *[displayed("text/html", "<div>" * 4_000)] * 40)] * 5), ""),
    "a thousand pictures": (notebook(code("x", *[displayed("image/png", encoded(PICTURE))] * 1_000)), ""),
    "bombs in cells": (notebook(*[code("x", displayed("image/png", encoded(png(12_000, 12_000))))] * 20), ""),
    "long lines": (notebook(code("x" * 10**6, stream("y" * 10**6))), ""),
    "500 cells": (notebook(*[code("x = 1", stream("y"))] * 500), ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def opener() -> Iterator[Opener]:
    with Opener(best_level(), shows=True) as opener:
        yield opener


@pytest.fixture(scope="module")
def documents(opener: Opener) -> tuple[Document, ...]:
    """What the jail says of the three files."""
    huge = words("<script>alert(1)</script>\nProblem 1") + b" " * (64 * 1024**2)
    files = {
        "live.ipynb": live_notebook(),
        "bomb.png": png(16_000, 10_000),
        "script.pdf": pdf(huge, extra=ACTIONS, packed=True),
    }
    return opener.documents(files)


def page_of(out: Path, documents: tuple[Document, ...]) -> Path:
    """The page for staff on which these documents stand."""
    results = sample_class.sample_results()
    shown = tuple(keep(out, document) for document in documents)
    write_site(out, replace(results, submissions=(replace(results.submissions[0], documents=shown),), groups=()))
    return out / "staff" / "anna.html"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, documents: tuple[Document, ...]) -> Path:
    """Their page."""
    return page_of(tmp_path_factory.mktemp("out"), documents)


def test_each_is_shown_or_says_why_not(documents: tuple[Document, ...]) -> None:
    book, report, picture = documents

    assert (book.reason, len(book.cells)) == ("", 3 * len(LIVE) + 4)
    assert (report.reason, report.pages) == ("", ("<script>alert(1)</script>\nProblem 1",))
    assert picture.reason == "it unfolds to more than 50 megapixels; 25 are allowed"


def test_the_page_holds_nothing_that_lives(page: Path) -> None:
    assert faults(page.read_text(encoding="utf-8")) == []


def test_the_parser_of_the_tests_sees_what_lives(page: Path) -> None:
    html = page.read_text(encoding="utf-8")

    found = faults(html.replace('sandbox=""', "").replace("<section>", "<section onclick=x><script>1</script>"))

    assert {"frame with rights", "element script in a frame", "onclick='x' in a frame"} <= set(found)


def test_names_errors_and_reasons_are_text(tmp_path: Path) -> None:
    told = tuple(LIVE.values())
    cells = [(DocumentCell(1, "code", "", "<p>x</p>", raised=text),) for text in told]
    books = [
        Document("notebook", text, "5" * 64, cells=each, notes=(text,)) for each, text in zip(cells, told, strict=True)
    ]
    reports = [Document("pdf", text, "5" * 64, pages=(text,), notes=(text,)) for text in told]
    lost = [Document("picture", text, "5" * 64, reason=text) for text in told]

    html = page_of(tmp_path, (*books, *reports, *lost)).read_text(encoding="utf-8")

    assert faults(html) == []
    assert html.count("<iframe ") == len(told)


@pytest.mark.parametrize(("data", "why"), OTHERS.values(), ids=OTHERS)
def test_no_notebook_breaks_its_page(opener: Opener, tmp_path: Path, data: bytes, why: str) -> None:
    documents = opener.documents({"a.ipynb": data})

    html = page_of(tmp_path, documents).read_text(encoding="utf-8")

    assert why in documents[0].reason if why else documents[0].reason == ""
    assert faults(html) == []
    assert len(html.encode()) <= 1_000_000
    assert ("It could not be shown" in html) is bool(why)


def test_a_notebook_beyond_its_cap_is_not_even_sent(opener: Opener) -> None:
    (document,) = opener.documents({"a.ipynb": bytes(64 * 1024**2 + 1)})

    assert document.reason == "it is larger than 64 MiB"


def test_an_encrypted_pdf_says_so(opener: Opener) -> None:
    locked = pdf(words("x")).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter"
        b" /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>",
    )

    (document,) = opener.documents({"r.pdf": locked})

    assert document.reason == "it is encrypted"


def test_a_pdf_without_end_is_stopped(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents_room, "LIMITS", replace(documents_room.LIMITS, cpu_s=1.0))

    (document,) = opener.documents({"r.pdf": pdf(b"0 0 m 300 200 l S " * 200_000, packed=True)})

    assert document.reason == "showing it takes more than is allowed (cpu)"


@pytest.mark.slow
def test_a_browser_asks_for_nothing_and_says_nothing(page: Path, browser: object) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 8_000})  # type: ignore[attr-defined]
    opened = context.new_page()
    seen: list[str] = []
    opened.on("request", lambda asked: seen.append(asked.url))
    opened.on("console", lambda message: seen.append(message.text))
    opened.on("pageerror", lambda error: seen.append(str(error)))
    opened.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    opened.goto(page.as_uri())
    title = opened.title()
    opened.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    frames = opened.locator("iframe").count()
    for number in range(frames):
        opened.locator("iframe").nth(number).scroll_into_view_if_needed()
        opened.locator("iframe").nth(number).hover()
    opened.wait_for_timeout(200)
    shown = [frame.inner_text("body") for frame in opened.frames[1:]]
    where, after = opened.url, opened.title()
    context.close()

    assert (where, after) == (page.as_uri(), title)
    assert len(shown) == frames > 1
    assert any("<script>parent.document.title" in text for text in shown)
    assert [each for each in seen if not each.startswith((page.as_uri(), "data:image/", "about:srcdoc"))] == []
