"""Written answers: the section of one part in `answers.md`, and the lines `name = number` in it.

A section begins at a heading that starts with the part's id (`# 1g`, `## Question 2c: BLEU`, `### 1(g)`) and ends at
the next heading of its level or above, or at one that starts with another id. Numbers are read as people write them:
4/9, 0.444, 44.4 %, 0,444, `\\frac{4}{9}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

import numpy as np

from grader.judge.handed_in import decode, find_file, is_pointer
from grader.nouns.seen import Observation
from grader.safetext import safe_line, safe_text

NAMES = ("answers.md", "answers.markdown", "answers.txt")
LARGEST_BYTES = 4 * 1024 * 1024
MOST_NUMBERS = 200
LONGEST_NAME = 40
COLUMNS = 4000  # a paragraph may be one line
LINES = 1000
LONGEST_LINE = 500  # of characters in which a number or a heading is looked for
MOST_LINES = 20_000

HEADING = re.compile(r" {0,3}(#{1,6})(.*)")
FENCE = re.compile(r" {0,3}(?:```|~~~)")
WORD_BEFORE = re.compile(r"(?:part|question|problem|exercise|task|answer|q)(?:\b|(?=\d))[\s.:]*", re.IGNORECASE)
AN_ID = re.compile(r"\d+[a-z]")
BULLET = re.compile(r"^\s*(?:[-*+•>]\s+|\d{1,3}[.)]\s+)?")
SIGNS = ("=", "≈", ":")  # between a name and its number, in this order of preference
LATEX_FRACTION = re.compile(r"(?P<sign>[-+]?)\\[dt]?frac\s*\{\s*(?P<top>\d+)\s*\}\s*\{\s*(?P<bottom>\d+)\s*\}")
NUMBER = re.compile(
    r"(?P<top>[-+]?(?:\d{1,3}(?:,\d{3}){2,}|\d*[.,]?\d+|\d+[.,])(?:e[-+]?\d{1,3})?)"
    r"(?:\s*/\s*(?P<bottom>\d+(?:[.,]\d+)?))?\s*\\?(?P<percent>%)?",
    re.IGNORECASE,
)


def read_answers(files: Mapping[str, bytes], part_id: str) -> Observation:
    """What `answers.md` says about a part: the text `answer`, and a tensor for every `name = number`.

    Names are lower case, with underscores for blanks; of two lines with one name the later counts.
    """
    path = find_file(files, NAMES)
    if not path:
        return Observation("missing", reason="answers.md was not handed in")
    shown = safe_line(path)
    if is_pointer(files[path]):
        return Observation("missing", reason=f"{shown} is a Git LFS pointer, not the file")
    if len(files[path]) > LARGEST_BYTES:
        return Observation("unreadable", reason=f"{shown} is larger than {LARGEST_BYTES // 1024**2} MiB")
    text = decode(files[path])
    if text.count("\n") > MOST_LINES:
        return Observation("unreadable", reason=f"{shown} has more than {MOST_LINES:,} lines")
    section = "\n".join(_section(text, part_id)).strip("\n")
    if not section.strip():
        return Observation("missing", reason=f"{shown} has nothing under a heading '{part_id}'")
    tensors = {name: np.asarray(value, np.float64) for name, value in _numbers(section).items()}
    answer = safe_text(section, columns=COLUMNS, lines=LINES)
    return Observation("answered", tensors=tensors, texts={"answer": answer})


def _section(text: str, part_id: str) -> Iterator[str]:
    level = 0  # of the heading we are under; 0 is outside
    fenced = False
    for line in text.split("\n"):
        if FENCE.match(line):
            fenced = not fenced
        heading = None if fenced else HEADING.fullmatch(line[:LONGEST_LINE])
        if heading is None:
            if level:
                yield line
            continue
        depth, title = len(heading[1]), heading[2].strip(" \t").rstrip(" \t#")
        if _is_about(title, part_id):
            if level and depth > level:
                yield line
            level = min(level, depth) if level else depth
        elif level and (depth <= level or AN_ID.fullmatch(_first_id(title))):
            level = 0
        elif level:
            yield line


def _is_about(title: str, part_id: str) -> bool:
    wanted = _bare(part_id)
    words = _words(title)
    return wanted in (_bare(words[0]), _bare("".join(words[:2]))) if words else False


def _first_id(title: str) -> str:
    words = _words(title)
    return _bare(words[0]) if words else ""


def _words(title: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", title).strip("*_` ")
    return re.split(r"[\s:,–—]+", WORD_BEFORE.sub("", plain, count=1), maxsplit=2)


def _bare(word: str) -> str:
    """An id without brackets, dots and capitals: `1.(G)` is `1g`; a hyphen stays."""
    return re.sub(r"[^\w-]|_", "", word).strip("-").casefold()


def _numbers(section: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in section.split("\n"):
        name, value = _named_number(unicodedata.normalize("NFKC", line[:LONGEST_LINE]))
        if name and value is not None:
            found[name] = value
        if len(found) == MOST_NUMBERS:
            break
    return found


def _named_number(line: str) -> tuple[str, float | None]:
    sign = next((sign for sign in SIGNS if sign in line), "")
    if not sign:
        return "", None
    left, _, right = BULLET.sub("", line, count=1).partition(sign)
    name = _name(left)
    return (name, parse_number(right)) if name and not name[0].isdigit() else ("", None)


def _name(text: str) -> str:
    name = re.sub(r"\W+", "_", re.sub(r"[\\{}]", "", text)).strip("_").casefold()
    return name if len(name) <= LONGEST_NAME else ""


def parse_number(text: str) -> float | None:
    """The number that a text begins with: 4/9, 0.444, 44.4 %, 0,444, 1e-3; None if it begins with none."""
    text = text.strip().lstrip("$`*=≈ ")
    fraction = LATEX_FRACTION.match(text)
    if fraction is not None:
        sign = -1.0 if fraction["sign"] == "-" else 1.0
        return _quotient(sign * _float(fraction["top"]), _float(fraction["bottom"]), 1.0)
    match = NUMBER.match(text)
    if match is None:
        return None
    bottom = _float(match["bottom"]) if match["bottom"] else 1.0
    return _quotient(_float(match["top"]), bottom, 100.0 if match["percent"] else 1.0)


def _quotient(top: float, bottom: float, unit: float) -> float | None:
    value = top / bottom / unit if bottom else float("nan")
    return value if np.isfinite(value) else None


def _float(text: str) -> float:
    thousands = text.count(",") > 1
    return float(text.replace(",", "" if thousands else "."))
