"""What people read of a hand-in, on its page: notebooks in frames, the text and the pages of a PDF, pictures.

A frame cannot be linked into, so a cell that raised begins a new one. A page has so many bytes for documents; what
does not fit is left out and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.kept.documents import Encoded, read_content, read_picture
from grader.nouns.judged import ShownDocument
from grader.report import markup, wording
from grader.report.model import CellFrame, DocumentView, PagePicture, RaisedCell
from grader.report.names import anchor

NAMES = {"notebook": "Notebook", "pdf": "PDF", "picture": "Picture"}
MOST_FRAMES = 9  # of a notebook: cells that raised later are read in the last one
MOST_RAISED = 20
LOWEST_PX, HIGHEST_PX, LINE_PX, PICTURE_PX = 90, 640, 20, 300
PICTURE_MARGIN = 400  # bytes of its HTML
ASCII = re.compile(r"[\x00-\x7f]+")  # code and tags, beside which even long sentences are few
LEFT_OUT = "left out here, so that this page stays small enough to send"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the files of documents lie, and how many bytes of a page they may take in all."""

    out: Path
    room: int = 400_000


def document_views(documents: Sequence[ShownDocument], shelf: Shelf) -> tuple[DocumentView, ...]:
    """What the page says of every document, in order, while there is room; notebooks get what the others leave."""
    views: dict[int, DocumentView] = {}
    left = shelf.room
    has_notebook = any(document.kind == "notebook" for document in documents)
    for number, document in sorted(enumerate(documents, start=1), key=lambda each: each[1].kind == "notebook"):
        reserve = shelf.room // 2 if has_notebook and document.kind != "notebook" else 0
        view, used = _view(document, f"document-{number}", replace(shelf, room=max(0, left - reserve)))
        views[number] = view
        left -= used
    return tuple(views[number] for number in sorted(views))


def _view(document: ShownDocument, id: str, shelf: Shelf) -> tuple[DocumentView, int]:
    view = DocumentView(
        id=anchor(id),
        title=f"{NAMES[document.kind]} {document.path}",
        kind=document.kind,
        reason=f"It could not be shown: {document.reason}." if document.reason else "",
        notes=document.notes,
    )
    if document.reason:
        return view, 0
    content = read_content(shelf.out, document.content)
    if document.content and not (content.cells or content.pages):
        return replace(view, reason="It could not be shown: the file with its content is missing."), 0
    if document.kind == "notebook":
        return _notebook(document, content.cells, view, shelf)
    return _pages(document, content.pages, view, shelf)


# --- notebooks ---


def _notebook(
    document: ShownDocument, cells: Sequence[tuple[int, str]], view: DocumentView, shelf: Shelf
) -> tuple[DocumentView, int]:
    pictures = dict(_within(document.pictures, shelf, shelf.room // 2))
    left = shelf.room - sum(picture.size_bytes for picture in pictures.values())
    kept: list[tuple[int, str]] = []
    effort = 0
    for number, html in cells:
        effort += markup.intricacy(html)
        cleaned = markup.clean_cell(html) if effort <= markup.MAX_INTRICACY else ""
        left -= len(cleaned.encode()) + 6 * cleaned.count('"') + 30
        if not cleaned or left < 0:
            break
        kept.append((number, cleaned))
    addresses = {number: picture.src for number, picture in pictures.items()}
    frames = tuple(_frames(kept, document, view.id, addresses))
    notes = list(view.notes)
    if len(kept) < len(cells):
        notes.append(f"the last {wording.counted(len(cells) - len(kept), 'cell')} {LEFT_OUT}")
    if len(pictures) < len(document.pictures):
        notes.append(f"{wording.counted(len(document.pictures) - len(pictures), 'picture')} {LEFT_OUT}")
    used = shelf.room - left + sum(len(each.document) // 50 for each in frames)
    return replace(view, frames=frames, raised=_raised(document, frames), notes=tuple(notes)), used


def _frames(
    cells: Sequence[tuple[int, str]], document: ShownDocument, id: str, pictures: dict[int, str]
) -> Iterator[CellFrame]:
    groups: list[list[tuple[int, str]]] = []
    for number, html in cells:
        if not groups or (number in document.raised and len(groups) < MOST_FRAMES):
            groups.append([])
        groups[-1].append((number, html))
    for group in groups:
        first, last = group[0][0], group[-1][0]
        bodies = [html for _, html in group]
        yield CellFrame(
            id=f"{id}-cell-{first}",
            title=f"{document.path}, cell {first}" if first == last else f"{document.path}, cells {first} to {last}",
            first=first,
            last=last,
            document=markup.frame(group, pictures, language=markup.language_of(ASCII.sub("", "".join(bodies)))),
            height=_height(bodies),
        )


def _height(bodies: Sequence[str]) -> int:
    """A guess: a frame without rights cannot ask for the height that it needs."""
    lines = sum(html.count("\n") // 3 + 2 for html in bodies)
    drawn = sum(html.count("<img ") for html in bodies)
    return max(LOWEST_PX, min(HIGHEST_PX, lines * LINE_PX + drawn * PICTURE_PX))


def _raised(document: ShownDocument, frames: Sequence[CellFrame]) -> tuple[RaisedCell, ...]:
    found = []
    for number, told in list(document.raised.items())[:MOST_RAISED]:
        place = next((each.id for each in frames if each.first <= number <= each.last), "")
        found.append(RaisedCell(f"cell {number}", told, place))
    more = len(document.raised) - len(found)
    return (*found, *((RaisedCell(f"and {more} more", "", ""),) if more else ()))


# --- PDFs and pictures ---


def _pages(document: ShownDocument, pages: Sequence[str], view: DocumentView, shelf: Shelf) -> tuple[DocumentView, int]:
    text_room = shelf.room // 3
    texts = []
    for number, text in enumerate(pages, start=1):
        text_room -= len(text.encode())
        if text.strip() and text_room >= 0:
            texts.append((f"page {number}", text, markup.language_of(text)))
    pictures = dict(_within(document.pictures, shelf, shelf.room))
    notes = list(view.notes)
    if text_room < 0:
        notes.append(f"the text of the last pages {LEFT_OUT}")
    if len(pictures) < len(document.pictures):
        notes.append(f"{wording.counted(len(document.pictures) - len(pictures), 'picture')} {LEFT_OUT}")
    drawn = tuple(
        PagePicture(picture.src, picture.width, picture.height, _alt(document, number))
        for number, picture in pictures.items()
    )
    used = sum(len(text.encode()) for _, text, _ in texts) + sum(picture.size_bytes for picture in pictures.values())
    return replace(view, texts=tuple(texts), pictures=drawn, notes=tuple(notes)), used


def _alt(document: ShownDocument, number: int) -> str:
    if document.kind == "pdf":
        return f"Page {number + 1} of {document.path} as a picture; its text stands above it"
    return f"{document.path}, a picture as it was handed in"


def _within(names: Sequence[str], shelf: Shelf, room: int) -> Iterator[tuple[int, Encoded]]:
    """Number and picture of those that fit."""
    for number, name in enumerate(names):
        picture = read_picture(shelf.out, name)
        if picture is None or picture.size_bytes + PICTURE_MARGIN > room:
            continue
        room -= picture.size_bytes + PICTURE_MARGIN
        yield number, picture
