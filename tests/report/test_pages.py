"""Tests of grader/report/pages.py and the templates: whole pages, parsed as HTML5."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from grader.nouns.judged import Results
from grader.report import markup
from tests.report import sample_class as sample
from tests.report.conftest import parsed

PEOPLE = [submission.id for submission in sample.sample_results().submissions]
PAGES = ["index", "anna", "ben", "erin", "ivan", "kofi", "王小明", "staff/ben", "staff/farid", "staff/ivan"]
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "section", "script"),
    *("p", "h1", "h2", "h3", "h5", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "em", "br", "hr", "s"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "img", "pre", "code"),
    *("blockquote", "details", "summary", "label", "input", "button", "svg", "rect"),
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "munder"),
}
ATTRIBUTES = {
    *("class", "id", "lang", "href", "src", "alt", "width", "height", "scope", "title", "role", "tabindex", "type"),
    *("hidden", "open", "placeholder", "viewBox", "x", "y", "preserveAspectRatio", "http-equiv", "content"),
    *("charset", "name", "display", "stretchy", "fence", "form", "start"),
}


def elements(html: str) -> Iterator[tuple[str, Element]]:
    """Every element of a page with its name, whatever language it belongs to."""
    tree, _ = parsed(html)
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield element.tag.rpartition("}")[2], element


def attributes(html: str) -> Iterator[tuple[str, str]]:
    """Every attribute of a page with its value."""
    for _, element in elements(html):
        yield from element.attrib.items()


@pytest.fixture(params=PAGES)
def html(request: pytest.FixtureRequest, site: Path) -> str:
    """The text of one page."""
    return (site / f"{request.param}.html").read_text(encoding="utf-8")


def test_a_page_is_html5_without_an_error(html: str) -> None:
    _, errors = parsed(html)

    assert errors == []


def test_a_page_holds_known_elements_only(html: str) -> None:
    assert {name for name, _ in elements(html)} <= ELEMENTS


def test_a_page_holds_known_attributes_only(html: str) -> None:
    names = {name for name, _ in attributes(html) if not name.startswith(("aria-", "data-"))}

    assert names <= ATTRIBUTES


def test_a_page_leads_nowhere_but_to_itself_and_its_siblings(html: str) -> None:
    allowed = re.compile(
        r"#[\w%-]+|(\.\./)?(staff/)?[\w%.-]+\.html(#[\w%-]+)?|data:image/(png|svg\+xml);base64,[\w+/=]+"
    )
    addresses = [value for name, value in attributes(html) if name in ("href", "src")]

    assert [address for address in addresses if not allowed.fullmatch(address)] == []


def test_a_page_has_one_script_and_its_policy_allows_just_that(html: str) -> None:
    scripts = ["".join(element.itertext()) for name, element in elements(html) if name == "script"]
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    head = next(element for name, element in elements(html) if name == "head")

    assert len(scripts) == 1
    assert head[0].attrib["http-equiv"] == "Content-Security-Policy"
    assert f"script-src 'sha256-{digest}'" in head[0].attrib["content"]


def test_a_page_has_each_id_once_and_every_place_it_links_to(html: str) -> None:
    ids = [value for name, value in attributes(html) if name == "id"]
    wanted = {value[1:] for name, value in attributes(html) if name == "href" and value.startswith("#")}
    wanted |= {value for name, value in attributes(html) if name == "aria-labelledby"}

    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)


def test_a_page_holds_no_unseen_character(html: str) -> None:
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html) is None


def test_a_page_stays_below_one_megabyte(html: str) -> None:
    assert len(html.encode()) <= 1_000_000


def test_every_picture_has_a_text(html: str) -> None:
    assert all(element.attrib["alt"] for name, element in elements(html) if name == "img")


def test_a_template_in_a_text_is_not_run(student_page: Callable[[str], str]) -> None:
    assert "{{ 7 * 7 }}" in student_page("ivan")


# --- what a student must not see --------------------------------------------------------------------------------------


SECRETS = (
    *(sample.HIDDEN_STDOUT, sample.HIDDEN_MESSAGE, sample.STAFF_DETAIL, sample.MISTAKE, sample.GROUP, str(sample.SEED)),
    *("self.h_projection(last_cell)", "c0, case train", "MultiheadAttention", "rubrics/a4.yaml"),
)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_student_page_holds_nothing_that_is_for_staff(student_page: Callable[[str], str], name: str) -> None:
    html = student_page(name)

    assert [secret for secret in SECRETS if secret in html] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_a_student_page_names_no_other_person(student_page: Callable[[str], str], name: str) -> None:
    html = student_page(name)
    text = html[html.index("<body>") : html.index("<script>")]
    body = re.sub(r"data:image/[^\"]+", "", text)

    assert [other for other in PEOPLE if other != name and re.search(rf"\b{other}\b", body)] == []


def test_a_student_page_has_no_picture_of_a_hidden_case(
    student_page: Callable[[str], str], staff_page: Callable[[str], str]
) -> None:
    student, staff = (page("ben").count("<img ") for page in (student_page, staff_page))

    assert (student, staff) == (10, 13)


@pytest.mark.parametrize(
    "told",
    [sample.HIDDEN_STDOUT, sample.STAFF_DETAIL, sample.MISTAKE, "+        cell = self.h_projection", str(sample.SEED),
     "c0, case train", "MultiheadAttention", "rubrics/a4.yaml"],
)  # fmt: skip
def test_staff_read_all_of_it(staff_page: Callable[[str], str], told: str) -> None:
    assert told in staff_page("ben").replace("&#39;", "'")


def test_staff_read_the_message_and_traceback_of_a_hidden_case(staff_page: Callable[[str], str]) -> None:
    html = staff_page("farid")

    assert sample.HIDDEN_MESSAGE in html
    assert sample.TRACEBACK in html


def test_staff_find_the_way_to_a_group_of_equal_answers(staff_page: Callable[[str], str]) -> None:
    html = staff_page("chloé")

    assert sample.GROUP in html
    assert 'href="../index.html#unexplained"' in html


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("anna", "Full marks."),
        ("ben", "Fix this first: 4 points"),
        ("ben", "Consistent with a known mistake"),
        ("ben", "412 times the tolerance"),
        ("ben", "Fails only with padding. Smallest case that fails: lengths [2, 1]: fails as soon as two sentences"),
        ("ben", "The dashed grey line behind yours is the expected one."),
        ("ben", "1 picture of hidden cases is shown to staff only."),
        ("ben", "A person will read this: 2 points pending."),
        ("ben", "What a reader looks for"),
        ("ben", sample.PUBLIC_STDOUT),
        ("chloé", "yours is (7, 4, 6), expected is (4, 7, 6) = (b, s, 2h)."),
        ("dmitri", "Called from nmt_model.py:210 in decode."),
        ("dmitri", "Not available: yours."),
        ("erin", "1e and 1f wait for the same thing."),
        ("erin", 'The same error as in <a href="#part-1d">1d Encoder</a>.'),
        ("erin", "No answer was found as text. A reader looks into the files that were handed in."),
        ("farid", "This happened on a hidden case, so its message is shown to staff only."),
        ("farid", "stopped (memory): allowed 2.0 GiB, used 2.1 GiB"),
        ("grace", "Nobody loses points by this: 8 points stay open until the part has been run again."),
        ("hugo", "the model reads the future"),
        ("julia", "left out: evil.so: compiled code"),
        ("julia", "1 point taken off for repairs"),
        ("kofi", "the archive ends after 4,096 of 51,220 bytes"),
        ("王小明", "作业四/nmt_model.py"),
        ("anna", "Isolation strict: no network, no view of the course"),
        ("anna", "This file needs no network."),
    ],
)
def test_a_student_reads(student_page: Callable[[str], str], name: str, sentence: str) -> None:
    assert sentence in student_page(name)


@pytest.mark.parametrize(
    "sentence",
    ["What needs a person", "Not collected: nobody lost points by it (1)", "Unexplained equal answers",
     'id="unexplained"', "same_wrong_c0 = Mistake(", "Commonest mistakes", "6 all, 4 some, 1 none", "It is for staff"],
)  # fmt: skip
def test_the_class_page_says(site: Path, sentence: str) -> None:
    assert sentence in (site / "index.html").read_text(encoding="utf-8")


def test_an_answer_carries_its_language(student_page: Callable[[str], str]) -> None:
    assert 'lang="zh"' in student_page("王小明")


# --- colours ----------------------------------------------------------------------------------------------------------


def schemes() -> dict[str, dict[str, str]]:
    """The colours of the style sheet by scheme and name; what dark does not name is as in light."""
    light, dark = re.findall(r":root \{(.*?)\}", markup.style(), re.DOTALL)[:2]
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


VERDICTS = ("good", "bad", "warn", "wait", "ours", "none")
PAIRS = [
    *((ink, paper) for ink in ("ink", "quiet", "link", "bad", "good", "ours") for paper in ("ground", "card")),
    *((ink, "code") for ink in ("ink", "quiet")),
    *((verdict, paper) for verdict in VERDICTS for paper in (f"{verdict}-paper", "card")),
    ("ink", "bad-paper"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_ink_stands_out_from_paper(scheme: str, ink: str, paper: str) -> None:
    colours = schemes()[scheme]
    dark, bright = sorted(luminance(colours[name]) for name in (ink, paper))

    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_level_open_stands_out(results: Results, tmp_path: Path) -> None:
    from grader.report.site import write_site

    write_site(tmp_path, sample.sample_results(isolation="open"))
    html = (tmp_path / "anna.html").read_text(encoding="utf-8")

    assert '<p class="alarm">Isolation level <strong>open</strong>: no jail at all' in html
    assert '<p class="red">Isolation open' in html
