"""Tests of grader/home/wrapping.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.home.wrapping import cells, padded, wrapped

SENTENCE = "enc_hiddens: got (7, 4, 6) = (s, b, 2h), worst 0.31 at [b=2, s=5, 2h=1], 168 of 168 values differ"


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("注意力", 6), ("a注b", 4), ("e\u0301", 1), ("ＡＢ", 4), ("", 0), ("✓ –", 3)],
    ids=["latin", "chinese", "mixed", "combined", "full-width", "empty", "signs"],
)
def test_wide_characters_take_two_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_padding_counts_cells() -> None:
    assert padded("注意", 6) == "注意  "


def test_a_text_that_is_too_long_is_not_cut_by_padding() -> None:
    assert padded("encoder", 3) == "encoder"


def test_lines_have_their_beginnings() -> None:
    assert list(wrapped("one two three", 9, first="> ", rest="  ")) == ["> one two", "  three"]


def test_an_empty_text_is_what_stands_before_it() -> None:
    assert list(wrapped("", 9, first="> ")) == [">"]


@pytest.mark.parametrize("width", range(20, 60))
@pytest.mark.parametrize("kept", ["(7, 4, 6)", "(s, b, 2h)", "[b=2, s=5, 2h=1]", "168 of 168", "0.31", "enc_hiddens:"])
def test_shapes_places_and_numbers_stay_whole(kept: str, width: int) -> None:
    assert any(kept in line for line in wrapped(SENTENCE, width))


def test_a_path_with_blanks_stays_whole() -> None:
    path = "my homework/part 1/nmt_model.py:312"

    assert list(wrapped(f"{path}: raised", 20, whole=(path,))) == [f"{path}:", "raised"]


def test_a_path_in_chinese_stays_whole() -> None:
    assert list(wrapped("在 作业/注意力/nmt_model.py:3 里", 12)) == ["在", "作业/注意力/nmt_model.py:3", "里"]


def test_a_script_without_blanks_is_broken_between_its_characters() -> None:
    assert list(wrapped("注意力权重的和是一。", 8)) == ["注意力权", "重的和是", "一。"]


def test_a_word_that_is_longer_than_a_line_has_its_own() -> None:
    assert list(wrapped("a enc_hiddens_projected b", 10)) == ["a", "enc_hiddens_projected", "b"]


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=12), st.integers(10, 40))
def test_no_word_is_lost_and_no_line_is_too_long(words: list[str], width: int) -> None:
    lines = list(wrapped(" ".join(words), width))

    assert " ".join(lines).split() == words
    assert max(map(cells, lines)) <= width
