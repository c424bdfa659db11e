"""A homework folder, checked: the record of every part, and what is run again after a change."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.home.checker import Checker
from grader.home.folder import read_home
from grader.nouns.checked import Checked
from tests.home.kits import SOLVED, STARTER

WITHOUT = """
import os, signal, sys

class Gone:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "readline", "syslog"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name.partition(".")[0] in {"hypothesis", "IPython", "nbformat", "nbconvert", "rich", "jinja2", "matplotlib"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in ("fcntl", "resource", "pwd", "grp", "termios", "readline"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Gone())
for name in ("SIGHUP", "SIGALRM", "SIGPROF", "SIGBUS", "SIGXCPU", "SIGXFSZ", "SIGSYS", "SIGKILL"):
    delattr(signal, name)
for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "setsid", "killpg", "wait4", "WNOHANG"):
    delattr(os, name) if name not in ("O_CLOEXEC", "WNOHANG") else None
import grader.home.session as session
session.FORKS = False
"""


@pytest.fixture(scope="module")
def folder(whole_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    return Path(shutil.copytree(whole_kit, tmp_path_factory.mktemp("my 作业") / "tiny"))


@pytest.fixture(scope="module")
def checker(folder: Path) -> Iterator[Checker]:
    with Checker(read_home(folder)) as checker:
        yield checker


def checked(checker: Checker, text: str, *parts: str) -> Checked:
    (checker.home.folder / "attention.py").write_text(text, encoding="utf-8")
    return checker.check(parts)


def states(found: Checked) -> dict[str, str]:
    return {each.result.id: each.state for each in found.parts}


def test_what_is_right_passes_and_points_are_told_with_those_of_the_assignment(checker: Checker) -> None:
    found = checked(checker, SOLVED)
    assert states(found) == {"w": "passed", "c": "passed", "t": "passed", "log": "missing", "why": "missing"}
    assert (found.first, found.looks_at, found.of) == ("", 4.0, 12.0)


def test_the_untouched_starter_is_not_started(checker: Checker) -> None:
    found = checked(checker, STARTER)
    assert states(found) == {"w": "not started", "c": "not started", "t": "waiting", "log": "missing", "why": "missing"}
    assert found.first == ""


def test_one_root_cause_comes_first_and_the_rest_waits_for_it(checker: Checker) -> None:
    found = checked(checker, SOLVED.replace("dim=1", "dim=0"))
    assert (found.first, {each.result.id: each.waits_for for each in found.parts}["t"]) == ("w", "w")
    first = found.parts[0].result
    assert first.reason.startswith("weights: ")
    assert {check.verdict for check in first.checks} == {"passed", "failed"}


def test_a_part_that_was_not_asked_for_is_told_as_it_was_found_before(checker: Checker) -> None:
    checked(checker, SOLVED)
    found = checked(checker, SOLVED.replace("dim=1", "dim=0"), "c")
    assert states(found)["w"] == "passed"
    assert states(checker.check(["w"]))["w"] == "failed"


def test_their_line_is_quoted_from_their_file(checker: Checker) -> None:
    found = checked(
        checker, SOLVED.replace("    shut_bs", "    raise ValueError(scores_bs.shape)\n    shut_bs", 1), "w"
    )
    (case,) = found.parts[0].result.cases
    assert case.fault is not None
    assert case.fault.frames[-1].file == "attention.py"
    assert (9, "    raise ValueError(scores_bs.shape)") in case.fault.frames[-1].near


def test_a_file_affects_the_parts_that_use_it(checker: Checker) -> None:
    checked(checker, SOLVED)
    assert checker.parts_of(checker.home.folder / "attention.py") == ("w", "c", "t")
    assert checker.parts_of(checker.home.folder / "gone.py") is None
    assert checker.parts_of(Path("/elsewhere.py")) == ()


def test_what_the_kit_brings_is_not_homework(checker: Checker) -> None:
    found = checked(checker, SOLVED)
    assert not [note for note in found.notes if "probes" in note]
    assert "file attention: attention.py" in found.notes


def test_an_unknown_part_is_refused_with_those_that_there_are(checker: Checker) -> None:
    with pytest.raises(UsageError, match=r"there is no part 'x'  \[E-PART\]\n  allowed: w, c, t, log, why"):
        checker.check(["x"])


def test_a_file_saved_half_way_is_a_state_and_the_next_round_goes_on(checker: Checker) -> None:
    found = checked(checker, SOLVED[:-40] + "(")
    assert states(found)["w"] == "crashed"
    assert "SyntaxError" in found.parts[0].result.reason
    assert states(checked(checker, SOLVED))["w"] == "passed"


def test_it_needs_nothing_that_windows_or_a_core_install_lacks(kit: Path) -> None:
    asked = f"""
from pathlib import Path
from grader.home.checker import Checker
from grader.home.folder import find_home, read_home
if __name__ == "__main__":
    with Checker(read_home(find_home(Path({str(kit / "checks")!r}))), forks=False) as checker:
        print([each.state for each in checker.check().parts])
"""
    (kit / "attention.py").write_text(SOLVED.replace("dim=1", "dim=0"), encoding="utf-8")
    told = subprocess.run([sys.executable, "-c", WITHOUT + asked], capture_output=True, text=True, check=False)
    assert told.stdout == "['failed', 'passed', 'waiting', 'missing', 'missing']\n", told.stderr


def test_the_trusted_side_never_loads_torch(kit: Path) -> None:
    asked = f"""
import sys
from pathlib import Path
from grader.home.checker import Checker
from grader.home.folder import read_home
with Checker(read_home(Path({str(kit)!r}))) as checker:
    checker.check()
print("torch" in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
