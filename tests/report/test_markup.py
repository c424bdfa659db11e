"""Tests of grader/report/markup.py: what a student wrote never becomes anything but text and formulas."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader
from grader.report import markup
from grader.safetext import safe_text
from tests.report.conftest import parsed
from tests.report.sample_class import HOSTILE

MATHML = "{http://www.w3.org/1998/Math/MathML}"
LIVE = {
    "script",
    "style",
    "img",
    "iframe",
    "svg",
    "a",
    "object",
    "embed",
    "form",
    "input",
    "link",
    "meta",
    "base",
    "video",
}


def elements(html: str) -> set[str]:
    """The names of all elements in a piece of markup."""
    tree, _ = parsed(html)
    return {str(element.tag) for element in tree.iter()} - {"html", "head", "body"}


@pytest.mark.parametrize("attack", [*HOSTILE, *(f"$\\text{{{text}}}$" for text in HOSTILE)])
def test_no_attack_becomes_an_element(attack: str) -> None:
    assert not elements(markup.written(attack)) & LIVE


@pytest.mark.parametrize(
    "attack",
    ["[x](javascript:alert(1))", "![x](http://example.org/x.png)", "<http://example.org>", "[a]: http://example.org\n\n[a]",
     "$\\href{javascript:alert(1)}{x}$", "$$\\htmlClass{a}{x}$$", "<a href=x>y</a>"],
)  # fmt: skip
def test_links_and_pictures_stay_source(attack: str) -> None:
    html = markup.written(attack)

    assert not elements(html) & LIVE
    assert "href=" not in html.replace("&", "") or "&lt;a href" in html


def test_markdown_becomes_paragraphs_lists_code_and_tables() -> None:
    html = markup.written("**a**\n\n1. b\n\n`c`\n\n|d|e|\n|-|-|\n|1|2|")

    assert {"strong", "ol", "li", "code", "table", "td"} <= elements(html)


def test_lines_stay_lines() -> None:
    assert markup.written("p1 = 4/9\np2 = 3/8").count("<br>") == 1


def test_headings_fit_below_those_of_the_page() -> None:
    html = markup.written("# One\n\nTwo\n===")

    assert elements(html) == {"h5"}


def test_a_formula_becomes_mathml() -> None:
    html = markup.written("so $x^2$ and $$\\frac{a}{b}$$")

    assert {"math", "msup", "mfrac"} <= {name.removeprefix(MATHML) for name in elements(html)}
    assert 'display="block"' in html


def test_aligned_lines_stay_lines() -> None:
    assert str(markup.formula(r"\begin{aligned}a&=b\\c&=d\end{aligned}", display=True)).count("<mtr>") == 2


@pytest.mark.parametrize(
    "source", [r"\frac{a}{", r"\def\a{\a\a}\a", "x" * 2001, "{" * 65 + "}" * 65, r"\begin{align*}", r"\left("]
)
def test_a_formula_that_cannot_be_made_shows_its_source(source: str) -> None:
    html = markup.formula(source)

    assert html == markup.Markup("<code>") + source + markup.Markup("</code>")


@pytest.mark.parametrize("text", ["it costs $5 and $6", "a $ b $ c", "no $", "$$"])
def test_money_is_no_formula(text: str) -> None:
    assert "math" not in markup.written(text)


def test_only_so_many_formulas_are_made() -> None:
    html = markup.written("$a$ " * (markup.MAX_FORMULAS + 3))

    assert html.count("<math") == markup.MAX_FORMULAS


def test_an_empty_answer_is_nothing() -> None:
    assert markup.written(" \n ") == ""


def test_an_answer_that_breaks_the_renderer_is_shown_as_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(source: str) -> str:
        raise RecursionError

    monkeypatch.setattr(markup, "_clean", stumble)

    assert markup.written("a < b") == "<pre>a &lt; b</pre>"


def test_unseen_characters_become_signs() -> None:
    html = markup.written("a\u202eb\x07")

    assert "\\u202e" in html
    assert "␇" in html


@pytest.mark.parametrize("name", ["&#x202e;", "&#8203;", "&rlm;", "&#x2066;", "&shy;", "&#xE0041;", "&#xFEFF;"])
def test_nor_do_they_come_in_by_their_names(name: str) -> None:
    html = markup.written(f"a {name} b\n\n| {name} | x |\n|---|---|\n\n&nbsp;&amp; $x$")

    assert [sign for sign in html if not (sign.isprintable() or sign == "\n")] == []
    assert "&nbsp;&amp;" in html


@pytest.mark.parametrize(
    ("text", "language"),
    [("注意力机制", "zh"), ("アテンションの仕組み", "ja"), ("어텐션 메커니즘", "ko"), ("attention", ""), ("", ""),
     ("a long English sentence with 一 sign", "")],
)  # fmt: skip
def test_language_is_told_by_the_script(text: str, language: str) -> None:
    assert markup.language_of(text) == language


@pytest.mark.parametrize("name", ["page.js", "index.js"])
def test_the_policy_allows_our_script_and_nothing_else(name: str) -> None:
    policy = markup.content_policy(name)

    assert policy.startswith("default-src 'none'; ")
    assert "script-src 'sha256-" in policy
    assert "http" not in policy


def test_no_other_module_calls_text_safe() -> None:
    room = Path(grader.__file__).parent / "report"
    words = ("Markup(", "|safe", "| safe", "autoescape false", "__html__")

    found = [
        path.name
        for path in sorted(room.rglob("*"))
        if path.suffix in (".py", ".j2") and any(word in path.read_text(encoding="utf-8") for word in words)
    ]

    assert found == ["markup.py"]


@pytest.mark.parametrize(
    "text", ["", "plain words", "a" * 5_000, "<b> & \\", "~", "a\tb\nc", "a\x1b[2J", "caf\xe9 \u202e"]
)
def test_what_is_shown_is_safe_text_whether_or_not_it_is_looked_through(text: str) -> None:
    assert markup.shown(text) == safe_text(text, columns=10**9, lines=10**9, size=10**9)
