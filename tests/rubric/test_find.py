"""Which rubric is meant by a word on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.find import find_rubric


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two rubrics and a class of its own elsewhere."""
    for name in ("rubrics/a4.yaml", "rubrics/hw5.yaml", "elsewhere/rubrics/b1.yml", "loose.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("assignment: a\n", encoding="utf-8")
    (tmp_path / "submissions").mkdir()
    (tmp_path / "elsewhere" / "submissions").mkdir()
    monkeypatch.chdir(tmp_path)
    return Path("submissions")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("rubrics/a4.yaml", "rubrics/a4.yaml"),
        ("loose.yaml", "loose.yaml"),
        ("loose", "loose.yaml"),
        ("a4.yaml", "rubrics/a4.yaml"),
        ("hw5", "rubrics/hw5.yaml"),
    ],
)
def test_a_rubric_is_found_by_path_or_name(given: str, found: str, folder: Path) -> None:
    assert find_rubric(given, folder) == Path(found)


def test_a_rubric_is_found_beside_the_submissions(folder: Path) -> None:
    assert find_rubric("b1", Path("elsewhere/submissions")) == Path("elsewhere/rubrics/b1.yml")


def test_an_absolute_path_is_taken_as_it_is(folder: Path) -> None:
    given = Path("rubrics/a4.yaml").absolute()

    assert find_rubric(str(given), folder) == given


def test_an_unknown_name_is_answered_with_those_there_are(folder: Path) -> None:
    with pytest.raises(RubricError) as error:
        find_rubric("hw6.yaml", folder)

    assert str(error.value) == (
        "--rubric: there is no rubric 'hw6.yaml'  [E-RUBRIC-FIND]\n"
        "  there are: rubrics/a4.yaml, rubrics/hw5.yaml\n  help: write 'hw5.yaml'"
    )


def test_a_folder_is_no_rubric(folder: Path) -> None:
    with pytest.raises(RubricError) as error:
        find_rubric("rubrics", folder)

    assert str(error.value) == (
        "--rubric: 'rubrics' is a folder, not a rubric  [E-RUBRIC-FIND]\n"
        "  there are: rubrics/a4.yaml, rubrics/hw5.yaml\n  help: name one of them, or the path of another"
    )


def test_where_there_are_none_a_path_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RubricError) as error:
        find_rubric("", Path("submissions"))

    assert str(error.value) == (
        "--rubric: '' is a folder, not a rubric  [E-RUBRIC-FIND]\n  there are: none\n  help: give its path"
    )
