"""The README of a kit: one install command, every part with its points, what is to be written and handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.handout.build import plain_kit
from grader.kit_line import is_readme_of_kit
from grader.rubric.load import load_rubric
from tests.handout import courses


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The README of the small course."""
    path = courses.write_course(tmp_path_factory.mktemp("course"))
    return plain_kit(load_rubric(path)).files["README.md"].decode()


def test_it_is_known_as_ours(text: str) -> None:
    assert is_readme_of_kit(text)


def test_it_has_one_install_command(text: str) -> None:
    assert [line for line in text.split("\n") if "pip install" in line] == ["    pip install grade einops"]


LINES = {
    "title": "# tiny: Tiny attention",
    "verb": "    grade check              what works, and what to mend first",
    "one part": "    grade check w            one part, with all that is wrong in it",
    "answers": "- `attention.py`: w, c",
    "looked at": "| w | Weights | 4 | looks at it |",
    "hidden": "| hidden | Only after hand-in | 1 | after hand-in |",
    "file": "| curve | Curve | 1 | whether `curve.csv` is there |",
    "expected": "- the code: `attention.py`",
    "optional": "- the curve: `*.png` or `*.pdf`, if you have it",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_it_says(text: str, line: str) -> None:
    assert line in text.split("\n")


def test_a_part_that_is_looked_at_in_part_says_how_much(tmp_path: Path) -> None:
    hidden = courses.RUBRIC.replace(
        "{id: shape, shape: {weights: b s},", "{id: shape, shape: {weights: b s}, cases: ragged,"
    )

    files = plain_kit(load_rubric(courses.write_course(tmp_path, hidden))).files

    assert "| w | Weights | 4 | looks at what is worth 3 |" in files["README.md"].decode()


def test_a_course_that_asks_for_nothing_has_a_short_one(tmp_path: Path) -> None:
    first, second = courses.RUBRIC.index("  expects:"), courses.RUBRIC.index("parts:")

    plain = courses.RUBRIC[:first] + courses.RUBRIC[second:]
    text = plain_kit(load_rubric(courses.write_course(tmp_path, plain))).files["README.md"].decode()

    assert "To be handed in" not in text
