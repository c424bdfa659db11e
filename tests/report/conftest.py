"""A sample class, its pages, and how tests read them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.report.arrays import EXPECTED, array_file
from grader.report.audience import Audience
from grader.report.model import PartCard, SubmissionPage
from grader.report.part_card import Space, part_card
from grader.report.pictures import Gallery
from grader.report.site import write_site
from grader.report.submission_page import submission_page
from tests.report import sample_class

STUDENT, STAFF, REVEALED = Audience(staff=False), Audience(staff=True), Audience(staff=False, reveal=True)
ROOMY = Space(picture_px=512, text_chars=20_000)


@pytest.fixture(scope="session")
def results() -> Results:
    """The results of the sample class."""
    return sample_class.sample_results()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, results: Results) -> Path:
    """A folder with the arrays and all pages of the sample class."""
    out = tmp_path_factory.mktemp("out")
    sample_class.write_sample_arrays(out)
    write_site(out, results)
    return out


@pytest.fixture(scope="session")
def student_page(site: Path) -> Callable[[str], str]:
    """The text of the page that a student gets, by id."""
    return lambda name: (site / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def staff_page(site: Path) -> Callable[[str], str]:
    """The text of the page that staff read, by id."""
    return lambda name: (site / "staff" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def card(results: Results, site: Path) -> Callable[..., PartCard]:
    """The card of a part, for an audience."""

    def of(part: PartResult, audience: Audience = STUDENT, space: Space = ROOMY) -> PartCard:
        gallery = Gallery(array_file(site / "arrays", "ben.safetensors"), array_file(site / "arrays", EXPECTED))
        return part_card(part, results.submissions[1], results, audience, gallery, space)

    return of


@pytest.fixture
def page(results: Results) -> Callable[..., SubmissionPage]:
    """The page of a submission without arrays, for an audience."""

    def of(submission: SubmissionResult, audience: Audience = STUDENT) -> SubmissionPage:
        nowhere = array_file(Path("nowhere"), "")
        return submission_page(submission, results, audience, Gallery(nowhere, nowhere), ROOMY)

    return of


@pytest.fixture
def person(results: Results) -> Callable[[str], SubmissionResult]:
    """A submission of the sample class, by id."""
    return lambda name: next(each for each in results.submissions if each.id == name)


@cache
def parsed(html: str) -> tuple[Element, list[str]]:
    """The page as an HTML5 parser sees it, and what the parser had to complain about."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    return tree, [code for _, code, _ in parser.errors]
