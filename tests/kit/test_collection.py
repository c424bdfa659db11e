"""Which files snippets come from, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.kit.handin import Handin
from tests.kit.conftest import write_files
from tests.kit.ways_to_plot import notebook

RULES = ({"name": "total", "reads": [], "calls": ["total_of"], "near": [], "take": "pick"},)
CODE = "x = total_of(values)\n"


@pytest.fixture
def found(tmp_path: Path, clean_imports: None) -> Callable[[Mapping[str, str]], list[str]]:
    """Where the snippets of these files stand."""

    def places(files: Mapping[str, str]) -> list[str]:
        write_files(tmp_path / "job", files)
        hw = Handin(tmp_path / "job", [], tmp_path, tmp_path / "none", [], {}, str, snippets=RULES)
        hw.load_all()
        return [snippet.where for snippet in hw.snippets("total")]

    return places


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
