"""Rules with keys of their own: what is filled in, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.errors import RubricError
from grader.rubric.load import load_rubric

WAS = "shape: {total: b 2h}"
FILLED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "image": (
        "image: {to: total}",
        "image",
        {"figures": "figures", "to": "total", "cells": "all", "may_be": [], "without": []},
    ),
    "image with all keys": (
        "image: {figures: maps, to: total, cells: finite, may_be: [transposed, flipped, normalised], without: [0, 1]}",
        "image",
        {
            "figures": "maps",
            "to": "total",
            "cells": "finite",
            "may_be": ["transposed", "flipped", "normalised"],
            "without": [0, 1],
        },
    ),
    "line": ("line: {to: total}", "line", {"figures": "figures", "to": "total", "may_be": []}),
    "marks": (
        "marks: {series: total, above: 1.0}",
        "marks",
        {"figures": "figures", "series": "total", "above": 1.0, "within": 2.0, "at_least": 1},
    ),
}


@pytest.mark.parametrize("way", FILLED)
def test_a_rule_about_figures_is_filled_in(course: Path, rewrite: Callable[..., None], way: str) -> None:
    text, kind, rule = FILLED[way]
    rewrite(WAS, text)
    check = load_rubric(course).parts[0].checks[0]

    assert (check.kind, check.rule, check.cases) == (kind, rule, ("few", "one"))


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("image: {figures: maps}", "'to' is missing"),
        ("image: {to: total, cells: some}", "'cells' is the text 'some'"),
        ("image: {to: total, may_be: [rotated]}", "is the text 'rotated'"),
        ("image: {to: total, without: [-1]}", "is the number -1"),
        ("image: {to: total, without: [0, 1, 2, 3, 4]}", "'without' has 5 items"),
        ("image: {to: total, colour: red}", "there is no key 'colour'"),
        ("line: {to: total, may_be: [smoothed]}", "is the text 'smoothed'"),
        ("line: {to: total}, dtype: exact", "'dtype' means nothing to 'line'"),
        ("marks: {series: total}", "'above' is missing"),
        ("marks: {series: total, above: 1.0, at_least: 0}", "'at_least' is the number 0"),
        ("marks: {series: total, above: 1.0, within: -1}", "'within' is the number -1"),
        ("marks: {series: total, above: 1.0}, rtol: 1", "'rtol' means nothing to 'marks'"),
    ],
)
def test_what_a_rule_does_not_say_so_is_refused(
    course: Path, rewrite: Callable[..., None], text: str, fact: str
) -> None:
    rewrite(WAS, text)
    with pytest.raises(RubricError) as refused:
        load_rubric(course)

    assert fact in str(refused.value)


@pytest.mark.parametrize("kind", ["image: {to: x}", "line: {to: x}", "marks: {series: x, above: 1.0}"])
def test_figures_come_from_a_probe(course: Path, rewrite: Callable[..., None], kind: str) -> None:
    rewrite("lines: {reference: data/ref.txt}", kind)
    with pytest.raises(RubricError) as refused:
        load_rubric(course)

    assert f"'{kind.split(':')[0]}' has nothing to look at in this part  [E-CHECK-SOURCE]" in str(refused.value)
