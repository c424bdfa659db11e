"""`from grader import check` in a notebook, and the same line where it must do nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from tests.home.kits import STARTER, write_kit

ROOT = Path(grader.__file__).parents[1]
NOTHING_HEAVY = """
import sys
import grader
heavy = ("torch", "numpy", "yaml", "pydantic", "click", "dataclasses", "typing", "grader.home", "grader.nouns")
print([name for name in heavy if name in sys.modules])
"""
# This notebook is checked as well, and holds the line: were it obeyed there, it would never end.
NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": "from grader import check\nNOTHING = check('w')\n",
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
# The shell of a notebook, without its kernel: cells are run, and what they show is formatted as a notebook asks for it.
CELLS = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.loads(sys.argv[1]):
    result = shell.run_cell(cell).result
    data, _ = shell.display_formatter.format(result, include={"text/plain", "text/html"})
    print("\\n##" + json.dumps(data))
from grader.home import cell
print("##" + json.dumps([checker._session._jobs for _, checker in cell._OPENED.values()]))
"""


def run(program: str, *words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder."""
    around = {**os.environ, "IPYTHONDIR": str(folder / ".ipython"), **environment}
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=around, timeout=120, check=False)


def test_importing_grader_costs_nothing() -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}){NOTHING_HEAVY}"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_in_the_jail_the_line_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "grader").mkdir()
    shutil.copy(grader.__file__, tmp_path / "grader")  # as it is staged: without `home`
    program = "import sys; sys.path.insert(0, '.'); from grader import check; print(check('1d'), check.__module__)"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, cwd=tmp_path)

    assert (done.stdout, done.stderr) == ("None grader\n", "")


def test_within_a_check_the_line_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_AT_HOME", "1")

    assert grader.check("1d") is None


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What a notebook shows below its cells: all, a part, an unknown one, elsewhere; then the jobs of each child."""
    folder = write_kit(tmp_path_factory.mktemp("home") / "作业 4")
    (folder / "attention.py").write_text(STARTER, encoding="utf-8")
    (folder / "hw 4.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    asked = [
        "from grader import check; check()",
        "check('w')",
        "check('1z')",
        "import os; os.chdir('..'); check()",
    ]
    done = run(CELLS, json.dumps(asked), folder=folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("##")]


def test_a_cell_shows_a_table_and_says_how_old_the_notebook_is(cells: list[dict[str, str]]) -> None:
    shown = cells[0]

    assert "<table" in shown["text/html"]
    assert "not started" in shown["text/html"]
    assert "hw 4.ipynb as it was saved at " in shown["text/html"]
    assert "waiting for w" in shown["text/plain"]


def test_a_part_can_be_asked_for(cells: list[dict[str, str]]) -> None:
    assert "attention.weights is as the handout has it" in cells[1]["text/html"]


def test_a_question_that_has_no_answer_is_told_without_a_traceback(cells: list[dict[str, str]]) -> None:
    assert cells[2]["text/plain"].startswith("tiny: there is no part '1z'  [E-PART]")
    assert cells[2]["text/html"].startswith("<pre>tiny: there is no part &#x27;1z&#x27;")
    assert "[E-HOME]" in cells[3]["text/plain"]


def test_torch_stays_loaded_between_cells(cells: list[dict[str, str]]) -> None:
    assert cells[4] == [2]
