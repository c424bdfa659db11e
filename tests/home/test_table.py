"""Tests of grader/home/table.py."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser

from grader.home.table import TONES, html
from grader.home.terminal import lines
from grader.nouns.plain import Fault, Frame
from grader.nouns.seen import Observation
from tests.home.examples import SMALLEST, a_check, a_part, encoder, example_results

EXAMPLES = example_results()
EVENING = a_check(
    a_part(EXAMPLES["passed"], id_="1d"),
    a_part(replace(EXAMPLES["crash"], smallest=SMALLEST, only="only with a batch of one"), id_="1f"),
    a_part(EXAMPLES["known"], id_="1e", state="waiting", waits_for="1f"),
    first="1f",
    notes=("left out: old.pyc: compiled Python",),
)
EMPTY = frozenset({"br"})


class Page(HTMLParser):
    """The tags, attributes and texts of a piece of HTML; every tag that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open += [] if tag in EMPTY else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_table_and_the_card_say_what_a_terminal_says() -> None:
    said = " ".join("".join(Page(html(EVENING)).texts).split())

    for text in (
        "a4 · public checks · 3.1 s",
        "for 14 of 35 points; other inputs decide after hand-in",
        "✓ passed1dEncoderenc_hiddens (4, 7, 6), h0 and c0 (4, 3)",
        "… waiting for 1f1eEncoder",
        "1f Encoder: crashed in case ragged",
        "nmt_model.py:312: e_t = torch.bmm(enc_hiddens_proj, dec_hidden.unsqueeze(1))",
        "RuntimeError: Expected size for first two dimensions",
        "fails: only with a batch of one",
        "smallest case: lengths [2, 1]: fails as soon as two sentences differ in length; lengths [1, 1] passes",
        "more: !grade explain E-RAISED",
        "note: left out: old.pyc: compiled Python",
    ):
        assert text in said


@pytest.mark.parametrize("kind", list(EXAMPLES))
def test_every_word_of_a_card_in_the_terminal_is_in_the_table(kind: str) -> None:
    checked = a_check(a_part(EXAMPLES[kind]), first="1d")
    said = "".join("".join(Page(html(checked)).texts).split())

    card = [word for line in list(lines(checked, 100))[4:] for word in line.split()]

    assert not [word for word in card if word not in said]


def test_only_parts_that_are_asked_for_are_shown() -> None:
    said = "".join(Page(html(EVENING, ["1e"])).texts)

    assert "1d" not in said
    assert "1e Encoder: waiting for 1f; failed in case ragged" in said


def test_where_nothing_is_wrong_the_next_step_is_told() -> None:
    assert "next: grade pack" in html(a_check(a_part(EXAMPLES["passed"])))


def test_foreign_text_stays_text() -> None:
    script = "<script>alert(1)</script><img src=x onerror='alert(1)'>\x1b[2J\u202e"
    fault = Fault(script, script, (Frame(f"{script}.py", 1, script, ((1, script),)),))
    result = replace(encoder(ragged=Observation("raised", fault=fault)), id=script, title=script, hint=script)

    page = Page(html(a_check(a_part(result, note=script, place=script), first=script, notes=(script,), title=script)))

    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "iframe", "style", "link", "svg"})
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "\x1b" not in "".join(page.texts)


def test_nothing_is_fetched_and_nothing_runs() -> None:
    attributes = {name for _, attributes in Page(html(EVENING)).tags for name in attributes}

    assert attributes == {"style", "scope", "aria-hidden"}
    assert "url(" not in html(EVENING)


def test_a_verdict_is_never_told_by_colour_alone() -> None:
    assert all(state in html(a_check(a_part(EXAMPLES["passed"], state=state))) for state in TONES)


@pytest.fixture(scope="module")
def widths(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], tuple[int, list[str]]]:
    """(scheme, width) -> how wide the page is in Chromium, and what the console said."""
    folder = tmp_path_factory.mktemp("table")
    found = {}
    for scheme, colours in {"light": "background:#fff;color:#1f2328", "dark": "background:#111;color:#ddd"}.items():
        path = folder / f"{scheme}.html"
        page_text = f"<!doctype html><meta charset=utf-8><body style='{colours}'>{html(EVENING)}</body>"
        path.write_text(page_text, encoding="utf-8")
        for width in (400, 1000):
            said: list[str] = []
            page = browser.new_page(viewport={"width": width, "height": 600})
            page.on("console", lambda message, said=said: said.append(message.text))
            page.goto(path.as_uri())
            found[scheme, width] = (page.evaluate("document.documentElement.scrollWidth"), said)
            page.close()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("width", [400, 1000])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_cell_of_a_notebook_is_not_overflown(
    widths: dict[tuple[str, int], tuple[int, list[str]]], scheme: str, width: int
) -> None:
    assert widths[scheme, width] == (width, [])
