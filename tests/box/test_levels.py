"""What this machine offers, tried live; and what is said when it is not enough."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.box.levels import best_level, diagnose, lacks, offers, require
from grader.nouns.plain import LEVELS, Level

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_best_level_lacks_nothing_and_all_above_it_do() -> None:
    best = best_level()
    above = LEVELS[LEVELS.index(best) + 1 :]

    assert lacks(best) == ()
    assert all(lacks(level) for level in above)


def test_open_is_always_there() -> None:
    assert lacks("open") == ()
    require("open")


def test_a_level_that_is_reached_is_granted() -> None:
    require(best_level())


def test_every_layer_has_a_finding_and_every_lack_a_cure() -> None:
    findings = diagnose()

    assert len({finding.layer for finding in findings}) == len(findings) >= 15
    assert all(finding.seen for finding in findings)
    assert all(finding.ok or finding.cure for finding in findings)
    assert not any(finding.ok and finding.cure for finding in findings)


SCRIPT = """
import os, sys
os.environ["PATH"] = "/nowhere"
from grader.box import levels
from grader.errors import HarnessError
levels._tried.__wrapped__  # tried once per process, so this runs in one of its own
print(levels.best_level() != "strict")
print(next(finding.cure for finding in levels.diagnose() if finding.layer == "bubblewrap"))
try:
    levels.require("strict")
except HarnessError as error:
    print(error)
"""


def test_a_machine_without_bubblewrap_is_told_so_with_the_command_that_cures_it() -> None:
    out = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=REPOSITORY, env=os.environ
    ).stdout.splitlines()

    assert out[:2] == ["True", "sudo apt-get install bubblewrap"]
    assert out[2].startswith("box: this machine offers no isolation above '")
    assert out[2].endswith("'  [E-BOX-LEVEL]")
    assert out[3] == "  needed: 'strict', as asked for"
    assert out[4] == "  help: run `grade doctor`; it names what is missing and the command that adds it"


@pytest.mark.skipif(lacks("container") == (), reason="this machine reaches 'container'")
def test_root_with_a_python_that_nobody_else_can_read_lacks_it() -> None:
    assert "Python in the slot" in lacks("container")


@pytest.mark.parametrize(
    ("level", "uid", "offered"),
    [("strict", 1000, True), ("open", 1000, True), ("container", 0, True), ("container", 1000, False)],
)
def test_shared_memory_is_offered_where_nobody_else_has_it(
    monkeypatch: pytest.MonkeyPatch, level: Level, uid: int, *, offered: bool
) -> None:
    monkeypatch.setattr("os.getuid", lambda: uid)

    assert ("shared_memory" in offers(level)) is offered
