"""Counts in words."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judge.counting import how_many


@pytest.mark.parametrize(
    ("where", "words"),
    [([True, False, True], "2 of 3 values differ"), ([True, False], "1 of 2 values differs"), (True, "differs")],
)
def test_a_count_agrees_with_its_verb(where: object, words: str) -> None:
    assert how_many(np.asarray(where), "differ") == words
