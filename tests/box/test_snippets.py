"""Snippets in a real jail: found, run with what the probe gives, and their faults told with cell and line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from grader.box.levels import best_level
from grader.box.pool import Job, Pool
from grader.nouns.asked import Handout, Limits, Snippet
from grader.nouns.seen import Observation, Run

PROBES = """
from grader import kit

kit.ready_for_snippets()


def ask(hw, *, seed):
    (snippet, *_) = hw.snippets("total", needed=True)
    names = snippet.run({"values": [1.0, 2.0]})
    return {"where": snippet.where, "free": " ".join(snippet.free), "total": names["total"]}
"""
HANDOUT = Handout(PROBES, (), snippets=(Snippet("total", "pick", calls=("sum",)),))


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One slot for the whole module."""
    with Pool(HANDOUT, level=best_level(), workers=1) as made:
        yield made


def seen(pool: Pool, name: str, text: str) -> Observation:
    sent = Job("ada", {name: text.encode()}, (Run("1", "first", "ask", {}, 1, Limits(), apart=False),))
    ((_, found),) = pool.each([sent])
    return found["1", "first"]


def notebook(*cells: str) -> str:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def test_a_cell_runs_with_what_the_probe_gives(pool: Pool) -> None:
    found = seen(pool, "a.ipynb", notebook("!pip install x\nvalues = train()", "%time total = sum(values)"))

    assert found.ended == "answered"
    assert dict(found.texts) == {"where": "a.ipynb[cell 2]", "free": "values"}
    assert float(found.tensors["total"]) == 3.0


def test_a_fault_is_told_with_its_cell_and_line(pool: Pool) -> None:
    found = seen(pool, "a.ipynb", notebook("!ls", "\n\ntotal = sum(values) / 0\n"))

    assert found.fault is not None
    (frame,) = found.fault.frames
    assert (found.fault.type, frame.file, frame.line) == ("ZeroDivisionError", "a.ipynb[cell 2]", 3)


def test_a_fault_in_a_pasted_block_has_the_line_of_the_page(pool: Pool) -> None:
    found = seen(pool, "answers.md", "# P1\n\n```python\ntotal = sum(values) / 0\n```\n")

    assert found.fault is not None
    (frame,) = found.fault.frames
    assert (frame.file, frame.line, dict(frame.near)[4]) == ("answers.md", 4, "total = sum(values) / 0")


def test_without_such_code_the_case_is_missing(pool: Pool) -> None:
    found = seen(pool, "a.py", "x = 1\n")

    assert (found.ended, found.reason.partition(";")[0]) == ("missing", "no code that calls 'sum' was found")
