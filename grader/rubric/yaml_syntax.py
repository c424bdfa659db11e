"""What PyYAML's syntax errors mean, in our words: the place where a person must look, what is allowed, what to do.

PyYAML has two parsers, in C and in Python, whose wordings differ; both end in the same messages here.
"""

from __future__ import annotations

import re
from typing import Any

from grader.errors import Message
from grader.safetext import safe_line

# All but tab, newline and carriage return; also the separators that count as a new line for some and not for others.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

WELL_FORMED = ("keys and values in YAML 1.2", "write this line in a simpler way")


def undecodable(content: bytes, start: int, file: str) -> Message:
    """The message for a file that is not UTF-8; `start` is the first byte that is not."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        place, fact = f"{file}:1:1", "the file is UTF-16"
    else:
        before = content[:start].decode("utf-8")
        place = _place(file, before.count("\n") + 1, start_of_line(before) + 1)
        fact = f"the byte 0x{content[start]:02x} is not UTF-8"
    return Message(place, fact, "E-RUBRIC-ENCODING", "text in UTF-8", "save the file again with the encoding UTF-8")


def start_of_line(before: str) -> int:
    """How many characters of the last line stand in a text."""
    return len(before) - (before.rfind("\n") + 1)


def unreadable_character(text: str, file: str) -> Message | None:
    """The message for the first control character or hidden separator of lines; None if there is none."""
    found = UNREADABLE.search(text)
    if not found:
        return None
    before = text[: found.start()]
    place = _place(file, before.count("\n") + 1, start_of_line(before) + 1)
    fact = f"the character U+{ord(found[0]):04X} cannot be seen"
    return Message(place, fact, "E-RUBRIC-ENCODING", "visible characters, blanks and new lines", "delete it")


def syntax_message(error: Any, text: str, file: str) -> Message:
    """The message for an error of either parser of PyYAML."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _message(f"{file}:1:1", f"the YAML cannot be read: {safe_line(str(error))}", *WELL_FORMED)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    opened = getattr(error, "context_mark", None)
    return _known(error.problem or "", error.context or "", line, mark, opened, file)


def _known(problem: str, context: str, line: str, mark: Any, opened: Any, file: str) -> Message:
    here = _place(file, mark.line + 1, mark.column + 1)
    there = _place(file, opened.line + 1, opened.column + 1) if opened else here
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _message(here, "a tab stands in the indentation", "blanks, two for each level", "replace the tab")
    if "mapping values are not allowed" in problem:
        fact = "a second ':' stands on this line"
        return _message(here, fact, "one key on a line", "put a text that holds ': ' in quotes")
    if "flow mapping" in context or "flow sequence" in context:
        bracket, end = ("{", "}") if "mapping" in context else ("[", "]")
        fact = f"the bracket '{bracket}' is not closed, or a comma is missing by line {mark.line + 1}"
        return _message(there, fact, f"values between commas, then '{end}'", f"add the '{end}' or the comma")
    if "end of stream" in problem:
        return _message(there, "the quote that opens here is never closed", "one quote on each side", "close it")
    if "escape" in problem:
        fact = "this backslash means nothing between double quotes"
        return _message(here, fact, r"\n, \t, \", \\ and the like", "use single quotes, or write it twice")
    if "cannot start any token" in problem:
        fact = f"a value cannot begin with '{safe_line(line[mark.column : mark.column + 1])}'"
        return _message(here, fact, "texts that begin so in quotes", "put the text in quotes")
    if "expected" in problem and "block" in context:
        fact = f"this does not go on with what line {opened.line + 1} began"
        allowed = "the same indentation for all keys, or all items, of one group"
        return _message(here, fact, allowed, "indent it like its neighbours")
    return _message(here, f"the YAML cannot be read: {safe_line(problem)}", *WELL_FORMED)


def _message(place: str, fact: str, allowed: str, help: str) -> Message:
    return Message(place, fact, "E-RUBRIC-YAML", allowed, help)


def _place(file: str, line: int, column: int) -> str:
    return f"{file}:{line}:{column}"
