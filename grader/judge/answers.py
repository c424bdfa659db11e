"""Written answers: the section of one part in `answers.md`, a notebook or a PDF, and the lines `name = number` in it.

A section begins at a heading that starts with the part's id (`# 1g`, `## Question 2c: BLEU`, `### 1(g)`) and ends at
the next heading of its level or above, or at one that starts with another id. Numbers are read as people write them:
4/9, 0.444, 44.4 %, 0,444, `\\frac{4}{9}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grader.judge.handed_in import decode, find_file, is_pointer
from grader.nouns.seen import Document, Observation
from grader.safetext import safe_line, safe_text

NAMES = ("answers.md", "answers.markdown", "answers.txt")
LARGEST_BYTES = 4 * 1024 * 1024
MOST_NUMBERS = 200
LONGEST_NAME = 40
COLUMNS = 4000  # a paragraph may be one line
LINES = 1000
LONGEST_HEADING = 80  # of plain text
LONGEST_LINE = 500  # of characters in which a number or a heading is looked for
MOST_LINES = 20_000

HEADING = re.compile(r" {0,3}(#{1,6})(.*)")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)  # the handout's words on what belongs there
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


def read_answers(
    files: Mapping[str, bytes], part_id: str, documents: Sequence[Document] = (), others: Sequence[str] = ()
) -> Observation:
    """What `answers.md` says about a part: the text `answer`, and a tensor for every `name = number`.

    Where it says nothing, the Markdown cells of a notebook do, or a PDF, under a heading that names the part; `from`
    is then where. `others`: ids of the other parts, at whose headings a PDF's section ends.
    Names are lower case, with underscores for blanks; of two lines with one name the later counts.
    """
    written = _read_file(files, part_id)
    if written.ended == "answered":
        return written
    for place, section in _sections_of(documents, part_id, others):
        if section.strip():
            return _answered(section, place)
    return written


def _read_file(files: Mapping[str, bytes], part_id: str) -> Observation:
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
    if not COMMENT.sub("", section).strip():
        return Observation("missing", reason=f"{shown} has nothing under a heading '{part_id}'")
    return _answered(section)


def _answered(section: str, place: str = "") -> Observation:
    tensors = {name: np.asarray(value, np.float64) for name, value in _numbers(section).items()}
    answer = safe_text(section, columns=COLUMNS, lines=LINES)
    return Observation("answered", tensors=tensors, texts={"answer": answer, **({"from": place} if place else {})})


def _sections_of(documents: Sequence[Document], part_id: str, others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where and what a document says of a part; notebooks first."""
    for document in documents:
        if document.cells:
            text = "\n\n".join(cell.source for cell in document.cells if cell.kind == "markdown")
            yield document.path, "\n".join(_section(text, part_id)).strip("\n")
    for document in documents:
        if document.pages:
            page, section = _paragraphs(document.pages, part_id, others)
            yield f"{document.path}, page {page}", section


def _paragraphs(pages: Sequence[str], part_id: str, others: Sequence[str]) -> tuple[int, str]:
    """The page on which a heading names the part, and the lines from there to the heading of another one."""
    found: list[str] = []
    begins = 0
    for number, page in enumerate(pages, start=1):
        for line in page.split("\n"):
            if is_heading_of(line, part_id):
                begins = begins or number
                found.append(line.strip())
            elif begins and any(is_heading_of(line, other) for other in others if other != part_id):
                return begins, "\n".join(found)
            elif begins:
                found.append(line)
    return begins, "\n".join(found)


def is_heading_of(line: str, part_id: str) -> bool:
    """Whether a line of plain text is a heading that names the part: short, and the id is what it begins with."""
    plain = line.strip().lstrip("#* ")
    return 0 < len(plain) <= LONGEST_HEADING and _is_about(plain, part_id)


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
    """Whether a title names the part; `Problem 1` names 1 and P1."""
    wanted = _bare(part_id)
    words = _words(title)
    before = WORD_BEFORE.match(_plain(title))
    initial = before[0][:1] if before else "-"
    return wanted in (_bare(words[0]), _bare("".join(words[:2])), _bare(initial + words[0])) if words else False


def _first_id(title: str) -> str:
    words = _words(title)
    return _bare(words[0]) if words else ""


def _words(title: str) -> list[str]:
    return re.split(r"[\s:,–—]+", WORD_BEFORE.sub("", _plain(title), count=1), maxsplit=2)


def _plain(title: str) -> str:
    return unicodedata.normalize("NFKC", title).strip("*_` ")


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
