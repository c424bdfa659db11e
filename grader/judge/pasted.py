"""Pictures that were handed in for a part that asks for a figure, and what follows where no code draws one.

A picture is evidence for a person, never for a rule: it gives no point and takes none. Which pictures belong to a
part is told by where they stand (in its section, on the page with its heading) and by what they are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.judge.answers import is_heading_of
from grader.nouns.asked import Part
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.plain import Array
from grader.nouns.seen import Document, DocumentCell, Observation

FIGURES = frozenset({"image", "line", "marks"})  # checks of what a figure shows
OUTPUT = "picture"
MOST = 4  # of a part
STANDS_THERE, IS_CALLED_SO, MAY_BE = 3, 2, 1
REASON = "no code that draws the figure was found, but a picture was handed in; a person looks at it"
WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A picture and how likely it belongs to the part."""

    pixels_hw3: Array
    place: str
    likely: int


def pasted_pictures(part: Part, documents: Sequence[Document], answer: str, *, drawn: bool) -> Observation | None:
    """The pictures that belong to a part, as outputs `picture`, `picture.1`; their places as notes.

    `drawn`: code drew a figure, so only those count that surely belong to it. None if there are none.
    """
    found = [each for document in documents for each in _candidates(part, document, answer)]
    best = max((each.likely for each in found), default=0)
    if best < (IS_CALLED_SO if drawn else MAY_BE):
        return None
    chosen = [each for each in found if each.likely == best][:MOST]
    names = [OUTPUT, *(f"{OUTPUT}.{number}" for number in range(1, MOST))]
    return Observation(
        "answered",
        tensors={name: each.pixels_hw3 for name, each in zip(names, chosen, strict=False)},
        notes=tuple(each.place for each in chosen),
    )


def is_drawn(got: Mapping[str, Observation]) -> bool:
    """Whether code of the hand-in drew anything on a figure."""
    return any(re.fullmatch(r"\w+\.\d+\.\d+\.\d+", name) for seen in got.values() for name in seen.tensors)


def for_a_person(result: PartResult) -> PartResult:
    """The part with the points that its checks of figures have not given left to a person."""
    judged = {check.check for check in result.checks} & FIGURES or {check.check for check in result.checks}
    left = [check for check in result.checks if _is_lost(check) and check.check in judged]
    if result.verdict == "broken" or not left:
        return result
    checks = tuple(_waiting(check) if check in left else check for check in result.checks)
    result = replace(result, checks=checks, pending=result.pending + sum(check.max - check.points for check in left))
    if any(map(_is_lost, checks)):
        return result
    return replace(result, verdict="pending", reason=REASON, mistakes=(), hint="", mistake_diff="", group="", only="")


def _is_lost(check: CheckResult) -> bool:
    return check.verdict not in ("passed", "pending", "broken") and check.points < check.max


def _waiting(check: CheckResult) -> CheckResult:
    seen = f"{check.verdict}: {check.reason}".rstrip(": ")
    return replace(check, verdict="pending", points=0.0, reason=REASON, code="E-PASTED", detail=seen, margin=None)


def _candidates(part: Part, document: Document, answer: str) -> Iterator[_Candidate]:
    if document.kind == "picture" and document.pictures:
        name = document.path.rpartition("/")[2]
        likely = STANDS_THERE if name in answer else _likely(part, name.rpartition(".")[0])
        yield _Candidate(document.pictures[0], document.path, likely)
    if document.kind == "pdf":
        for number, (text, pixels_hw3) in enumerate(zip(document.pages, document.pictures, strict=False), start=1):
            here = any(is_heading_of(line, part.id) for line in text.split("\n"))
            likely = STANDS_THERE if here else MAY_BE
            yield _Candidate(pixels_hw3, f"{document.path}, page {number}", likely)
    if document.kind == "notebook":
        yield from _outputs(part, document)


def _outputs(part: Part, document: Document) -> Iterator[_Candidate]:
    about = False  # whether the last heading names the part
    for cell in document.cells:
        headings = [line for line in cell.source.split("\n") if line.lstrip().startswith("#")]
        if cell.kind == "markdown" and headings:
            about = any(is_heading_of(line, part.id) for line in headings)
        for number in cell.pictures:
            likely = STANDS_THERE if about else _likely(part, _names_in(cell))
            yield _Candidate(document.pictures[number], f"{document.path}, cell {cell.number}", likely)


def _names_in(cell: DocumentCell) -> str:
    return cell.source if cell.kind == "code" else ""


def _likely(part: Part, text: str) -> int:
    """Whether a name shares a word with the title of the part, as far as its first four letters."""
    words = {word[:4].casefold() for word in WORD.findall(part.title)}
    plain = text.casefold()
    return IS_CALLED_SO if part.id.casefold() == plain or any(word in plain for word in words) else MAY_BE
