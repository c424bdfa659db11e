"""What all tests share: the order of files, pools that are kept running, and one Chromium.

Playwright cannot be started twice in a process.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.kept_pools import KeptPools

COMPILED = Path(__file__).resolve().parent.parent / ".pytest_cache" / "compiled"
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure() -> None:
    """Programs that tests start find our code compiled: to compile it costs each run of `grade` a quarter of a second.

    Modules of the tests' own process are not kept: a test may write one file twice in a second.
    """
    os.environ["PYTHONPYCACHEPREFIX"] = str(COMPILED)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    gc.disable()


def pytest_collection_finish() -> None:
    """Twelve thousand tests stay where they are: to look through them again and again is a tenth of all the work."""
    gc.enable()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, or one worker is left alone with one of them at the end."""
    items.sort(key=lambda item: "tests/hostile/" not in item.nodeid)


@pytest.fixture(scope="session")
def kept_pools() -> Iterator[KeptPools]:
    """The pools that this process of the tests keeps running."""
    from tests.kept_pools import KeptPools

    with KeptPools() as kept:
        yield kept


@pytest.fixture(scope="module")
def pools_are_kept(kept_pools: KeptPools) -> Iterator[None]:
    """Observers and openers of a module are lent pools that run on; for modules that do not look at slots."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.box.pool.Pool", kept_pools.lend)
        yield
    assert kept_pools.lent == 0, "something in this module has not closed its pool"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("these tests need Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()
