"""A whole notebook is played: what fails stops only what depends on it, and what is given stays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.kit.handin import Handin
from grader.kit.played import Played
from tests.kit.conftest import write_files
from tests.kit.ways_to_plot import notebook

WHOLE = {"name": "whole", "reads": [], "calls": [], "near": ["norm"], "take": "run"}
Play = Callable[..., tuple[dict[str, Any], list[str]]]


@pytest.fixture
def whole(tmp_path: Path, clean_imports: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Played]:
    """The best whole file of a hand-in."""
    monkeypatch.setattr(sys, "argv", ["handin.py"])

    def found(files: Mapping[str, str]) -> Played:
        write_files(tmp_path / "job", files)
        hw = Handin(tmp_path / "job", [], tmp_path, tmp_path / "none", [], {}, str, snippets=[WHOLE])
        hw.load_all()
        snippet = hw.snippets("whole")[0]
        assert isinstance(snippet, Played)
        return snippet

    return found


@pytest.fixture
def play(whole: Callable[..., Played]) -> Play:
    """Plays the cells of one notebook; the namespace and the notes."""

    def played(*cells: str, **given: Any) -> tuple[dict[str, Any], list[str]]:
        snippet = whole({"HW05.ipynb": notebook(*cells)})
        return snippet.run(given), snippet.notes

    return played


def test_cells_share_what_they_bind(play: Play) -> None:
    names, notes = play("import math\nx = 2", "def f(y):\n    return math.floor(x * y)", "z = f(3.4)")

    assert (names["z"], notes) == (6, [])


def test_a_failing_cell_stops_only_what_reads_its_names(play: Play) -> None:
    names, notes = play("a = 1\nb = 1 / 0\nc = 3", "d = a + 1", "e = c + 1", "f = e + 1", "g = d + 1")

    assert names["g"] == 3
    assert not {"b", "c", "e", "f"} & names.keys()
    assert notes == [
        "HW05.ipynb[cell 1]:2 raised ZeroDivisionError: division by zero",
        "HW05.ipynb[cell 3] skipped: it reads c, which HW05.ipynb[cell 1] did not make",
        "HW05.ipynb[cell 4] skipped: it reads e, which HW05.ipynb[cell 3] did not make",
    ]


def test_a_name_made_anew_is_there_again(play: Play) -> None:
    names, _ = play("a = 1 / 0", "a = 2", "b = a")

    assert names["b"] == 2


def test_what_is_given_is_there_from_the_start_and_stays(play: Play) -> None:
    names, notes = play("y = x + 1", "x = [0]\nz = x", x=5)

    assert (names["x"], names["y"], names["z"], notes) == (5, 6, 5, [])


@pytest.mark.parametrize(
    "noise",
    [
        "!pip install fairseq\n%load_ext autoreload\n%matplotlib inline",
        "%%bash\nrm -rf ~",
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')",
        "files = !ls\nassert list(files) == []",
        "print?",
        "display(3)",
        "import asyncio\nawait asyncio.sleep(0)",
        "",
        "# nothing but this",
    ],
)
def test_what_only_colab_knows_does_no_harm(play: Play, noise: str) -> None:
    names, notes = play(noise, "x = 1")

    assert names["x"] == 1
    assert [note for note in notes if "raised" in note or "skipped" in note] == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("import sys\nsys.exit('enough')", "raised SystemExit: enough"),
        ("raise RuntimeError('read this first')", "skipped: it only raises"),
        ("x = (", "skipped: it does not parse"),
        ("yield 3", "raised SyntaxError"),
    ],
    ids=["leaves", "raises", "does not parse", "does not compile"],
)
def test_a_cell_that_ends_badly_is_named_and_the_next_one_runs(play: Play, cell: str, said: str) -> None:
    names, notes = play(cell, "y = 1")

    assert names["y"] == 1
    assert said in notes[0]


def test_a_return_ends_its_cell(play: Play) -> None:
    names, notes = play("x = 1\nreturn x\nx = 2", "y = x")

    assert (names["y"], notes) == (1, [])


def test_cuda_means_the_cpu(play: Play) -> None:
    names, notes = play("import torch\nx = torch.ones(2, device='cuda').cuda().to('cuda:0').to(torch.device('cuda'))")

    assert (names["x"].device.type, notes) == ("cpu", [])
    assert "cuda" not in vars(torch.Tensor)


def test_a_script_is_played_statement_by_statement(whole: Callable[..., Played]) -> None:
    script = "a = 1 / 0\nb = 2\nif __name__ == '__main__':\n    c = b + 1\n    d = a + 1\n    e = c\n"

    snippet = whole({"hw5.py": script})
    names = snippet.run({})

    assert (names["e"], "d" in names) == (3, False)
    assert snippet.notes[1] == "hw5.py:5 skipped: it reads a, which hw5.py:1 did not make"


def test_notebooks_come_before_scripts_and_pages(whole: Callable[..., Played]) -> None:
    files = {"a.py": "x = 1\n", "b.ipynb": notebook("x = 2"), "answers.md": "```python\nx = 3\n```\n"}

    assert whole(files).where == "b.ipynb"


def test_it_tells_which_names_it_never_binds(whole: Callable[..., Played]) -> None:
    snippet = whole({"HW05.ipynb": notebook("print(len(gnorm), clip)\nx = 1", "y = x")})

    assert snippet.free == ("gnorm", "clip")
    assert snippet.with_series([1.0, 2.0]) == {"gnorm": [1.0, 2.0]}
