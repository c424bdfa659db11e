"""`--open` shows a page, in whatever browser the machine names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

OPEN = (
    "import sys; from pathlib import Path; from grader.commands.browser import open_page; open_page(Path(sys.argv[1]), "
)


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that writes down what it is asked to show, into `asked` beside it."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/asked\n')
    program.chmod(0o755)
    return program


def opened(page: str, browser: Path, *, wanted: bool) -> subprocess.CompletedProcess[str]:
    """Opens a page in a process whose browser that is, standing in its folder."""
    command = [sys.executable, "-c", f"{OPEN}{wanted})", page]
    environment = {"BROWSER": str(browser), "PATH": "/nowhere"}
    return subprocess.run(command, capture_output=True, text=True, cwd=browser.parent, env=environment, timeout=30)


def test_the_page_is_opened_by_its_whole_address(browser: Path) -> None:
    opened("out of class/index.html", browser, wanted=True)

    asked = (browser.parent / "asked").read_text().strip()
    assert asked == f"file://{browser.parent}/out%20of%20class/index.html"


def test_nothing_is_opened_unless_that_is_wanted(browser: Path) -> None:
    opened("index.html", browser, wanted=False)

    assert not (browser.parent / "asked").exists()


def test_a_machine_without_a_browser_is_no_fault(tmp_path: Path) -> None:
    done = opened("index.html", tmp_path / "no such browser", wanted=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
