"""`%%writefile model.py`: what a notebook writes is a file of the hand-in, and a later cell imports it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.kit.cell_files import write_cell_files
from grader.kit.census import walk
from tests.kit.conftest import Load

NMT = "class NMT:\n    def step(self):\n        return 7\n"


def notebook(*cells: str) -> str:
    told = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": told, "nbformat": 4})


def written(root: Path, *cells: str, at: str = "hw.ipynb") -> tuple[dict[str, str], list[str]]:
    """The Python files that lie there afterwards, and what was noted."""
    (root / at).parent.mkdir(parents=True, exist_ok=True)
    (root / at).write_text(notebook(*cells), encoding="utf-8")
    notes: list[str] = []
    write_cell_files(root, walk(root), notes.append)
    return {path.relative_to(root).as_posix(): path.read_text() for path in sorted(root.rglob("*.py"))}, notes


def test_a_unit_is_found_in_a_file_that_a_cell_writes(load: Load) -> None:
    use = "from nmt_model import NMT\nclass Beam:\n    model = NMT\n"
    units = [{"name": "nmt_model", "defines": ["NMT"]}, {"name": "beam", "defines": ["Beam"]}]

    hw = load({"work/hw.ipynb": notebook("!pip install x\n", f"%%writefile nmt_model.py\n{NMT}", use)}, units=units)

    assert hw.nmt_model.NMT().step() == 7
    assert hw.beam.Beam.model is hw.nmt_model.NMT
    assert "file work/nmt_model.py: written by cell 2 of hw.ipynb" in hw.notes


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("%%writefile model.py", "model.py"),
        ("\n%%file  'model.py' ", "model.py"),
        ('%%writefile "src/model.py"', "src/model.py"),
        ("%%writefile /content/drive/a4/model.py", "model.py"),
        ("%%writefile ../model.py", "model.py"),
        ("%%writefile ./model.py", "model.py"),
    ],
)
def test_the_file_lies_beside_the_notebook(tmp_path: Path, line: str, name: str) -> None:
    assert written(tmp_path, f"{line}\nx = 1\n", at="a/hw.ipynb")[0] == {f"a/{name}": "x = 1\n"}


@pytest.mark.parametrize(
    "cell",
    [
        "%%writefile notes.txt\nx = 1\n",
        "%%writefile $name.py\nx = 1\n",
        "%%writefile {name}.py\nx = 1\n",
        "%%writefile\nx = 1\n",
        "%%writefile model.py",
        "x = '''\n%%writefile model.py\n'''\n",
        f"%%writefile {'x' * 300}.py\nx = 1\n",
        "%%writefile a\0b.py\nx = 1\n",
    ],
)
def test_what_is_no_python_file_is_not_written(tmp_path: Path, cell: str) -> None:
    assert written(tmp_path, cell) == ({}, [])


def test_later_cells_write_anew_or_add(tmp_path: Path) -> None:
    cells = ("%%writefile a.py\nx = 1\n", "%%writefile a.py\nx = 2", "%%writefile -a a.py\ny = 3\n")

    assert written(tmp_path, *cells)[0] == {"a.py": "x = 2\ny = 3\n"}


def test_a_file_that_was_handed_in_stays(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("x = 'theirs'\n")

    assert written(tmp_path, "%%writefile model.py\nx = 1\n") == ({"model.py": "x = 'theirs'\n"}, [])


@pytest.mark.parametrize("text", ["%%writefile a.py", '{"cells": "%%writefile a.py"}', ""])
def test_a_broken_notebook_writes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "hw.ipynb").write_text(text)

    write_cell_files(tmp_path, walk(tmp_path), str)

    assert [path.name for path in tmp_path.iterdir()] == ["hw.ipynb"]


@pytest.mark.parametrize("cells", [[f"%%writefile{' ' * 200_000}"], ["%%writefile -a a.py\nx = 1\n"] * 2_000])
def test_cells_without_end_cost_little(tmp_path: Path, cells: list[str]) -> None:
    files, _ = written(tmp_path, *cells)

    assert files.get("a.py", "x = 1\n" * 200) == "x = 1\n" * 200
