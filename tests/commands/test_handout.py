"""`grade handout` on a small course: what it writes, what it says, and how it ends."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from grader.commands.handout import handout
from grader.errors import RubricError, UsageError
from tests.handout import courses

MadeIn: TypeAlias = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a course; what was seen once is kept in it."""
    folder = tmp_path_factory.mktemp("course")
    courses.write_course(folder)
    return folder


@pytest.fixture
def made(course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> MadeIn:
    """Makes a kit in the folder of the course; the exit code and what is printed."""
    monkeypatch.chdir(course)

    def of(rubric: str = "tiny", out: str | None = None, as_json: bool = False) -> tuple[int, str]:
        code = handout(rubric=rubric, out=Path(out) if out else None, as_json=as_json, progress="none")
        return code, capsys.readouterr().out

    return of


SAID = """\
tiny-handout.zip · Tiny attention · 10 files, 7 KiB
  in
    checks       look at 6 of 9 points, in w, c
    expected     2 public cases and 5 small inputs
    hints        of 2 known mistakes
    starter      attention.py (3 lines cut)
    as it is     answers.md, words.py
  left out
    hidden cases w 1, c 1, hidden 1
    no check in  hidden, curve, why
    solved files answers.md, curve.csv, plot.py
    mistakes marked public that would be told of something else, too, or never:
      w  long_ones_doubled: does not show on the public cases
      w  no_mask: cannot be told from mask_forgotten on the public cases
"""


def test_it_says_what_went_in_and_what_was_left_out(made: MadeIn, course: Path) -> None:
    assert made() == (0, SAID)
    with zipfile.ZipFile(course / "tiny-handout.zip") as archive:
        assert "tiny/public.yaml" in archive.namelist()


def test_the_same_rubric_gives_the_same_bytes(made: MadeIn, course: Path) -> None:
    made(out="one.zip")
    made(out="two.zip")

    assert (course / "one.zip").read_bytes() == (course / "two.zip").read_bytes()


def test_a_folder_holds_the_same_files(made: MadeIn, course: Path) -> None:
    made(out="one.zip")
    made(out="kit 作业")

    with zipfile.ZipFile(course / "one.zip") as archive:
        for name in archive.namelist():
            assert (course / "kit 作业" / name.removeprefix("tiny/")).read_bytes() == archive.read(name)


def test_json_holds_the_same_as_one_record(made: MadeIn) -> None:
    code, printed = made(rubric="rubrics/tiny.yaml", as_json=True)

    record = json.loads(printed)
    assert (code, record["looks_at"], record["of"]) == (0, 6, 9)
    assert record["hidden_cases"] == {"w": 1, "c": 1, "hidden": 1}
    assert record["cut"] == {"attention.py": 3}
    assert [each["mistake"] for each in record["mistakes_left_out"]] == ["long_ones_doubled", "no_mask"]


def test_a_rubric_that_is_not_there_is_told(made: MadeIn) -> None:
    with pytest.raises(RubricError, match="there is no rubric 'tinny'"):
        made(rubric="tinny")


def test_somebody_s_file_is_left_as_it_is(made: MadeIn, course: Path) -> None:
    (course / "thesis.zip").write_bytes(b"mine")

    with pytest.raises(UsageError, match="E-HANDOUT-OUT"):
        made(out="thesis.zip")

    assert (course / "thesis.zip").read_bytes() == b"mine"
