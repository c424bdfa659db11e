"""Every kind of page in a real browser: light and dark, on a telephone and on a wide screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow

NAMES = ["index", "anna", "ben", "erin", "farid", "grace", "hugo", "ivan", "kofi", "王小明", "staff/ben", "staff/ivan"]
WIDTHS = (400, 1400)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # of what is in order one node is told, not all
}
SMALL_TARGETS = """
    [...document.querySelectorAll('summary, button, input, .summary a, .people a, .duty a')]
    .filter((each) => each.offsetParent !== null && each.getBoundingClientRect().height < 23.9)
    .map((each) => 'less than 24 pixels high: ' + each.outerHTML.slice(0, 80))
"""
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@dataclass
class Seen:
    """A page that is open, with what it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(params=NAMES)
def seen(request: pytest.FixtureRequest, browser: Browser, site: Path) -> Iterator[Seen]:
    """One page, opened from the disk, narrow and light."""
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light")
    watched = Seen(context.new_page())
    watched.page.on("request", lambda asked: watched.requests.append(asked.url))
    watched.page.on("console", lambda message: watched.complaints.append(message.text))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.goto((site / f"{request.param}.html").as_uri())
    yield watched
    context.close()


@pytest.fixture
def ben(browser: Browser, site: Path) -> Iterator[Page]:
    """A student's page with failures and pictures."""
    context = browser.new_context(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / "ben.html").as_uri())
    yield page
    context.close()


@pytest.fixture
def index(browser: Browser, site: Path) -> Iterator[Page]:
    """The page of the class."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    yield page
    context.close()


def test_a_page_is_quiet_fits_and_is_accessible(seen: Seen) -> None:
    """One test for all of it, narrow and wide, light and dark: opening a page is what takes the time, and then axe."""
    seen.page.evaluate(OPEN_ALL)
    narrow = misfits(seen.page) + violations(seen.page)
    seen.page.emulate_media(color_scheme="dark")
    seen.page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    wide = misfits(seen.page) + violations(seen.page)

    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    assert (narrow, wide) == ([], [])


def misfits(page: Page) -> list[str]:
    """What does not fit at the present width: the page itself, or targets too small for a finger."""
    too_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*(["too wide"] if too_wide else []), *page.evaluate(SMALL_TARGETS)]


def violations(page: Page) -> list[str]:
    """The rules of WCAG that are broken as the page looks now; light is asked narrow and dark wide, which is enough."""
    found = Axe().run(page, options=RULES)
    broken = [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]
    return broken if found["passes"] else ["no rule was checked"]


def test_pictures_are_decoded(ben: Page) -> None:
    empty = ben.evaluate("[...document.images].filter((each) => !each.complete || each.naturalWidth === 0).length")

    assert ben.evaluate("document.images.length") == 10
    assert empty == 0


def test_plots_made_again_are_decoded_and_no_cell_is_lost(browser: Browser, site: Path) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto((site / "anna.html").as_uri())
    sizes = page.evaluate("[...document.images].map((each) => [each.naturalWidth, each.width])")
    context.close()

    assert len(sizes) == 4  # a heat map and the expected one, the norms, and the picture that was handed in
    assert all(natural > 0 for natural, _ in sizes)
    assert [natural == shown for natural, shown in sizes[:2]] == [True, True]


def test_the_proof_of_a_leak_stands_before_the_checks_and_is_linked_from_what_it_voids(
    browser: Browser, site: Path
) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 900})
    page = context.new_page()
    page.goto((site / "hugo.html").as_uri())
    drawn = page.evaluate("[...document.images].filter((each) => each.naturalWidth > 0).length")
    tops = [page.locator(f"#part-1f {each}").first.bounding_box() for each in ("figure img", ".checks", ".heads img")]
    page.click("#part-1h .lead a")

    assert drawn == 6  # who sees whom, who may; attention: yours, expected, difference, and before training
    assert all(tops)
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    assert page.url.endswith("#part-1f")
    context.close()


def test_fix_this_first_leads_to_the_part(ben: Page) -> None:
    ben.click(".fix a")

    assert ben.url.endswith("#part-1f")
    assert ben.locator("#part-1f").bounding_box()["y"] < 20  # type: ignore[index]


def test_j_and_k_move_between_parts(ben: Page) -> None:
    for key in "jjk":
        ben.keyboard.press(key)

    assert ben.evaluate("document.activeElement.id") == "part-1a"


def test_single_keys_can_be_switched_off_and_stay_so(ben: Page) -> None:
    ben.click("#keys button")
    ben.reload()
    ben.keyboard.press("j")

    assert ben.inner_text("#keys button") == "Keys j and k move between parts: off"
    assert ben.get_attribute("#keys button", "aria-pressed") == "false"
    assert ben.evaluate("document.activeElement.tagName") == "BODY"


def test_a_regrade_request_can_be_copied_or_selected(ben: Page) -> None:
    ben.evaluate(OPEN_ALL)
    button = ben.locator("#part-1d pre.text + button")

    button.click()

    expect(button).to_have_text(re.compile("Copied|Selected: copy it with your keyboard"))


def test_closed_details_are_printed(ben: Page) -> None:
    ben.emulate_media(media="print")

    assert ben.locator("#part-1a .checks").bounding_box()["height"] > 20  # type: ignore[index]


def test_print_is_black_on_white_even_in_the_dark(ben: Page) -> None:
    ben.emulate_media(media="print", color_scheme="dark")
    colours = ben.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")

    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_the_skip_link_is_the_first_stop(ben: Page) -> None:
    ben.keyboard.press("Tab")

    assert ben.evaluate("document.activeElement.textContent") == "Skip to the result"
    assert ben.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]


def test_the_policy_stops_a_foreign_script(ben: Page) -> None:
    ben.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )

    assert ben.evaluate("window.ran") is None


def names_in(index: Page) -> list[str]:
    """The ids in the table that can be seen, in order."""
    rows = index.locator("#people tbody tr:visible th")
    return [text.strip() for text in rows.all_inner_texts()]


def test_the_table_sorts_by_points_both_ways(index: Page) -> None:
    index.click("#people th >> text=points")
    up = names_in(index)
    index.click("#people th >> text=points")

    assert up[:2] == ["erin", "farid"]
    assert names_in(index)[:2] == ["kofi", "anna"]
    assert index.get_attribute("#people th[aria-sort]", "aria-sort") == "descending"


@pytest.mark.parametrize(
    ("words", "names"),
    [("one_projection", ["ben", "julia"]), ("1e crashed, 1f stopped", ["farid"]), ("王", ["王小明"]), ("nobody", [])],
)
def test_the_table_filters_by_anything_said_about_a_submission(index: Page, words: str, names: list[str]) -> None:
    index.fill("#tools input", words)

    assert names_in(index) == names
    assert index.inner_text("#tools [role=status]") == f"{len(names)} of 12 shown"


def test_the_table_is_complete_without_the_script(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())

    assert len(names_in(page)) == 12
    assert page.locator("#tools").is_hidden()

    context.close()


def test_a_link_in_the_table_leads_to_a_page_of_any_script(index: Page) -> None:
    index.click("#people >> text=王小明")

    assert index.inner_text("h1").startswith("王小明")
