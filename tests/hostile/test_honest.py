"""Honest accidents: right hand-ins in odd style, each of which must keep every point and get a page like any other.

They are graded as one class at each level. Whatever loses a point here is a fault of ours, of the worst kind.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest
import yaml

from grader.box.levels import best_level, lacks
from grader.nouns.plain import Level
from tests import tiny
from tests.hostile.conftest import REPOSITORY, _home_for_everybody

HONEST = Path(__file__).parent / "honest"
LEVELS: tuple[Level, ...] = ("strict", "container")
WALL_S = 15  # generous, since a busy machine is no fault of theirs; `slow-but-right` takes four fifths of it
POINTS = 6.0  # of the machine
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LARGEST_PAGE = 1_000_000
GRADED = [
    pytest.param(level, folder.name, id=f"{folder.name}-{level}", marks=pytest.mark.slow)
    for level in LEVELS
    for folder in sorted(HONEST.iterdir())
]


@dataclass(frozen=True)
class Graded:
    """A class of honest hand-ins after its run."""

    out: Path
    said: str
    submissions: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Level], Graded]]:
    """All of them, graded at a level; once per module."""
    with ExitStack() as stack:

        @cache
        def grade(level: Level) -> Graded:
            root = tmp_path_factory.mktemp(level)
            tiny.write_course(root, rubric=tiny.RUBRIC.replace("wall_s: 3, cpu_s: 3", f"wall_s: {WALL_S}"))
            for folder in HONEST.iterdir():
                shutil.copytree(
                    folder, root / "submissions" / folder.name, ignore=shutil.ignore_patterns("expect.yaml")
                )
            words = ["grader.cli", "run", "submissions", "--rubric", "rubrics/tiny.yaml", "--out", "out", "-j", "2"]
            said = _run([*words, "--isolation", level], level, root, stack)
            document = json.loads((root / "out" / "results.json").read_bytes())
            return Graded(root / "out", said, {each["id"]: each for each in document["submissions"]})

        yield grade


def _run(words: list[str], level: Level, root: Path, stack: ExitStack) -> str:
    script = f"cd {root}; exec {sys.executable} -m {' '.join(words)}"
    shell = ["sh", "-ec", script]
    if level == "strict" and best_level() != "strict":
        pytest.skip("this machine does not reach 'strict'; `grade doctor` says why")
    if level == "container" and lacks("container"):
        shell = ["unshare", "--mount", "sh", "-ec", _home_for_everybody(stack) + script]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(shell, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def _skip_if_lacking(level: Level, name: str) -> None:
    needs = yaml.safe_load((HONEST / name / "expect.yaml").read_text()).get("needs", [])
    if "shared_memory" in needs and level == "container" and os.getuid() != 0:
        pytest.skip("an ordinary user has no /dev/shm of a job's own at 'container'")


@pytest.mark.parametrize(("level", "name"), GRADED)
def test_a_right_hand_in_in_odd_style_keeps_every_point(
    level: Level, name: str, graded: Callable[[Level], Graded]
) -> None:
    _skip_if_lacking(level, name)
    result = graded(level).submissions[name]
    lost = [
        (part["id"], check["id"], check["verdict"], check["reason"])
        for part in result["parts"]
        for check in part["checks"]
        if check["verdict"] != "passed"
    ]

    assert (lost, result["error"], result["score"]) == ([], "", POINTS)


@pytest.mark.parametrize("page", ["{}.html", "staff/{}.html"], ids=["student", "staff"])
@pytest.mark.parametrize(("level", "name"), GRADED)
def test_its_pages_are_plain_and_say_what_it_earned(
    level: Level, name: str, page: str, graded: Callable[[Level], Graded]
) -> None:
    _skip_if_lacking(level, name)
    text = (graded(level).out / page.format(name)).read_text(encoding="utf-8")
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    shown = " ".join("".join(document.itertext()).split())

    assert CONTROLS.findall(text) == []
    assert f"{POINTS:g} of 7" in shown or f"{POINTS:g} / 7" in shown, shown[:300]
    assert "our fault" not in shown
    assert len(text) < LARGEST_PAGE


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_nothing_of_theirs_reaches_the_terminal(level: Level, graded: Callable[[Level], Graded]) -> None:
    assert CONTROLS.findall(graded(level).said) == []


@pytest.mark.parametrize("folder", sorted(HONEST.iterdir()), ids=lambda folder: folder.name)
def test_every_accident_says_what_is_odd_about_it(folder: Path) -> None:
    told = yaml.safe_load((folder / "expect.yaml").read_text(encoding="utf-8"))

    assert told.keys() <= {"why", "needs"}
    assert told["why"]
