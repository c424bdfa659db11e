"""Fills the answers of a part into a student kit, from the solved files that it was made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

SOLVED = re.compile(r"### BEGIN ANSWER (?P<part>\S+)[^\n]*\n(?P<answer>.*?)(?P<end>[ \t]*### END ANSWER)", re.S)
STARTER = re.compile(r"(?P<begin>### YOUR CODE HERE[^\n]*\n)(?P<stub>.*?)(?P<end>[ \t]*### END YOUR CODE)", re.S)
TO_DO = re.compile(r"^[ \t]*#:.*\n", re.M)
WRITTEN = "answers.md"


def fill(homework: Path, solved: Path, part: str) -> None:
    """Puts the answers of a part in their places; a part without code gets its section of answers.md.

    Raises: ValueError if there is nothing to fill in.
    """
    filled = [_fill_file(homework / path.relative_to(solved), path, part) for path in sorted(solved.rglob("*.py"))]
    if not any(filled) and not _fill_section(homework / WRITTEN, solved / WRITTEN, part):
        raise ValueError(f"{part}: no answer to fill in")


def _fill_file(path: Path, solved: Path, part: str) -> bool:
    answers = [(found["part"], TO_DO.sub("", found["answer"])) for found in SOLVED.finditer(solved.read_text("utf-8"))]
    if part not in [name for name, _ in answers] or not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    places = list(STARTER.finditer(text))
    if len(places) != len(answers):
        raise ValueError(f"{path.name}: {len(places)} places for {len(answers)} answers")
    for place, (name, answer) in reversed([*zip(places, answers, strict=True)]):
        if name == part:
            text = text[: place.start("stub")] + answer + text[place.end("stub") :]
    path.write_text(text, encoding="utf-8")
    return True


def _fill_section(path: Path, solved: Path, part: str) -> bool:
    if not solved.is_file():
        return False
    answer = next((text for name, text in _sections(solved.read_text("utf-8")) if name == part), None)
    if answer is None:
        return False
    kept = path.read_text(encoding="utf-8") if path.is_file() else ""
    sections = [answer if name == part else text for name, text in _sections(kept)]
    path.write_text("".join(sections if answer in sections else [*sections, answer]), encoding="utf-8")
    return True


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Each section of a Markdown file with the first word of its heading; what stands before the first has none."""
    for section in re.split(r"(?m)^(?=#+ )", text):
        heading = re.match(r"#+ +(\S+)", section)
        yield (heading[1].rstrip(".:") if heading else ""), section
