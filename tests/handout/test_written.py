"""YAML that is put down for people says the same as what it was made from."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from grader.handout.written import WIDTH, flow, lines

VALUES = {
    "text": "Encoder",
    "colon": "ada: bo",
    "comma": "cleo, dev",
    "star": "*.ipynb",
    "hash": "a # b",
    "number as text": "1.5",
    "yes as text": "yes",
    "null as text": "null",
    "quotes": 'it\'s "so"',
    "Chinese": "作业：第一题",
    "two lines": "one\ntwo",
    "empty": "",
    "whole": 3,
    "whole float": 3.0,
    "half": 0.5,
    "tiny": 1e-05,
    "truth": True,
    "list": [7, 5, 3],
    "nested": {"lengths": [[1], [2, 1]], "words": False},
    "empty list": [],
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_stands_on_one_line_is_read_as_it_was(value: Any) -> None:
    line = flow({"a": value, "b": [value]})

    assert "\n" not in line
    assert yaml.safe_load(line) == {"a": value, "b": [value]}


def test_what_takes_many_lines_is_read_as_it_was() -> None:
    checks = [
        {"id": "long", "same": ["a.b", "c.d"], "hint": "x" * 90, "all": [{"close": f"output_{n}"} for n in range(9)]}
    ]
    mapping = {**VALUES, "cases": {"one": {"n": 1}, "two": {"n": 2}}, "checks": checks}

    written = list(lines(mapping))

    assert yaml.safe_load("\n".join(written)) == mapping
    assert "cases:" in written
    assert "  one: {n: 1}" in written


def test_lines_are_short_unless_one_word_is_long() -> None:
    mapping = {"checks": [{"parameters": [f"layer_{n}.weight" for n in range(20)], "points": 1}]}

    assert max(map(len, lines(mapping))) <= WIDTH


def test_a_whole_number_of_points_is_written_without_a_fraction() -> None:
    assert flow({"points": 2.0}) == "{points: 2}"
