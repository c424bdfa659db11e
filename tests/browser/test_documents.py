"""Documents on a page in a real browser: frames are quiet, fit, can be reached by links, and have no rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from grader.kept.documents import keep
from grader.nouns.seen import Document, DocumentCell
from grader.report.site import write_site
from tests.browser.test_pages import OPEN_ALL, RULES, SMALL_TARGETS
from tests.report import sample_class

pytestmark = pytest.mark.slow

NOT_INSIDE = {"exclude": [["iframe"]]}  # no script may run there, that of the checker neither
CELLS = tuple(
    DocumentCell(
        number,
        "code",
        "",
        f'<div class="input"><pre><span class="kn">import</span> x{number}  <span class="c1"># note</span></pre></div>'
        f'<pre>{"long " * 200}</pre><table class="dataframe"><tr><th>a</th></tr><tr><td>1</td></tr></table>'
        + '<img src="picture:0" alt="a plot">'
        * (number == 2),
        raised="ValueError: x" if number == 3 else "",
    )
    for number in range(1, 5)
)
PLOT = np.full((300, 1_200, 3), 200, np.uint8)
SHOWN = (
    Document(
        "notebook", "homework with a long name, 作业五.ipynb", "5" * 64, cells=CELLS, pictures=(PLOT,), notes=("n",)
    ),
    Document("pdf", "report.pdf", "5" * 64, pages=("the text of page 1",), pictures=(PLOT[:, :700],)),
    Document("picture", "heat.png", "5" * 64, pictures=(PLOT,)),
    Document("picture", "bomb.png", "5" * 64, reason="it unfolds to 160 megapixels; 25 are allowed"),
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with one document of each kind."""
    out = tmp_path_factory.mktemp("out")
    results = sample_class.sample_results()
    person = replace(results.submissions[0], documents=tuple(keep(out, each) for each in SHOWN))
    write_site(out, replace(results, submissions=(person,), groups=()))
    return out / "anna.html"


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[Page]:
    """The page, narrow."""
    context = browser.new_context(viewport={"width": 400, "height": 900}, color_scheme=request.param)
    page = context.new_page()
    page.goto(page_file.as_uri())
    yield page
    context.close()


def test_it_fits_and_is_accessible(page: Page) -> None:
    page.evaluate(OPEN_ALL)
    found = []
    for width in (400, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        broken = Axe().run(page, context=NOT_INSIDE, options=RULES)["violations"]
        found += [f"{rule['id']}: {node['html']}" for rule in broken for node in rule["nodes"]]
        found += page.evaluate(SMALL_TARGETS)
        found += ["too wide"] * page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    assert found == []


def test_a_link_to_a_cell_opens_the_notebook_there(page: Page) -> None:
    from playwright.sync_api import expect

    page.click("a[href$='cell-3']")

    expect(page.locator("iframe").nth(1)).to_be_in_viewport()
    assert page.evaluate("document.querySelector('iframe').closest('details').open")
    assert page.url.endswith("cell-3")


def test_a_frame_shows_its_cells_and_its_picture_and_is_not_wider_than_the_page(page: Page) -> None:
    page.evaluate(OPEN_ALL)
    page.locator("iframe").first.scroll_into_view_if_needed()
    page.wait_for_timeout(200)

    inside = page.frames[1]
    assert "import x1" in inside.inner_text("body")
    assert inside.evaluate("document.images[0].naturalWidth") == 1_200
    assert inside.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_frame_has_no_script_and_an_origin_of_its_own(page: Page) -> None:
    assert page.evaluate("[...document.querySelectorAll('iframe')].map((each) => each.contentDocument)") == [None, None]
    assert page.evaluate("document.querySelector('iframe').sandbox.length") == 0


def test_every_frame_has_a_title_of_its_own(page: Page) -> None:
    titles = page.evaluate("[...document.querySelectorAll('iframe')].map((each) => each.title)")

    assert titles == [f"homework with a long name, 作业五.ipynb, cells {span}" for span in ("1 to 2", "3 to 4")]
