"""Documents that mean harm: notebooks, PDFs and pictures, as bytes."""

# ruff: noqa: E501 (tables of hostile inputs are read as tables)

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any


def notebook(*cells: Mapping[str, Any], **changes: Any) -> bytes:
    """A notebook of these cells."""
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **changes}
    return json.dumps(whole).encode("utf-8", "surrogatepass")


def markdown(source: Any, **more: Any) -> dict[str, Any]:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: Any, *outputs: Any) -> dict[str, Any]:
    """A code cell with these outputs."""
    return {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": source, "outputs": list(outputs)}


def displayed(kind: str, content: Any, **metadata: Any) -> dict[str, Any]:
    """An output of one kind."""
    return {"output_type": "display_data", "data": {kind: content}, "metadata": metadata}


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    """Printed text."""
    return {"output_type": "stream", "name": name, "text": text}


def error(name: str, value: str, *lines: str) -> dict[str, Any]:
    """An exception as an output."""
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": list(lines)}


def png(width: int, height: int, *, grey: bool = True) -> bytes:
    """A PNG of one colour, small however many pixels it has."""

    def _chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 1 if grey else 8, 0 if grey else 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\x00" + b"\x7f" * ((width + 7) // 8 if grey else 3 * width)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


PICTURE = png(2, 2, grey=False)


def pdf(content: bytes, *, extra: bytes = b"", objects: bytes = b"", packed: bool = False) -> bytes:
    """A PDF of one page with this content stream; `extra` stands in its catalogue."""
    stream_ = zlib.compress(content, 9) if packed else content
    filter_ = b"/Filter /FlateDecode " if packed else b""
    pieces = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< " + filter_ + b"/Length " + str(len(stream_)).encode() + b" >> stream\n" + stream_ + b"\nendstream",
    ]
    whole, places = b"%PDF-1.4\n", []
    for number, piece in enumerate(pieces, start=1):
        places.append(len(whole))
        whole += f"{number} 0 obj ".encode() + piece + b" endobj\n"
    whole += objects
    table = b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    start = len(whole)
    whole += b"xref\n0 5\n0000000000 65535 f \n" + table
    return whole + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n" + str(start).encode() + b"\n%%EOF\n"


def words(text: str) -> bytes:
    """The content stream that writes a text on a page, line by line."""
    lines = "".join(f"({line}) Tj 0 -16 Td " for line in text.split("\n"))
    return f"BT /F1 12 Tf 20 170 Td {lines} ET".encode()


def encoded(data: bytes) -> str:
    """Base64, as notebooks hold pictures."""
    return base64.b64encode(data).decode()


ADDRESS = "http://192.0.2.1:9/x"
LIVE: Mapping[str, str] = {
    "script": "<script>parent.document.title = 'taken'; alert(1)</script>",
    "image handler": "<img src=x onerror=alert(1)>",
    "remote image": f"<img src='{ADDRESS}.png'> ![x]({ADDRESS}.png) <img srcset='{ADDRESS} 2x'>",
    "links": "[x](javascript:alert(1)) <a href='javascript:alert(1)'>x</a> <a href='http://192.0.2.1' ping='//x'>y</a>",
    "SVG": "<svg onload=alert(1)><script>alert(1)</script><a href='javascript:alert(1)'><text>x</text></a></svg>",
    "SVG image": "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
    "frame": f"<iframe src='{ADDRESS}'></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "meta": f"<meta http-equiv=refresh content='0;url={ADDRESS}'><base href='{ADDRESS}'>",
    "form": f"<form action='{ADDRESS}'><input autofocus onfocus=alert(1)><button formaction=javascript:alert(1)>x</form>",
    "style": f"<style>@import '{ADDRESS}'; *{{display:none}}</style><p style='background:url({ADDRESS})'>x</p>",
    "object": f"<object data='{ADDRESS}'></object><embed src='{ADDRESS}'><video src='{ADDRESS}' autoplay></video>",
    "link": f"<link rel=stylesheet href='{ADDRESS}'><link rel=prefetch href='{ADDRESS}'>",
    "foreign": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "MathML": "<math href='javascript:alert(1)'><maction actiontype='statusline#http://x'><mi xlink:href='javascript:alert(1)'>x",
    "annotation": "<math><annotation-xml encoding='text/html'><script>alert(1)</script><img src=x onerror=alert(1)></math>",
    "maths": "$\\text{<script>alert(1)</script>}$ $\\href{javascript:alert(1)}{x}$ $$\\def\\a{\\a\\a}\\a$$",
    "ends the frame": '"></iframe><script>alert(1)</script><iframe srcdoc="',
    "ends the document": "</body></html></title></style><script>alert(1)</script>",
    "names": "<div id=main name=body class='card fix'><a id=documents></a></div>",
    "template": "{{ 7 * 7 }}{% include 'x' %}{{ nb.metadata }}",
    "picture names": "<img src='picture:99'><img src='picture:0 onload=alert(1)'><img src=picture:none>",
    "turned": "\u202edessap\u202c\x1b[31m\x07 &#x202e;x &#0;",
    "comment": "<!--><script>alert(1)</script--> <![CDATA[<script>alert(1)</script>]]>",
    "file": "<img src='file:///etc/passwd'> ![x](/etc/passwd) ![x](../../solved/answers.md)",
}
METADATA = {"width": "1 onload=alert(1)", "height": '"><script>alert(1)</script>', "alt": "' onerror='alert(1)"}


def live_notebook() -> bytes:
    """Every attack as Markdown, as printed text, as HTML that was displayed, and wherever else a notebook has room."""
    cells: list[dict[str, Any]] = []
    for text in LIVE.values():
        cells += [markdown(text), code(text, stream(text), displayed("text/html", text), error(text, text, text))]
        cells.append(code("x", displayed("text/markdown", text), displayed("text/latex", text)))
    kinds = ("application/javascript", "image/svg+xml", "application/vnd.jupyter.widget-view+json", "text/vnd.mermaid")
    cells.append(code("kinds", *(displayed(kind, "<svg onload=alert(1)>alert(1)") for kind in kinds)))
    told = {"image/png": METADATA}
    cells.append(code("image", displayed("image/png", encoded(PICTURE), **told)))
    cells.append(code("image", displayed("image/png", '"><script>alert(1)</script>', **told)))
    html = {"text/html": {"isolated": True}}
    cells.append(code("isolated", displayed("text/html", LIVE["script"], **html)))
    metadata = {"language_info": {"pygments_lexer": "<script>"}, "widgets": {"x": LIVE["script"]}, "title": "</title>"}
    return notebook(*cells, metadata=metadata)
