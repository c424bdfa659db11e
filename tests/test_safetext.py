"""Foreign text becomes visible, short and final."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.safetext import hide_paths, safe_line, safe_text

ANY_TEXT = st.text(st.characters(), max_size=400)
NASTY = st.text(st.sampled_from("ab\n\t\r\x00\x1b\x7f\x85\xad\u200b\u202e\u2028\ud800\ufeff\U000e0041é界😀"))
UNSEEN_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
SIGNS = {
    "an escape sequence": ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
    "a link for terminals": ("\x1b]8;;http://x\x07", "␛]8;;http://x␇"),
    "a lone carriage return": ("100 %\rpassed", "100 %␍passed"),
    "a line end of Windows": ("one\r\ntwo", "one\ntwo"),
    "tab and newline": ("a\tb\nc", "a\tb\nc"),
    "delete": ("a\x7f", "a␡"),
    "C1": ("a\x9b2J", "a\\x9b2J"),
    "a turn of direction": ("user\u202etxt.py", "user\\u202etxt.py"),
    "an isolate": ("\u2066x\u2069", "\\u2066x\\u2069"),
    "zero width": ("pass\u200bed", "pass\\u200bed"),
    "a lone surrogate": ("a\ud800b", "a\\ud800b"),
    "a hidden tag": ("a\U000e0041", "a\\U000e0041"),
    "a noncharacter": ("a\uffff", "a\\uffff"),
    "letters of any script": ("é 界 😀 ✔\ufe0f", "é 界 😀 ✔\ufe0f"),
    "bytes that are no UTF-8": (b"a\xffb", "a\\xffb"),
    "bytes that are": ("é".encode(), "é"),
}


def _is_unseen(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in UNSEEN_CATEGORIES


@pytest.mark.parametrize(("value", "shown"), SIGNS.values(), ids=SIGNS)
def test_what_moves_turns_or_hides_becomes_a_sign(value: str | bytes, shown: str) -> None:
    assert safe_text(value) == shown


def test_no_character_that_unicode_calls_a_control_or_a_format_is_left() -> None:
    every = [chr(code) for code in range(0x110000)]

    left = [hex(ord(each)) for each in every if _is_unseen(each) and each in safe_text(each)]

    assert left == []


@given(ANY_TEXT | NASTY)
def test_safe_text_stays_as_it_is(text: str) -> None:
    once = safe_text(text)

    assert safe_text(once) == once
    assert not any(map(_is_unseen, once))


@given(
    ANY_TEXT | NASTY,
    st.integers(40, 120),
    st.integers(1, 6),
    st.integers(100, 400),
)
def test_safe_text_keeps_to_all_three_caps(text: str, columns: int, lines: int, size: int) -> None:
    caps = {"columns": columns, "lines": lines, "size": size}

    once = safe_text(text, **caps)

    assert safe_text(once, **caps) == once
    assert max(map(len, once.split("\n"))) <= columns
    assert once.count("\n") < lines
    assert len(once.encode()) <= size


@given(st.binary(max_size=300))
def test_bytes_become_text_that_stays(data: bytes) -> None:
    once = safe_text(data)

    assert safe_text(once) == once


@given(ANY_TEXT | NASTY, st.integers(10, 60))
def test_a_safe_line_is_one_line_that_stays(text: str, columns: int) -> None:
    once = safe_line(text, columns=columns)

    assert safe_line(once, columns=columns) == once
    assert "\n" not in once
    assert len(once) <= columns


def test_a_long_line_says_that_it_was_cut() -> None:
    assert safe_text("x" * 300) == "x" * 194 + "…[cut]"


def test_many_lines_say_how_many_there_were() -> None:
    shown = safe_text("row\n" * 1000)

    assert shown.split("\n")[-2:] == ["row", "[cut: 1001 lines, 4000 characters in all]"]
    assert shown.count("\n") == 399


def test_a_flood_is_cut_at_its_size() -> None:
    shown = safe_text("é" * 100 + "\n" + "界\n" * 300_000, lines=10**6)

    assert len(shown.encode()) <= 64 * 1024
    assert shown.endswith("[cut: 300002 lines, 600101 characters in all]")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("one\ntwo", "one␊two"), ("a\tb", "a b"), ("\n  a \n", "a"), ("a\r\nb", "a␊b"), (b"\xff", "\\xff")],
)
def test_a_safe_line_shows_where_lines_ended(value: str | bytes, shown: str) -> None:
    assert safe_line(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('File "/opt/venv/lib/torch/x.py", line 3', 'File "<venv>/lib/torch/x.py", line 3'),
        ("/opt/venv2/lib", "/opt/venv2/lib"),
        ("/opt/python/bin /opt/python", "<python>/bin <python>"),
        ("/opt/python/inner/a", "<inner>/a"),
        ("/home/bob/hw5/a.py", "~/hw5/a.py"),
        ("in /root.", "in ~."),
        ("/Users/bob: denied", "~: denied"),
        ("src/home/page /rooted", "src/home/page /rooted"),
    ],
)
def test_folders_of_this_machine_are_hidden(text: str, shown: str) -> None:
    prefixes = {"/opt/venv/": "<venv>", "/opt/python": "<python>", "/opt/python/inner": "<inner>", "": "<none>"}

    assert hide_paths(text, prefixes) == shown


def test_without_prefixes_home_folders_are_still_hidden() -> None:
    assert hide_paths("/home/bob/x", {}) == "~/x"
