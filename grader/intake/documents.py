"""Documents: what people read of a hand-in (notebooks, PDFs, pictures), made fit to be shown by jobs in the jail.

A hand-in has at most three notebooks, one PDF and four pictures that are shown; which, is decided by their paths, so
that the same files give the same. What a job says is a claim and read strictly; one that does not answer, or answers
something else, gives a document that says why it cannot be shown. None of this can cost a point.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

from grader.nouns.asked import Handout, Rubric
from grader.nouns.plain import Array, DocumentKind, Limits
from grader.nouns.seen import Document, DocumentCell, Observation, Run
from grader.safetext import safe_line, safe_text

SUFFIXES: Final[Mapping[str, DocumentKind]] = {
    ".ipynb": "notebook",
    ".pdf": "pdf",
    ".png": "picture",
    ".jpg": "picture",
    ".jpeg": "picture",
}
MOST: Final[Mapping[DocumentKind, int]] = {"notebook": 3, "pdf": 1, "picture": 4}
LARGEST: Final[Mapping[DocumentKind, int]] = {"notebook": 64 * 1024**2, "pdf": 64 * 1024**2, "picture": 32 * 1024**2}
LIMITS: Final = Limits(
    wall_s=20.0, cpu_s=10.0, memory_bytes=2 * 1024**3, answer_bytes=64 * 1024**2, output_bytes=64 * 1024
)
PROBES: Final = """\
from grader.kit.archives import unpack
from grader.kit.events import scalars
from grader.kit.rendered import notebook, pdf, picture, warm_up

warm_up()
"""
MOST_TOLD: Final = 16 * 1024**2  # bytes of what is told of a document, which is a stranger's until it is read
MOST_HTML: Final = 2 * 1024**2
MOST_PIXELS: Final = 4_000_000
COLUMNS, LINES, SIZE = 4_000, 2_000, 256 * 1024  # of a cell or a page as safe text


def are_wanted(rubric: Rubric) -> bool:
    """Whether people read something of this course's hand-ins: a written answer, a figure, or a training log."""
    return bool(rubric.logs) or any(part.written or part.shows_figure for part in rubric.parts)


def documents_handout() -> Handout:
    """What the slot is given that opens archives and shows documents: nothing of a course."""
    return Handout(probes=PROBES, units=())


def documents_in(files: Mapping[str, bytes]) -> tuple[tuple[str, DocumentKind], ...]:
    """Path and kind of every document that is shown, those nearest the top first."""
    found = [(path, SUFFIXES[suffix]) for path in files if (suffix := _suffix(path)) in SUFFIXES]
    order: list[DocumentKind] = ["notebook", "pdf", "picture"]
    by_depth = sorted(found, key=lambda each: (order.index(each[1]), each[0].count("/"), each[0]))
    counts = dict.fromkeys(order, 0)
    kept = []
    for path, kind in by_depth:
        counts[kind] += 1
        if counts[kind] <= MOST[kind]:
            kept.append((path, kind))
    return tuple(kept)


def document_run(kind: DocumentKind, name: str) -> Run:
    """The run that shows the file of this name in its job."""
    return Run(name, "document", kind, {"file": name}, seed=0, limits=LIMITS)


def file_name(data: bytes) -> str:
    """The name of a document in its job, and of what is known of it: a hash of its bytes."""
    return hashlib.sha256(data).hexdigest()


def untried(path: str, kind: DocumentKind, data: bytes) -> Document | None:
    """The document that is not even tried, with the reason; None for one that should be."""
    if len(data) <= LARGEST[kind]:
        return None
    reason = f"it is larger than {LARGEST[kind] // 1024**2} MiB"
    return Document(kind, safe_line(path), file_name(data), reason=reason)


def read_document(path: str, kind: DocumentKind, sha256: str, seen: Observation) -> Document:
    """What the job says of a document; if that is nothing, or not what it should be, a document with a reason."""
    bare = Document(kind, safe_line(path), sha256)
    if seen.ended == "broken":
        return replace(bare, reason="the program that shows it failed, which is our fault", ours=True)
    if seen.ended == "stopped":
        return replace(bare, reason=f"showing it takes more than is allowed ({seen.limit})")
    if seen.ended != "answered":
        return replace(bare, reason="the program that shows it could not read it")
    try:
        return _document(bare, seen)
    except (KeyError, TypeError, ValueError, RecursionError):
        return replace(bare, reason="what the program that shows it said cannot be read")


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _document(bare: Document, seen: Observation) -> Document:
    told = _told(seen)
    if told["fault"]:
        return replace(bare, reason=safe_line(_text(told["fault"])))
    document = replace(
        bare,
        notes=tuple(safe_line(_text(note)) for note in _list(told["notes"], 40)),
        pictures=tuple(_pictures(seen)),
    )
    if bare.kind == "notebook":
        return replace(document, cells=tuple(_cells(told, seen, len(document.pictures))))
    if bare.kind == "pdf":
        return replace(document, pages=tuple(_shown(page) for page in _list(told["pages"], 40)))
    if not document.pictures:
        raise ValueError("there is no picture")
    return document


def _told(seen: Observation) -> dict[str, Any]:
    data = _flat(seen.tensors["told"])
    if len(data) > MOST_TOLD:
        raise ValueError("too much is told")
    told = json.loads(data)
    if not isinstance(told, dict):
        raise TypeError("what is told is no mapping")
    return told


def _pictures(seen: Observation) -> Iterator[Array]:
    for number in range(64):
        pixels_hw3 = seen.tensors.get(f"picture.{number}")
        if pixels_hw3 is None:
            return
        if pixels_hw3.dtype != "uint8" or pixels_hw3.ndim != 3 or pixels_hw3.shape[2] != 3 or not pixels_hw3.size:
            raise ValueError("a picture is no picture")
        if pixels_hw3.size > 3 * MOST_PIXELS:
            raise ValueError("a picture is too large")
        yield pixels_hw3


def _cells(told: dict[str, Any], seen: Observation, pictures: int) -> Iterator[DocumentCell]:
    html = _flat(seen.tensors["html"])
    if len(html) > MOST_HTML:
        raise ValueError("there is too much HTML")
    at = 0
    for cell in _list(told["cells"], 1_000):
        size = cell["html_bytes"]
        if type(size) is not int or not 0 <= size <= len(html) - at:
            raise ValueError("a cell lies outside of the HTML")
        numbers = [number for number in _list(cell["pictures"], 64) if type(number) is int and 0 <= number < pictures]
        yield DocumentCell(
            number=int(cell["number"]),
            kind="markdown" if cell["kind"] == "markdown" else "code",
            source=_shown(cell["source"]),
            html=html[at : at + size].decode("utf-8", "replace"),
            raised=safe_line(_text(cell["raised"])),
            pictures=tuple(numbers),
        )
        at += size


def _flat(array: Array) -> bytes:
    if array.dtype != "uint8" or array.ndim != 1:
        raise ValueError("these are no bytes")
    return array.tobytes()


def _list(value: Any, longest: int) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > longest:
        raise ValueError("a list is missing or too long")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _shown(value: Any) -> str:
    return safe_text(_text(value), columns=COLUMNS, lines=LINES, size=SIZE)
