"""Notebooks, PDFs and pictures made fit to be shown, inside the jail, in a job without student code.

    told        JSON as bytes: `fault`, `notes`, and the `cells` of a notebook or the `pages` of a PDF
    html        of a notebook: the HTML of its cells one after the other; how long each is stands in `told`
    picture.N   (h, w, 3) uint8: what outputs and pages show; HTML names it as `picture:N`

A notebook is first reduced to the little of it that can be shown, every field of the type it should have; nbconvert
(its template `basic`) sees nothing else. What comes out is a claim, and as live as the notebook wants it to be: the
report cleans it and puts it in a frame without rights.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pixels import MOST_PAGES, Unshown, pdf_pages, picture_hw3, sentence

MOST_HTML = 2 * 1024**2
MOST_OUTPUT = 20 * 1024  # characters of one output
MOST_SOURCE = 20 * 1024  # of one cell
MOST_CELLS = 400
MOST_PICTURES, PICTURE_PX = 12, 800  # of one notebook
MOST_ENCODED = 24 * 1024**2  # of one picture, in base64
TEXTS = ("text/html", "text/markdown", "text/latex", "text/plain")
PICTURES = ("image/png", "image/jpeg")
SEEN_PICTURE = re.compile(r"data:image/(?:png|jpe?g);base64,([A-Za-z0-9+/=\s]{16,})")
ATTACHED = re.compile(r"attachment:([^\s)\"'>]{1,200})")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def notebook(hw: Any, *, seed: int, file: str) -> dict[str, NDArray[Any]]:
    """A file of the job as a notebook: `told`, `html` and the pictures of its outputs."""
    del seed
    book = Book()
    told: dict[str, Any] = {"fault": "", "notes": [], "cells": []}
    html: list[bytes] = []
    try:
        shown = list(reduced((hw.root / file).read_bytes(), book))
        html = _within(rendered(shown), book)
        for cell, piece in zip(shown, html, strict=False):
            told["cells"].append({**cell.told(), "html_bytes": len(piece)})
    except Unshown as fault:
        told["fault"] = str(fault)
    except RecursionError:
        told["fault"] = "it is nested too deeply"
    told["notes"] = book.notes
    return {"told": _json(told), "html": _bytes(b"".join(html)), **_pictures(book.pictures)}


def pdf(hw: Any, *, seed: int, file: str) -> dict[str, NDArray[Any]]:
    """A file of the job as a PDF: `told` with the text of its pages, and the first pages as pictures."""
    del seed
    told: dict[str, Any] = {"fault": "", "notes": [], "pages": []}
    drawn: list[NDArray[np.uint8]] = []
    try:
        pages, told["pages"], drawn = pdf_pages((hw.root / file).read_bytes())
        if pages > MOST_PAGES:
            told["notes"].append(f"the text of the first {MOST_PAGES} of {pages} pages")
        if pages > len(drawn):
            told["notes"].append(f"pictures of {len(drawn)} of {pages} pages")
    except Unshown as fault:
        told["fault"] = str(fault)
    return {"told": _json(told), **_pictures(drawn)}


def picture(hw: Any, *, seed: int, file: str) -> dict[str, NDArray[Any]]:
    """A file of the job as a PNG or JPEG: `told` and its pixels."""
    del seed
    told: dict[str, Any] = {"fault": "", "notes": []}
    drawn: list[NDArray[np.uint8]] = []
    try:
        drawn = [picture_hw3((hw.root / file).read_bytes())]
    except Unshown as fault:
        told["fault"] = str(fault)
    return {"told": _json(told), **_pictures(drawn)}


def warm_up() -> None:
    """Imports nbconvert and makes its template ready, before jobs are forked: 0.5 s once for each otherwise.

    Where it is not installed, notebooks cannot be shown, but the slot opens archives all the same.
    """
    cells = [Shown(1, "markdown", "# a\n$b$\n```python\nc\n```"), Shown(2, "code", "d = 1", [_stream("e", "stdout")])]
    with suppress(ImportError):
        rendered(cells)


# --- a notebook, reduced to what can be shown ---


@dataclass
class Shown:
    """A cell: its number counts all cells from 1; outputs are as nbformat has them, of the kinds that are shown."""

    number: int
    kind: str
    source: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    raised: str = ""
    pictures: list[int] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """What is told of it beside its HTML."""
        return {
            "number": self.number,
            "kind": self.kind,
            "source": self.source,
            "raised": self.raised,
            "pictures": self.pictures,
        }


@dataclass
class Book:
    """What the cells of one notebook share: their pictures, and what must be said about them."""

    pictures: list[NDArray[np.uint8]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Notes it once."""
        if text not in self.notes and len(self.notes) < 20:
            self.notes.append(text)

    def taken(self, encoded: str, cell: Shown) -> str:
        """The name of a picture in base64 (`picture:3`); nothing if it cannot be shown."""
        if len(self.pictures) >= MOST_PICTURES:
            self.note(f"only the first {MOST_PICTURES} pictures")
            return ""
        try:
            if len(encoded) > MOST_ENCODED:
                raise Unshown("it is larger than 16 MiB")
            plain = "".join(encoded.split()).rstrip("=")
            data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
            self.pictures.append(picture_hw3(data, PICTURE_PX))
        except ValueError:
            self.note(f"a picture of cell {cell.number} cannot be shown: its base64 is broken")
            return ""
        except Unshown as fault:
            self.note(f"a picture of cell {cell.number} cannot be shown: {fault}")
            return ""
        cell.pictures.append(len(self.pictures) - 1)
        return f"picture:{len(self.pictures) - 1}"


