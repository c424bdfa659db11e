"""The pages of a hand-in on which formulas may stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from grader.kit.formulas.derivation import Fault, Solved
from grader.kit.formulas.papers import MOST_CHARACTERS, Papers, is_answers
from grader.kit.formulas.spelling import Names
from tests.kit.conftest import write_files

POINTS = {"w": torch.tensor([2.0, 3.0], dtype=torch.float64)}


def papers(root: Path, files: dict[str, str]) -> Papers:
    """The pages of a hand-in with these files."""
    write_files(root, files)
    return Papers(root, {"y"}, Names(POINTS, {}), POINTS)


def test_pages_are_sorted_by_what_they_are_called(tmp_path: Path) -> None:
    found = papers(
        tmp_path,
        {
            "answers.yaml": "y: w",
            "config.yaml": "y: w",
            "sub/hw12_Answers.md": "y = w",
            "README.md": "y = w",
            "train.txt": "y = w",
            "report.tex": "y = w",
            "a.ipynb": "{}",
            ".hidden/answers.md": "y = w",
            "__MACOSX/answers.md": "y = w",
            "photo.png": "",
            "curves.pdf": "",
            "sub/report.pdf": "",
        },
    )

    assert [path.name for path in found.tables()] == ["answers.yaml"]
    assert [path.name for path in found.answers()] == ["report.tex", "hw12_Answers.md"]
    assert [path.name for path in found.others()] == ["a.ipynb", "README.md"]
    assert found.for_people() == "sub/report.pdf"


@pytest.mark.parametrize("name", ["answers", "Answers-2a", "my_solution", "written", "REPORT"])
def test_many_names_say_that_there_are_answers(name: str) -> None:
    assert is_answers(Path(f"{name}.md"))
    assert not is_answers(Path("model.md"))


def test_a_page_is_read_in_any_encoding(tmp_path: Path) -> None:
    root = tmp_path / "job"
    found = papers(root, {})
    (root / "answers.md").write_bytes("\ufeffy = w²\r\n".encode("utf-16"))

    found_values = found.value(root / "answers.md", {"y"})

    assert isinstance(found_values, Solved)
    assert found_values.values.tolist() == [4, 9]


def test_markdown_cells_are_a_page(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": "$y = w$"}, {"cell_type": "code", "source": "y = 3*w"}, 7]
    found = papers(tmp_path, {"a.ipynb": json.dumps({"cells": cells}), "b.ipynb": "no json", "c.ipynb": "[]"})

    found_values = found.value(tmp_path / "a.ipynb", {"y"})

    assert isinstance(found_values, Solved)
    assert found_values.values.tolist() == [2, 3]
    assert found.value(tmp_path / "b.ipynb", {"y"}) is None
    assert found.value(tmp_path / "c.ipynb", {"y"}) is None


def test_a_page_that_cannot_be_read_counts_only_if_it_is_for_answers(tmp_path: Path) -> None:
    found = papers(tmp_path, {"answers.md": "", "notes.md": "", "report.md": "y = w " * MOST_CHARACTERS})

    assert found.value(tmp_path / "answers.md", {"y"}) == Fault("answers.md is empty", read=False)
    assert found.value(tmp_path / "notes.md", {"y"}) is None
    assert found.value(tmp_path / "report.md", {"y"}) == Fault(
        "report.md: it is longer than the 524,288 characters that are read", read=False
    )


def test_a_picture_in_a_page_does_not_make_it_long(tmp_path: Path) -> None:
    picture = "![](data:image/png;base64," + "iVBOR" * (MOST_CHARACTERS // 4) + ")"
    found = papers(tmp_path, {"answers.md": f"{picture}\n\ny = w\n"})

    assert isinstance(found.value(tmp_path / "answers.md", {"y"}), Solved)
