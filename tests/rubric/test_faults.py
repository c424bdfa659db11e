"""The words of messages: where something stands, what it is, what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from grader.rubric.faults import described, instead, listed, nearest, where
from grader.rubric.strict_yaml import Key


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ((), ""),
        (("title",), ""),
        (("parts", "1d"), "part 1d"),
        (("parts", "1d", "points"), "part 1d"),
        (("parts", "1d", "checks", 1, "close"), "part 1d, check 2"),
        (("parts", "1d", "checks", 0, "all", 2, "same", 1), "part 1d, check 1, subcheck 3"),
        (("parts", "1d", "checks", 1, "cases", 0), "part 1d, check 2"),
        (("parts", "1d", "cases", "ragged", "lengths"), "part 1d, case ragged"),
        (("parts", "1d", "written", 0, "id"), "part 1d, written item 1"),
        (("units", "utils", "given", "x"), "unit utils"),
        (("editions", 2, "name"), "edition 3"),
        (("limits", "memory"), ""),
    ],
)
def test_a_path_is_called_by_part_and_check(path: Key, words: str) -> None:
    assert where(path) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        (True, "true"),
        (0, "the number 0"),
        (0.0001, "the number 0.0001"),
        ("a\x1b[31m", "the text 'a␛[31m'"),
        ([], "empty"),
        ({}, "empty"),
        ([1], "a list"),
        ({"a": 1}, "a group of keys"),
    ],
)
def test_a_value_is_told_by_what_it_is(value: Any, words: str) -> None:
    assert described(value) == words


def test_a_long_text_is_cut() -> None:
    assert len(described("x" * 1000)) < 80


def test_many_names_are_cut() -> None:
    assert listed(f"n{i}" for i in range(38)).endswith("n30, n31 and 6 more")


def test_no_names_are_told_as_none() -> None:
    assert listed([]) == "none"


@pytest.mark.parametrize(("word", "near"), [("closs", "close"), ("equl", "equal"), ("xyz", ""), ("", "")])
def test_the_nearest_word_is_found(word: str, near: str) -> None:
    assert nearest(word, ["close", "equal", "shape"]) == near


def test_where_no_word_is_near_the_help_says_something_else() -> None:
    assert instead("xyz", ["close"], "leave it out") == "leave it out"