def reduced(data: bytes, book: Book) -> Iterator[Shown]:
    """The cells of a notebook, of any version of the format and however it is broken.

    Raises: Unshown if it is no notebook; RecursionError.
    """
    try:
        document = json.loads(data.decode("utf-8-sig", "replace"))
    except ValueError as error:
        raise Unshown(f"it is no notebook: {sentence(error)}") from error
    cells = _cells_of(document)
    if cells is None:
        raise Unshown("it is no notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        book.note(f"the first {MOST_CELLS} of {len(cells):,} cells")
    for number, cell in enumerate(cells[:MOST_CELLS], start=1):
        if isinstance(cell, dict):
            yield _shown(number, cell, book)


def _cells_of(document: Any) -> list[Any] | None:
    if not isinstance(document, dict):
        return None
    sheets = document.get("worksheets")  # form 3 of the format, before 2015
    if isinstance(sheets, list):
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    cells = document.get("cells")
    return cells if isinstance(cells, list) else None


def _shown(number: int, cell: dict[str, Any], book: Book) -> Shown:
    source = _text(cell.get("source", cell.get("input")))
    kind = str(cell.get("cell_type"))
    if kind == "heading":
        source = f"## {source}"
    shown = Shown(number, "code" if kind == "code" else "raw" if kind == "raw" else "markdown", "")
    if shown.kind == "markdown":
        source = _with_pictures(source, shown, book, _mapping(cell.get("attachments")))
    elif shown.kind == "raw":
        shown.kind, source = "markdown", f"````\n{source}\n````"
    shown.source = _cut(source, MOST_SOURCE)
    outputs = cell.get("outputs")
    if shown.kind == "code" and isinstance(outputs, list):
        for output in outputs[:200]:
            shown.outputs += _output(_mapping(output), shown, book)
    return shown


def _output(output: dict[str, Any], cell: Shown, book: Book) -> list[dict[str, Any]]:
    kind = output.get("output_type")
    if kind == "stream":
        text = _cut(_last_states(_text(output.get("text"))), MOST_OUTPUT)
        return [_stream(text, "stderr" if output.get("name", output.get("stream")) == "stderr" else "stdout")]
    if kind in ("error", "pyerr"):
        lines = output.get("traceback")
        told = f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
        text = "\n".join(_text(line) for line in lines) if isinstance(lines, list) and lines else told
        cell.raised = ANSI.sub("", told)[:300].strip(": \n") or "an exception"
        return [_stream(_cut(text, MOST_OUTPUT), "stderr")]
    if kind in ("display_data", "execute_result", "pyout"):
        data = _mapping(output.get("data")) or _of_form_3(output)
        return _display(data, cell, book)
    return []


def _of_form_3(output: dict[str, Any]) -> dict[str, Any]:
    names = {"png": "image/png", "jpeg": "image/jpeg", "html": "text/html", "text": "text/plain"}
    return {names[name]: value for name, value in output.items() if name in names}


def _display(data: dict[str, Any], cell: Shown, book: Book) -> list[dict[str, Any]]:
    for kind in PICTURES:
        if kind in data:
            name = book.taken(_text(data[kind]), cell)
            if name:
                return [
                    _displayed("text/html", f'<img src="{name}" alt="Picture in the output of cell {cell.number}">')
                ]
    for kind in TEXTS:
        text = _text(data.get(kind))
        if text:
            text = _with_pictures(text, cell, book, {}) if kind != "text/plain" else text
            return [_displayed(kind, _cut(text, MOST_OUTPUT))]
    for kind, value in [each for each in data.items() if each[0] not in PICTURES][:3]:
        book.note(f"{len(_text(value)):,} characters of {_text(kind)[:60]} are not shown (cell {cell.number})")
    return []


def _with_pictures(text: str, cell: Shown, book: Book, attachments: dict[str, Any]) -> str:
    """The text with the names of pictures in the place of what is pasted or attached."""

    def _attached(found: re.Match[str]) -> str:
        kinds = _mapping(attachments.get(found[1]))
        encoded = next((_text(kinds[kind]) for kind in PICTURES if kind in kinds), "")
        return (encoded and book.taken(encoded, cell)) or found[0]

    text = SEEN_PICTURE.sub(lambda found: book.taken(found[1], cell) or "picture:none", text)
    return ATTACHED.sub(_attached, text) if attachments else text


def _last_states(text: str) -> str:
    """What is left to see of lines that were written over: of a progress bar its last state."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def _stream(text: str, name: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _displayed(kind: str, text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind: text}, "metadata": {}}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n[cut: {len(text):,} characters in all]"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(piece for piece in value if isinstance(piece, str))
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# --- HTML by nbconvert ---


def rendered(cells: list[Shown]) -> list[str]:
    """The HTML of every cell.

    Raises: Unshown if nbconvert gives something else than these cells.
    """
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbformat import NotebookNode

    mark = secrets.token_hex(8)  # of a cell's beginning: nothing that a notebook can hold
    nodes = [_node(cell, f"{mark}-{cell.number}") for cell in cells]
    book = _noded(NotebookNode, {"cells": nodes, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    html, _ = TemplateExporter.from_notebook_node(_exporter(), book)  # HTMLExporter's parses it all once more
    begins = [found.start() for found in re.finditer(rf'<div id="cell-id={mark}-\d+"', html)]
    if len(begins) != len(cells):
        raise Unshown("nbconvert gave other cells than those of the notebook")
    return [html[begin:end] for begin, end in zip(begins, [*begins[1:], len(html)], strict=True)]


def _noded(node: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return node({key: _noded(node, each) for key, each in value.items()})
    return [_noded(node, each) for each in value] if isinstance(value, list) else value


def _node(cell: Shown, name: str) -> dict[str, Any]:
    node: dict[str, Any] = {"cell_type": cell.kind, "id": name, "metadata": {}, "source": cell.source}
    if cell.kind == "code":
        node |= {"outputs": cell.outputs, "execution_count": None}
    return node


@cache
def _exporter() -> Any:
    from nbconvert.exporters.html import HTMLExporter
    from nbconvert.filters.highlight import Highlight2HTML
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class _Renderer(IPythonRenderer):
        def inline_math(self, body: str) -> str:
            """A formula in a line."""
            return _mathml(body, display="inline")

        def block_math(self, body: str) -> str:
            """A formula by itself."""
            return _mathml(body, display="block")

        def latex_environment(self, name: str, body: str) -> str:
            """A formula in an environment, as `align`."""
            return _mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display="block")

    def _markdown(source: str) -> str:
        return str(MarkdownWithMath(renderer=_Renderer(escape=False, exclude_anchor_links=True)).render(source))

    made: tuple[Any, Any] = (HTMLExporter, Highlight2HTML)  # both without types
    exporter = made[0](template_name="basic", default_preprocessors=[], filters={"markdown2html": _markdown})
    exporter.register_filter("highlight_code", made[1](pygments_lexer="python3", parent=exporter))
    exporter.register_filter("filter_data_type", lambda data: list(data))  # each output holds one kind
    exporter.register_filter("clean_html", lambda html: html)  # by bleach, slower than all else; nh3 comes later
    return exporter


def _mathml(source: str, *, display: str) -> str:
    """MathML, or the source where it cannot be made."""
    from html import escape

    plain = source.replace("{aligned}", "{align*}").strip()
    try:
        if len(plain) > 2_000 or r"\def" in plain or plain.count("{") > 200:
            raise ValueError(plain)
        from latex2mathml.converter import convert

        return str(convert(plain, display=display))
    except Exception:  # the converter raises whatever it meets, RecursionError included
        return f"<code>{escape(source)}</code>"


def _within(pieces: list[str], book: Book) -> list[bytes]:
    """As many of the first cells as fit."""
    kept: list[bytes] = []
    left = MOST_HTML
    for piece in pieces:
        data = piece.encode("utf-8", "replace")
        left -= len(data)
        if left < 0:
            book.note(f"the first {len(kept)} of {len(pieces)} cells; all of them are larger than 2 MiB")
            break
        kept.append(data)
    return kept


# --- arrays ---


def _json(told: dict[str, Any]) -> NDArray[np.uint8]:
    return _bytes(json.dumps(told).encode())


def _bytes(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)


def _pictures(drawn: list[NDArray[np.uint8]]) -> dict[str, NDArray[Any]]:
    return {f"picture.{number}": pixels for number, pixels in enumerate(drawn)}
