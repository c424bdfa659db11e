"""Syntax errors: both parsers of PyYAML end in the same words of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.errors import RubricError
from grader.rubric import strict_yaml
from grader.rubric.strict_yaml import read_yaml

SYNTAX = {
    "tab": (
        "a:\n\tb: 2\n",
        "2:1: a tab stands in the indentation  [E-RUBRIC-YAML]\n  allowed: blanks, two for each level\n"
        "  help: replace the tab",
    ),
    "two colons": (
        "a: b: c\n",
        "1:5: a second ':' stands on this line  [E-RUBRIC-YAML]\n  allowed: one key on a line\n"
        "  help: put a text that holds ': ' in quotes",
    ),
    "open brace": (
        "a: {b: 1\nc: 2\n",
        "1:4: the bracket '{' is not closed, or a comma is missing by line 2  [E-RUBRIC-YAML]\n"
        "  allowed: values between commas, then '}'\n  help: add the '}' or the comma",
    ),
    "open bracket": (
        "a: [1, 2\n",
        "1:4: the bracket '[' is not closed, or a comma is missing by line 2  [E-RUBRIC-YAML]\n"
        "  allowed: values between commas, then ']'\n  help: add the ']' or the comma",
    ),
    "open quote": (
        "a: 'x\n",
        "1:4: the quote that opens here is never closed  [E-RUBRIC-YAML]\n  allowed: one quote on each side\n"
        "  help: close it",
    ),
    "start": (
        "a: @x\n",
        "1:4: a value cannot begin with '@'  [E-RUBRIC-YAML]\n  allowed: texts that begin so in quotes\n"
        "  help: put the text in quotes",
    ),
    "indentation": (
        "a:\n  b: 1\n c: 2\n",
        "3:2: this does not go on with what line 1 began  [E-RUBRIC-YAML]\n"
        "  allowed: the same indentation for all keys, or all items, of one group\n"
        "  help: indent it like its neighbours",
    ),
    "list in mapping": (
        "- a\nb: c\n",
        "2:1: this does not go on with what line 1 began  [E-RUBRIC-YAML]\n"
        "  allowed: the same indentation for all keys, or all items, of one group\n"
        "  help: indent it like its neighbours",
    ),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a rubric to be written."""
    monkeypatch.chdir(tmp_path)
    return Path("r.yaml")


def said(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    with pytest.raises(RubricError) as error:
        read_yaml(path)
    return str(error.value)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("case", SYNTAX)
def test_a_syntax_error_names_where_to_look(
    case: str, loader: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_yaml, "LOADER", loader)
    text, message = SYNTAX[case]

    assert said(text.encode(), here) == f"r.yaml:{message}"


def test_an_unknown_escape_is_told_with_its_cure(here: Path) -> None:
    assert said(b'a: "\\q"\n', here).splitlines()[1:] == [
        r"  allowed: \n, \t, \", \\ and the like",
        "  help: use single quotes, or write it twice",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: é\n".encode("latin-1"), "r.yaml:1:4: the byte 0xe9 is not UTF-8  [E-RUBRIC-ENCODING]"),
        ("a: 1\nb: xé\n".encode("cp1252"), "r.yaml:2:5: the byte 0xe9 is not UTF-8  [E-RUBRIC-ENCODING]"),
        ("a: 1\n".encode("utf-16"), "r.yaml:1:1: the file is UTF-16  [E-RUBRIC-ENCODING]"),
    ],
)
def test_other_encodings_are_named(content: bytes, message: str, here: Path) -> None:
    assert said(content, here) == (
        f"{message}\n  allowed: text in UTF-8\n  help: save the file again with the encoding UTF-8"
    )


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\u2028", "\x85", "\ufeff"])
def test_a_character_that_cannot_be_seen_is_named(character: str, here: Path) -> None:
    assert said(f"a: 1\nb: x{character}\n".encode(), here) == (
        f"r.yaml:2:5: the character U+{ord(character):04X} cannot be seen  [E-RUBRIC-ENCODING]\n"
        "  allowed: visible characters, blanks and new lines\n  help: delete it"
    )


def test_what_nothing_explains_keeps_the_parser_words(here: Path) -> None:
    message = said(b"%YAML 9.9\n---\na: 1\n", here)

    assert message.startswith("r.yaml:1:1: the YAML cannot be read: ")
    assert message.endswith("  help: write this line in a simpler way")
