"""Stages to play cases on, one process for each level, kept open for the module."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.box.levels import best_level, lacks
from grader.nouns.plain import Level
from tests.box.conftest import _moved
from tests.hostile.corpus import Case
from tests.hostile.stage import Played

collect_ignore = ["cases", "honest"]  # hand-ins, not tests: one brings a conftest.py of its own
REPOSITORY = Path(__file__).resolve().parents[2]
Play = Callable[..., Played]  # (case, level, *layers taken away)


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Plays a case at a level, some layers taken away."""
    drivers: dict[Level, subprocess.Popen[str]] = {}
    with ExitStack() as stack:

        def _play(case: Case, level: Level, *without: str) -> Played:
            if case.lacks:
                pytest.skip(f"{case.id} needs {', '.join(case.lacks)}")
            if level not in drivers:
                drivers[level] = _driver(level, stack)
            return _answer(drivers[level], [case.id, *without])

        yield _play


def _answer(driver: subprocess.Popen[str], words: list[str]) -> Played:
    assert driver.stdin is not None and driver.stdout is not None
    print(*words, file=driver.stdin, flush=True)
    line = driver.stdout.readline()
    assert line, f"the driver is gone, status {driver.wait()}"
    told = json.loads(line)
    assert "error" not in told, told["error"]
    return Played(**told)


def _driver(level: Level, stack: ExitStack) -> subprocess.Popen[str]:
    script = f"exec {_environment()} {sys.executable} -m tests.hostile.driver {level}"
    words = ["sh", "-ec", script]
    if level == "strict" and best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    if level == "container" and lacks("container"):
        words = ["unshare", "--mount", "sh", "-ec", _home_for_everybody(stack) + script]
    driver = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    stack.callback(driver.wait)
    stack.callback(driver.stdin.close)  # type: ignore[union-attr]
    return driver


def _environment() -> str:
    return f"env -i PATH={os.environ['PATH']} PYTHONPATH={REPOSITORY} PYTHONDONTWRITEBYTECODE=1"


def _home_for_everybody(stack: ExitStack) -> str:
    """Root's Python lies in a home that no other uid can enter: there 'container' is refused. One where it can."""
    if os.getuid() != 0:
        pytest.skip(f"'container' lacks {', '.join(lacks('container'))}")
    import tempfile

    aside = stack.enter_context(tempfile.TemporaryDirectory(prefix="grade-box-", dir="/var/tmp"))
    return _moved(aside, home_of=None)
