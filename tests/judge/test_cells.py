"""Which findings are wrong, and where."""

from __future__ import annotations

from typing import Any

import pytest

from grader.judge.cells import wrong_cells
from grader.nouns.judged import Verdict


@pytest.mark.parametrize(
    ("outcome", "cells"),
    [
        ("failed", (("ragged", "c0"),)),
        ("void", (("ragged", "c0"),)),
        ("crashed", (("ragged", ""),)),
        ("stopped", ()),
        ("skipped", ()),
        ("broken", ()),
        ("pending", ()),
        ("passed", ()),
    ],
)
def test_only_failures_leaks_and_crashes_are_wrong(outcome: Any, cells: tuple[tuple[str, str], ...]) -> None:
    assert wrong_cells([Verdict(outcome, case="ragged", output="c0")] * 2) == cells
