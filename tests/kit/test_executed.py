"""Statements run one by one, as in a notebook on a machine without a GPU."""

from __future__ import annotations

import ast
import asyncio
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from grader.kit.census import Piece
from grader.kit.executed import NoShell, Returned, execute, fresh_module, future_flags, show_lines, supply


def run(text: str) -> dict[str, object]:
    module = fresh_module("", "work.py")
    tree = ast.parse(text)
    for statement in tree.body:
        execute(statement, Piece("work.ipynb[cell 3]", text, tree), module, future_flags(tree.body))
    return vars(module)


def test_a_traceback_names_cell_and_line_and_quotes_it(clean_imports: None) -> None:
    text = "x = 1\ny = x / 0\n"
    show_lines(Piece("work.ipynb[cell 3]", text, ast.parse(text)))

    with pytest.raises(ZeroDivisionError) as error:
        run(text)

    assert 'File "work.ipynb[cell 3]", line 2, in <module>\n    y = x / 0' in "".join(
        traceback.format_exception(error.value)
    )


def test_a_return_of_its_own_level_ends_it(clean_imports: None) -> None:
    with pytest.raises(Returned):
        run("if True:\n    return 5\n")


def test_functions_keep_their_returns(clean_imports: None) -> None:
    assert run("def f():\n    return 5\nx = f()\n")["x"] == 5


def test_await_and_future_imports_work(clean_imports: None) -> None:
    text = "from __future__ import annotations\nasync def f(x: Nowhere):\n    return x\ny = await f(2)\n"

    assert run(text)["y"] == 2


def test_await_works_where_an_event_loop_runs_already(clean_imports: None) -> None:
    async def inside() -> Any:
        return run("async def f(x):\n    return x\ny = await f(2)\n")["y"]

    with ThreadPoolExecutor(max_workers=1) as thread:  # a browser's loop may run in this one
        assert thread.submit(asyncio.run, inside()).result() == 2


def test_dataclasses_find_their_module(clean_imports: None) -> None:
    text = "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: 'int' = 1\ny = A().x\n"

    assert run(text)["y"] == 1


def test_the_shell_takes_every_call() -> None:
    shell = NoShell()

    assert shell.run_line_magic("matplotlib", "inline") == shell.kernel.do_shutdown(True) == []


def test_names_of_custom_are_supplied(clean_imports: None) -> None:
    module = fresh_module("", "work.py")

    supply(module, ["np", "F", "nn", "cosine_similarity"])

    assert module.F.cosine_similarity is not None
    assert vars(module)["nn"] is torch.nn
    assert vars(module)["cosine_similarity"] is torch.nn.functional.cosine_similarity
