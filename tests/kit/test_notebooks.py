"""Notebooks are source: magics put aside, broken cells skipped by name, definitions taken."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from grader.kit.handin import Handin, ImportFailed
from grader.kit.notebooks import NotANotebook, code_cells

Load = Callable[..., Handin]


def notebook(*cells: str) -> str:
    """A notebook of a text cell and these code cells."""
    text = {"cell_type": "markdown", "source": ["# Homework"]}
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": [text, *code]})


@pytest.mark.parametrize(
    "line",
    [
        "!pip install torch",
        "%matplotlib inline",
        "    !ls",
        "!wget http://x \\\n  -O y \\\n  --quiet",
        "files = !ls",
        "out, = %timeit -o f()",
        "?print",
        "torch.nn?",
        "%%bash\necho hello\nrm -rf x",
        "%%time\ny = 1",
    ],
)
def test_magics_do_not_stop_a_cell(line: str) -> None:
    prefix = "if True:\n" if line.startswith(" ") else ""

    (cell,) = code_cells(notebook(f"{prefix}{line}\nx = 1\n"))

    assert cell.tree is not None


def test_percent_signs_of_arithmetic_stay() -> None:
    (cell,) = code_cells(notebook("x = (7\n  % 4)\n"))

    assert cell.tree is not None
    assert "% 4" in cell.text


@pytest.mark.parametrize(
    "statement",
    ["x = (7\n  % 4)", "x = 7 \\\n  % 4", 'x = """\n!ls\n%cd\n"""', "x = f(\n    '%d'\n    % 4,\n)"],
    ids=["brackets", "backslash", "text", "format"],
)
def test_beside_magics_a_line_that_goes_on_stays(statement: str) -> None:
    (cell,) = code_cells(notebook(f"%cd a4\n{statement}\n!ls\n"))

    assert cell.text == f"pass\n{statement}\npass\n"


@pytest.mark.parametrize(
    ("source", "fault"), [("def f(:\n", "does not parse"), ("raise SystemExit('stop here')", "only raises")]
)
def test_a_cell_that_cannot_be_used_says_why(source: str, fault: str) -> None:
    (cell,) = code_cells(notebook(source))

    assert cell.number == 2
    assert cell.fault.startswith(fault)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"cells": 3}', '{"nbformat": 4}', "[" * 100_000], ids=lambda text: text[:12]
)
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(NotANotebook, match="is no notebook"):
        code_cells(text)


def test_cells_of_wrong_types_are_passed_over() -> None:
    document = {"cells": [1, None, {"cell_type": "code", "source": 7}, {"cell_type": "code", "source": [1, "x = 1"]}]}

    assert [cell.text for cell in code_cells(json.dumps(document))] == ["x = 1"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("!wget http://x \\\n  -O y\nx = 1\n", "pass\npass\nx = 1\n"),
        ("files = !ls\nx = 1", "files = []\nx = 1"),
        ("%time y = f(2)\nx = 1", "y = f(2)\nx = 1"),
        ("y = %time f(2)\nx = 1", "y = f(2)\nx = 1"),
        ("%%time\ny = 2\n!ls\n", "pass\ny = 2\npass\n"),
        ("%%capture out\n%matplotlib inline\nx = 1", "pass\npass\nx = 1"),
        ("%%writefile a.py\nx = = 1", "pass"),
        ("if x:\n    !ls\n    y = 1\n", "if x:\n    pass\n    y = 1\n"),
        (">>> x = 1\n>>> y = 2\n", "x = 1\ny = 2\n"),
        ("  x = 1\n  y = 2\n", "x = 1\ny = 2\n"),
        ("?print\nx = 1", "pass\nx = 1"),
    ],
)
def test_every_line_keeps_its_number(source: str, text: str) -> None:
    (cell,) = code_cells(notebook(source))

    assert (cell.text, cell.fault) == (text, "")


def test_a_cell_of_nothing_but_magics_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    (cell,) = code_cells(notebook("!ls\n" * 300 + "x = 1\n"))

    assert cell.text == "pass\n" * 300 + "x = 1\n"


def test_ipython_is_imported_only_where_it_is_needed() -> None:
    told = (
        "import sys\nfrom grader.kit.notebooks import cell\n"
        "cell(1, 'x = 1')\nprint('IPython' in sys.modules)\ncell(1, '!ls')\nprint('IPython' in sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert ran.stdout.split() == ["False", "True"]


def test_notebooks_of_format_three_are_read() -> None:
    document = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}

    assert [cell.text for cell in code_cells(json.dumps(document))] == ["x = 1"]


def test_a_notebook_is_a_hand_in_of_its_own(load: Load) -> None:
    cells = (
        "!pip install sentencepiece\nimport math",
        "def pad_sents(sents, pad_token):\n    return math.pi",
        "raise RuntimeError('read before you run')",
        "class NMT:\n    pass",
        "model = NMT()\nfor epoch in range(10**9):\n    model.train()",
        "def broken(:",
    )

    hw = load({"hw4.ipynb": notebook(*cells)})

    assert hw.utils.pad_sents([], 0) > 3
    assert hw.nmt_model.NMT is hw.utils.NMT
    assert "file nmt_model: hw4.ipynb" in hw.notes
    assert "hw4.ipynb: cell 4 skipped: it only raises" in hw.notes
    assert any(note.startswith("hw4.ipynb: cell 7 skipped: it does not parse") for note in hw.notes)


def test_an_error_in_a_notebook_names_its_cell(load: Load) -> None:
    hw = load({"hw4.ipynb": notebook("x = 1", "class NMT(Undefined):\n    pass")})

    with pytest.raises(ImportFailed) as error:
        _ = hw.nmt_model

    trace = error.value.original.__traceback__
    files = []
    while trace is not None:
        files.append(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    assert files[-1].endswith("hw4.ipynb[cell 3]")


def test_a_notebook_with_large_pictures_is_read(load: Load) -> None:
    picture = {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "A" * 6 * 1024**2}}]}
    code = {"cell_type": "code", "source": "def pad_sents(sents, pad_token):\n    return 7"}

    hw = load({"hw4.ipynb": json.dumps({"nbformat": 4, "cells": [picture, code]})})

    assert hw.utils.pad_sents([], 0) == 7
