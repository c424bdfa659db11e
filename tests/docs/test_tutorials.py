"""The tutorials are what a student sees today: kits are built and unpacked, and the real program runs in them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner

from docs.answers import fill
from docs.tutorial import PAGES, grade, page
from grader.cli import verbs
from grader.home import checker
from grader.home.session import Session
from grader.nouns.asked import Handout
from tests.student_kits import student_kit

ASSIGNMENTS = sorted(path.stem for path in PAGES.glob("*.yaml"))
SOLVED = """def add(a, b):
    ### BEGIN ANSWER 1a
    #: Add them up.
    return a + b
    ### END ANSWER


def subtract(a, b):
    ### BEGIN ANSWER 1b
    return a - b
    ### END ANSWER
"""
STARTER = """def add(a, b):
    ### YOUR CODE HERE (1a)
    # Add them up.
    raise NotImplementedError
    ### END YOUR CODE


def subtract(a, b):
    ### YOUR CODE HERE (1b)
    raise NotImplementedError
    ### END YOUR CODE
"""


@pytest.fixture
def homework(tmp_path: Path) -> Path:
    for folder in ("solved", "homework"):
        (tmp_path / folder).mkdir()
    (tmp_path / "solved" / "sums.py").write_text(SOLVED)
    (tmp_path / "homework" / "sums.py").write_text(STARTER)
    (tmp_path / "solved" / "answers.md").write_text("# 1c Why\n\nIt does.\n\n# 1d\n\nNo.\n")
    (tmp_path / "homework" / "answers.md").write_text("Write here.\n\n# 1c Why\n\n...\n")
    return tmp_path / "homework"


def test_one_part_is_filled_in(homework: Path) -> None:
    fill(homework, homework.parent / "solved", "1a")

    assert (homework / "sums.py").read_text() == STARTER.replace(
        "    # Add them up.\n    raise NotImplementedError\n", "    return a + b\n"
    )


def test_a_part_without_code_gets_its_section(homework: Path) -> None:
    fill(homework, homework.parent / "solved", "1c")
    fill(homework, homework.parent / "solved", "1d")

    assert (homework / "answers.md").read_text() == "Write here.\n\n# 1c Why\n\nIt does.\n\n# 1d\n\nNo.\n"


def test_a_part_that_has_no_answer_is_a_fault(homework: Path) -> None:
    with pytest.raises(ValueError, match="2: no answer to fill in"):
        fill(homework, homework.parent / "solved", "2")


def test_every_assignment_has_a_tutorial() -> None:
    assert ASSIGNMENTS == ["a4", "hw12", "hw5", "hw9"]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_tutorial_is_what_a_student_sees(
    assignment: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = (PAGES / f"{assignment}.md").read_text(encoding="utf-8")
    kit = student_kit(assignment, tmp_path_factory)

    with Program() as program:
        told = page(assignment, tmp_path, kit, program)

    assert told == written, "run `make docs`"


class Program:
    """`grade` in a student's folder, in this process: checks share a child, since each would load torch for a second.

    What is packed is packed by the program as a student starts it.
    """

    def __init__(self) -> None:
        self._sessions: list[Lasting] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions:
            session.end()

    def __call__(self, words: Sequence[str], folder: Path) -> str:
        if words[0] != "check":
            return grade(words, folder)
        with pytest.MonkeyPatch.context() as patch, chdir(folder):
            patch.setattr(checker, "Session", self._session)
            done = CliRunner().invoke(verbs, words, env={"COLUMNS": "80", "NO_COLOR": "1"})
        assert done.exit_code == 0, done.output
        return done.stdout

    def _session(self, handout: Handout, **_: object) -> Session:
        if not self._sessions:
            self._sessions.append(Lasting(handout))
        return self._sessions[0]


class Lasting(Session):
    """A session that goes on after its checker."""

    def close(self) -> None:
        """Nothing: another check will come."""

    def end(self) -> None:
        """Ends it."""
        super().close()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_tutorial_shows_mistakes_and_ends_with_a_packed_folder(assignment: str) -> None:
    text = (PAGES / f"{assignment}.md").read_text(encoding="utf-8")

    assert "not started" in text
    assert "failed" in text
    assert "$ grade pack" in text
    assert "nothing is missing" in text[text.index("$ grade pack") :]
