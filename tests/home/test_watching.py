"""Tests of grader/home/watching.py: real files in a real folder; what is checked is told by a checker of few words."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.home.watching import EVERY_S, Round, affected_parts, changes, stamps, turned, watch
from grader.nouns.checked import Checked
from tests.home.examples import a_check, a_part, encoder

PARTS = ("1c", "1d", "1e")


class Few:
    """A checker that knows by their names which parts a file affects, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def check(self, parts: tuple[str, ...] = ()) -> Checked:
        """A check of parts that pass."""
        self.asked.append(tuple(parts))
        return a_check(*(a_part(encoder(), id_=part) for part in PARTS))

    def parts_of(self, path: Path) -> tuple[str, ...] | None:
        """`utils.py` is used by everything, `1d.py` by that part, a text by nothing."""
        if path.suffix != ".py":
            return ()
        return None if path.stem == "utils" else (path.stem,)


class Evening:
    """Somebody who saves a file whenever grade waits, and at last goes to bed."""

    def __init__(self, *saves: Callable[[], object]) -> None:
        self._saves = list(saves)

    def __call__(self, seconds: float) -> None:
        if seconds < EVERY_S:
            return  # grade waits for a file to be whole
        if not self._saves:
            raise KeyboardInterrupt
        self._saves.pop(0)()


def watched(folder: Path, *saves: Callable[[], object], parts: tuple[str, ...] = ()) -> tuple[Few, list[Round]]:
    """What is asked and shown while these saves are made one after another."""
    checker, rounds = Few(), list[Round]()
    with pytest.raises(KeyboardInterrupt):
        watch(folder, checker, rounds.append, parts=parts, asleep=Evening(*saves))
    return checker, rounds


def writer(path: Path, text: str) -> Callable[[], object]:
    """Saves a text later."""
    return lambda: path.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A homework folder with blanks and Chinese letters in its path."""
    here = tmp_path / "my 作业"
    here.mkdir()
    for name in ("1d.py", "1e.py", "utils.py", "notes.txt"):
        (here / name).write_text("x = 1\n", encoding="utf-8")
    return here


def test_everything_is_checked_first(folder: Path) -> None:
    checker, rounds = watched(folder)

    assert checker.asked == [()]
    assert [each.changed for each in rounds] == [()]


def test_only_what_a_saved_file_can_affect_is_checked_again(folder: Path) -> None:
    checker, rounds = watched(folder, writer(folder / "1d.py", "x = 22\n"))

    assert checker.asked == [(), ("1d",)]
    assert rounds[1].changed == ("1d.py",)


def test_a_file_that_all_use_checks_all_again(folder: Path) -> None:
    checker, _ = watched(folder, writer(folder / "utils.py", "x = 22\n"))

    assert checker.asked[1] == PARTS


def test_what_stands_otherwise_than_before_is_told() -> None:
    before = a_check(*(a_part(encoder(), id_=part, state="failed") for part in PARTS))
    now = a_check(a_part(encoder(), id_="1c"), a_part(encoder(), id_="1d", state="failed"))

    assert turned(before, now) == ("1c: failed -> passed",)


def test_nothing_is_said_of_a_file_that_affects_nothing(folder: Path) -> None:
    checker, rounds = watched(folder, writer(folder / "notes.txt", "later"))

    assert (len(checker.asked), len(rounds)) == (1, 1)


def test_new_and_deleted_files_count(folder: Path) -> None:
    checker, rounds = watched(folder, writer(folder / "1c.py", "x = 1\n"), (folder / "1c.py").unlink)

    assert checker.asked[1:] == [("1c",), ("1c",)]
    assert [each.changed for each in rounds[1:]] == [("1c.py",), ("1c.py",)]


def test_a_save_of_the_same_length_counts(folder: Path) -> None:
    checker, _ = watched(folder, writer(folder / "1d.py", "x = 2\n"))

    assert checker.asked[1] == ("1d",)


def test_parts_that_are_not_asked_for_are_left_alone(folder: Path) -> None:
    saves = (writer(folder / "1e.py", "x = 22\n"), writer(folder / "utils.py", "x = 22\n"))

    checker, _ = watched(folder, *saves, parts=("1d",))

    assert checker.asked == [("1d",), ("1d",)]


def test_two_files_saved_at_once_are_one_round(folder: Path) -> None:
    def _both() -> None:
        (folder / "1e.py").write_text("x = 22\n", encoding="utf-8")
        (folder / "1d.py").write_text("x = 22\n", encoding="utf-8")

    checker, rounds = watched(folder, _both)

    assert checker.asked[1] == ("1d", "1e")
    assert rounds[1].changed == ("1d.py", "1e.py")


def test_the_order_of_parts_is_that_of_the_homework(folder: Path) -> None:
    assert affected_parts(folder, ("1e.py", "1c.py"), Few(), PARTS) == ("1c", "1e")


@pytest.mark.parametrize(
    "path",
    [
        "checks/probes.py",
        "__pycache__/1d.cpython-311.pyc",
        ".git/HEAD",
        ".1d.py.swp",
        "1d.py~",
        "#1d.py#",
        ".ipynb_checkpoints/1d.ipynb",
        "4913.tmp",
        "env/lib/torch/x.py",
    ],
)
def test_what_is_no_homework_is_not_looked_at(folder: Path, path: str) -> None:
    (folder / "env").mkdir()
    (folder / "env" / "pyvenv.cfg").touch()
    before = stamps(folder)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).touch()

    assert stamps(folder) == before


def test_folders_below_are_looked_at(folder: Path) -> None:
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "src" / "deep" / "model.py").touch()

    assert "src/deep/model.py" in stamps(folder)


def test_a_folder_that_links_to_itself_is_looked_at_once(folder: Path) -> None:
    (folder / "again").symlink_to(folder, target_is_directory=True)

    assert sorted(stamps(folder)) == ["1d.py", "1e.py", "notes.txt", "utils.py"]


def test_a_folder_that_is_gone_holds_nothing(folder: Path) -> None:
    assert stamps(folder / "gone") == {}


def test_a_file_without_rights_is_still_seen(folder: Path) -> None:
    (folder / "1d.py").chmod(0)

    assert "1d.py" in stamps(folder)


def test_changes_are_new_gone_and_different_files() -> None:
    before, now = {"a": (1, 1), "b": (1, 1), "c": (1, 1)}, {"a": (1, 1), "b": (2, 1), "d": (1, 1)}

    assert changes(before, now) == ("b", "c", "d")


@pytest.mark.skipif(sys.platform == "win32", reason="a console of Windows sends ^C to all its processes")
def test_a_save_is_answered_by_the_same_process_until_control_c(kit: Path) -> None:
    order = [sys.executable, "-m", "grader.cli", "check", "--watch", "--json", "--progress", "none"]
    with subprocess.Popen(order, cwd=kit, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        text = (kit / "attention.py").read_text(encoding="utf-8")
        (kit / "attention.py").write_text(text.replace("dim=1", "dim=0"), encoding="utf-8")
        second = json.loads(watching.stdout.readline())
        watching.send_signal(signal.SIGINT)
        _, told = watching.communicate(timeout=30)

    assert [part["state"] for part in first["parts"]][:3] == ["passed", "passed", "passed"]
    assert [part["state"] for part in second["parts"]][:3] == ["failed", "passed", "waiting"]
    assert told.splitlines()[-1] == "watching has ended"
    assert watching.returncode == 0
