"""Boxes to try things in: one pool per session and level, and boxes of other users with a Python of their own.

A box of another user is tests/box/driver.py in a mount namespace of its own, in which the home that holds the running
Python is that user's, and of mode 0700.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from grader.box.levels import best_level
from grader.box.pool import Pool
from grader.box.slot import Zygote
from grader.nouns.plain import Level
from tests.box.jobs import LIMITS, WITH_TORCH, observe, plain
from tests.box.orders import running_zygote

REPOSITORY = Path(__file__).resolve().parents[2]
ORDINARY = 61_111  # nobody's uid


@pytest.fixture(scope="session")
def walled() -> Iterator[Pool]:
    """One slot of the strict level, on whatever machine."""
    with Pool(WITH_TORCH, level="strict", workers=1) as pool:
        yield pool


@pytest.fixture(scope="session")
def strict(request: pytest.FixtureRequest) -> Pool:
    """The same, where the machine reaches that level."""
    if best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    pool: Pool = request.getfixturevalue("walled")
    return pool


@pytest.fixture(scope="session")
def opened() -> Iterator[Pool]:
    """Two slots without walls. A test may end what runs in them: what the next one needs is started for it."""
    with Pool(WITH_TORCH, level="open", workers=2) as pool:
        yield pool


@pytest.fixture(scope="session")
def zygotes() -> Iterator[Callable[[Level], Zygote]]:
    """One running zygote of each level, for tests that give it orders by hand; it has said hello."""
    made: dict[Level, Zygote] = {}
    with ExitStack() as stack:

        def zygote(level: Level) -> Zygote:
            if level == "strict" and best_level() != "strict":
                pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
            if level not in made:
                made[level] = stack.enter_context(running_zygote(level, WITH_TORCH))
                made[level].hello()
            return made[level]

        yield zygote


@dataclass
class Box:
    """Something that runs a hand-in and tells a plain observation."""

    observe: Callable[..., dict[str, Any]]  # (source, **changed limits)
    best: str


@pytest.fixture(scope="session")
def boxes(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Box]]:
    """Boxes by name: `strict`, `open`; `user strict`, `user container`, `root container` elsewhere."""
    here = {"strict": "walled", "open": "opened"}
    made: dict[str, Box] = {}
    with ExitStack() as stack:

        def box(name: str) -> Box:
            if name not in made:
                made[name] = _elsewhere(name, stack) if " " in name else _here(request.getfixturevalue(here[name]))
            return made[name]

        yield box


def _here(pool: Pool) -> Box:
    def tell(source: str, **changes: Any) -> dict[str, Any]:
        return plain(observe(pool, source, limits=replace(LIMITS, **changes)))

    return Box(tell, best_level())


def _elsewhere(name: str, stack: ExitStack) -> Box:
    who, level = name.split()
    if os.getuid() != 0:
        pytest.skip(f"'{name}' needs root, to become another user and mount a Python in their home")
    aside = stack.enter_context(tempfile.TemporaryDirectory(prefix="grade-box-", dir="/var/tmp"))
    script = _moved(aside, home_of=ORDINARY if who == "user" else None) + _as(who, level)
    driver = subprocess.Popen(
        ["unshare", "--mount", "sh", "-ec", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )
    stack.callback(driver.wait)
    stack.callback(driver.stdin.close)  # type: ignore[union-attr]

    def tell(source: str, **changes: Any) -> dict[str, Any]:
        print(json.dumps([source, changes]), file=driver.stdin, flush=True)
        return json.loads(driver.stdout.readline())  # type: ignore[no-any-return, union-attr]

    return Box(tell, json.loads(driver.stdout.readline())["best"])  # type: ignore[union-attr]


def _moved(aside: str, home_of: int | None) -> str:
    """Shell lines that make the home in which the running Python lies another user's, of mode 0700, or everybody's."""
    base = Path(sys.base_prefix)
    closed = next((folder for folder in reversed(base.parents) if not folder.stat().st_mode & 0o001), None)
    if closed is None:
        return ""
    options = f"mode=700,uid={home_of}" if home_of else "mode=755"
    return (
        f"mount --bind {base} {aside}; mount -t tmpfs -o {options} none {closed}; "
        f"mkdir -p {base}; mount --bind {aside} {base}; "
    )


def _as(who: str, level: str) -> str:
    drop = f"setpriv --reuid {ORDINARY} --regid {ORDINARY} --clear-groups" if who == "user" else ""
    driver = Path(__file__).with_name("driver.py")
    environment = f"env -i PATH=/usr/bin:/bin PYTHONPATH={REPOSITORY} PYTHONDONTWRITEBYTECODE=1"
    return f"exec {drop} {environment} {sys.executable} {driver} {level}"
