"""Blocks of code in Markdown: fences of every kind, with the lines of their file, repaired where they need it."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from grader.kit.handin import Handin
from grader.kit.pasted import python_blocks

Load = Callable[..., Handin]


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n```",
        "```py\nx = 1\n```\n",
        "``` Python\nx = 1\n```",
        "```\nx = 1\n```",
        "~~~python\nx = 1\n~~~",
        "````python\nx = 1\n````",
        "- item\n  ```python\n  x = 1\n  ```\n",
        "```python title='a'\nx = 1\n```",
        "```{.python}\nx = 1\n```",
        "```python\nx = 1",
        "```python\n!pip install torch\nx = 1\n```",
        "```python\n>>> x = 1\n```",
    ],
)
def test_a_fenced_block_is_code(text: str) -> None:
    (block,) = python_blocks(text)

    assert "x = 1" in ast.unparse(block.tree)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "```bash\nls -l\n```",
        "```json\n[1]\n```",
        "```\n3.14\n```",
        "```\nloss\n```",
        "```\nsome output here\n```",
        "```python\nx = = 1\n```",
        "`x = 1`",
        "```\n```",
        "```",
        "",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert python_blocks(text) == []


def test_blocks_are_counted_and_keep_the_lines_of_the_file() -> None:
    blocks = python_blocks("# P1\n\n```text\nno\n```\n\n```python\nx = 1\ny = 2\n```\n")

    assert [(block.number, block.tree.body[1].lineno) for block in blocks] == [(2, 9)]


def test_escapes_are_taken_back_only_where_nothing_else_helps() -> None:
    (escaped,) = python_blocks("```\nw = model.embed\\_positions\\[0\\]\n```")
    (kept,) = python_blocks("```python\npattern = '\\_'\n```")

    assert ast.unparse(escaped.tree) == "w = model.embed_positions[0]"
    assert ast.unparse(kept.tree) == "pattern = '\\\\_'"


def test_a_unit_may_be_pasted_but_a_file_comes_first(load: Load) -> None:
    page = "```python\ndef pad_sents(sents, pad_token):\n    return 'pasted'\n```\n"

    assert load({"answers.md": page}).utils.pad_sents([], 0) == "pasted"


def test_a_file_comes_before_what_is_pasted(load: Load) -> None:
    page = "```python\ndef pad_sents(sents, pad_token):\n    return 'pasted'\n```\n"
    file = "def pad_sents(sents, pad_token):\n    return 'file'\n"

    assert load({"answers.md": page, "deep/down/work.py": file}).utils.pad_sents([], 0) == "file"


@pytest.mark.parametrize(("others", "found"), [({}, True), ({"notes.py": "x = 1\n"}, False)])
def test_a_readme_counts_only_where_there_is_nothing_else(load: Load, others: dict[str, str], found: bool) -> None:
    page = "```python\ndef pad_sents(sents, pad_token):\n    return 1\n```\n"

    hw = load({"README.md": page, **others})

    assert any("README" in note for note in hw.notes) is found


def test_a_page_that_only_names_a_class_is_no_candidate(load: Load) -> None:
    hw = load({"answers.md": "My NMT is good.\n", "model.py": "class NMT:\n    good = True\n"})

    assert hw.nmt_model.NMT.good
