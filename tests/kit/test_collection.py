"""Which files snippets come from, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.kit.collection import MOST_READ_AHEAD
from grader.kit.handin import Handin
from grader.kit.program import Program
from tests.kit.conftest import write_files
from tests.kit.ways_to_plot import notebook

RULES = ({"name": "total", "reads": [], "calls": ["total_of"], "near": [], "take": "pick"},)
CODE = "x = total_of(values)\n"


HandIn = Callable[[Mapping[str, str]], Handin]


@pytest.fixture
def hand_in(tmp_path: Path, clean_imports: None) -> HandIn:
    """A hand-in of these files."""

    def loaded(files: Mapping[str, str]) -> Handin:
        write_files(tmp_path / "job", files)
        hw = Handin(tmp_path / "job", [], tmp_path, tmp_path / "none", [], {}, str, snippets=RULES)
        hw.load_all()
        return hw

    return loaded


@pytest.fixture
def found(hand_in: HandIn) -> Callable[[Mapping[str, str]], list[str]]:
    """Where the snippets of these files stand."""
    return lambda files: [snippet.where for snippet in hand_in(files).snippets("total")]


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.py", f"\n{CODE}", "a.py:2"),
        ("a.py", f"# %%\ny = 1\n# %% second\n{CODE}", "a.py:4"),
        ("a.py", f"!pip install x\n{CODE}", "a.py:2"),
        ("src/a.ipynb", notebook("y = 1", CODE), "src/a.ipynb[cell 2]"),
        ("report.md", f"```\n{CODE}```\n", "report.md[block 1]"),
        ("README.md", f"```\n{CODE}```\n", "README.md[block 1]"),
    ],
    ids=["script", "cells", "exported", "notebook", "page", "readme"],
)
def test_code_is_found_in_every_kind_of_file(
    found: Callable[[Mapping[str, str]], list[str]], name: str, text: str, where: str
) -> None:
    assert found({name: text}) == [where]


def test_the_nearest_comes_first_and_pages_and_copies_last(found: Callable[[Mapping[str, str]], list[str]]) -> None:
    places = ["deep/down/b.py", "old/c.py", "answers.md", "a.py"]
    files = {name: f"y{at} = total_of({at})\n" for at, name in enumerate(places)}
    files["answers.md"] = f"```python\n{files['answers.md']}```\n"

    assert found(files) == ["a.py:1", "deep/down/b.py:1", "answers.md[block 1]", "old/c.py:1"]


def test_a_file_that_cannot_be_read_hides_no_other(found: Callable[[Mapping[str, str]], list[str]]) -> None:
    assert found({"a.py": f"def broken(:\n{CODE}", "b.ipynb": f"{{{CODE}", "c.py": CODE}) == ["c.py:1"]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was read as a program, one entry each time."""
    read: list[Any] = []

    def program(cells: Any) -> Program:
        read.append(cells)
        return Program(cells)

    monkeypatch.setattr("grader.kit.collection.Program", program)
    return read


BROKEN_CELL = {"a.ipynb": notebook("def broken(:", CODE)}


def test_what_was_read_ahead_is_found_without_reading_again_and_told_when_it_is_asked_for(
    hand_in: HandIn, reads: list[Any]
) -> None:
    hw = hand_in(BROKEN_CELL)
    before = list(hw.notes)

    hw.read_ahead()
    quiet, read = list(hw.notes), len(reads)
    found = hw.snippets("total")

    assert (quiet, read, len(reads)) == (before, 1, 1)
    assert [snippet.where for snippet in found] == ["a.ipynb[cell 2]"]
    assert any("cell 1" in note for note in hw.notes), hw.notes


@pytest.mark.parametrize("longer", [MOST_READ_AHEAD, 0])
def test_a_hand_in_of_no_ordinary_size_is_read_by_who_asks(hand_in: HandIn, reads: list[Any], longer: int) -> None:
    hw = hand_in({"a.py": f"text = '{'x' * longer}'\n{CODE}"})

    hw.read_ahead()
    ahead = len(reads)

    assert (ahead, len(hw.snippets("total")), len(reads)) == (int(not longer), 1, 1)


def test_what_fails_while_reading_ahead_is_told_to_who_asks(hand_in: HandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(cells: Any) -> Program:
        raise RecursionError("too deep")

    monkeypatch.setattr("grader.kit.collection.Program", fails)
    hw = hand_in({"a.py": CODE})

    hw.read_ahead()

    with pytest.raises(RecursionError, match="too deep"):
        hw.snippets("total")
