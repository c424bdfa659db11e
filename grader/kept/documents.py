"""Files of documents under out/documents/, named by a hash of what they hold, so that nothing is kept twice.

The HTML of cells is kept as the jail gave it, in JSON, and is cleaned whenever a page is made. Pictures are written
anew here, from pixels: no file that a student encoded is ever kept or shown.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

from grader.kept.folder import write_whole
from grader.nouns.judged import ShownDocument
from grader.nouns.plain import Array
from grader.nouns.seen import Document

FOLDER = "documents"
SHARP_BYTES = 150_000  # up to which a picture is kept as PNG; plots and pages of text are, photographs are not
LARGEST_BYTES = 8 * 1024**2
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read back: the number and HTML of cells, or the texts of pages."""

    cells: tuple[tuple[int, str], ...] = ()
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture that we wrote, as a `data:` address, with its size in pixels."""

    src: str
    width: int
    height: int

    @property
    def size_bytes(self) -> int:
        """How much of a page it takes."""
        return len(self.src)


def keep(out: Path, document: Document) -> ShownDocument:
    """Writes what is shown of a document, and names it.

    Raises: OSError if there is no room or no right to.
    """
    told = {"cells": [(cell.number, cell.html) for cell in document.cells], "pages": document.pages}
    shown = bool(document.cells or document.pages)
    return ShownDocument(
        kind=document.kind,
        path=document.path,
        content=_kept(out, json.dumps(told).encode(), ".json") if shown else "",
        pictures=tuple(_picture(out, pixels_hw3) for pixels_hw3 in document.pictures),
        raised={cell.number: cell.raised for cell in document.cells if cell.raised},
        notes=document.notes,
        reason=document.reason,
    )


def read_content(out: Path, name: str) -> Kept:
    """What a file says, or nothing if it is missing, or not what was written."""
    data = _read(out, name)
    try:
        told = json.loads(data) if data else {}
        cells = tuple((int(number), str(html)) for number, html in told.get("cells", ()))
        return Kept(cells, tuple(map(str, told.get("pages", ()))))
    except (ValueError, TypeError, AttributeError):
        return Kept()


def read_picture(out: Path, name: str) -> Encoded | None:
    """The picture of that name; nothing if it is missing, or not what was written."""
    data = _read(out, name)
    if not data.startswith((PNG, JPEG)):
        return None
    width, _, height = name.rpartition(".")[0].partition("-")[2].partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        return None
    kind = "png" if data.startswith(PNG) else "jpeg"
    return Encoded(f"data:image/{kind};base64,{base64.b64encode(data).decode()}", int(width), int(height))


def _picture(out: Path, pixels_hw3: Array) -> str:
    data = _encoded(pixels_hw3)
    height, width, _ = pixels_hw3.shape
    return _kept(out, data, f"-{width}x{height}{'.png' if data.startswith(PNG) else '.jpg'}")


def _encoded(pixels_hw3: Array) -> bytes:
    from PIL import Image

    image = Image.fromarray(pixels_hw3, "RGB")
    few = image.getcolors(256)
    sharp, small = io.BytesIO(), io.BytesIO()
    (image.convert("P", palette=Image.Palette.ADAPTIVE, colors=256) if few else image).save(sharp, "PNG")
    if sharp.tell() <= SHARP_BYTES:
        return sharp.getvalue()
    image.save(small, "JPEG", quality=80)
    return min(sharp.getvalue(), small.getvalue(), key=len)


def _kept(out: Path, data: bytes, suffix: str) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"{sha256[:24]}{suffix}"
    path = out / FOLDER / name
    if not path.is_file() or path.stat().st_size != len(data):
        write_whole(path, data)
    return name


def _read(out: Path, name: str) -> bytes:
    """The bytes of a file that holds what its name says; only the last part of the name counts."""
    path = out / FOLDER / Path(name).name
    try:
        data = path.read_bytes() if name and path.is_file() and path.stat().st_size <= LARGEST_BYTES else b""
    except OSError:
        return b""
    return data if hashlib.sha256(data).hexdigest()[:24] == path.name[:24] else b""
