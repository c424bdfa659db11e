"""A picture of a page: its bytes as a `data:` address, so that a page is one file and asks nobody for anything."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Self, TypeAlias

from grader.nouns.plain import Array

Kind: TypeAlias = Literal["svg+xml", "png", "jpeg"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as a `data:` address, its size in CSS pixels, and how many cells a side one pixel pools."""

    src: str
    width: int
    height: int
    pooled: int = 1

    @classmethod
    def of(cls, kind: Kind, content: bytes, width: int, height: int, pooled: int = 1) -> Self:
        """The picture with these bytes."""
        return cls(f"data:image/{kind};base64,{base64.b64encode(content).decode()}", width, height, pooled)

    @property
    def content(self) -> bytes:
        """The bytes of the picture, as they would lie in a file."""
        return base64.b64decode(self.src.partition(",")[2])


def area(is_in_rc: Array, cell: float = 1, left: float = 0, top: float = 0) -> str:
    """The cells that are in, as the path of an SVG: rectangles, neighbours of a row together. Shapes: (r, c)."""
    pieces = []
    for row, is_in_c in enumerate(is_in_rc.tolist()):
        column = 0
        for is_in, run in groupby(is_in_c):
            count = len(list(run))
            if is_in:
                across, down, wide = round(left + column * cell, 1), round(top + row * cell, 1), round(count * cell, 1)
                pieces.append(f"M{across:g} {down:g}h{wide:g}v{round(cell, 1):g}h{-wide:g}z")
            column += count
    return "".join(pieces)
