"""A picture that was handed in, as a `data:` address: made smaller for the page, and written anew from its pixels.

Source of the pixels is the jail; what arrives here are numbers, no file of a student's.

Axes: h rows, w columns.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from grader.nouns.plain import Array

COLOURS = 128  # of a drawing; a photograph has more, and is smaller as JPEG
QUALITY = 80


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG or JPEG as a `data:` address, with its size in pixels."""

    src: str
    width: int
    height: int


def draw(pixels_hw3: Array, max_px: int) -> Image:
    """The picture, at most `max_px` pixels a side, in whichever form is smaller.

    Shapes: (h, w, 3) uint8.
    """
    from PIL import Image as Picture

    height, width, _ = pixels_hw3.shape
    picture = Picture.frombytes("RGB", (width, height), pixels_hw3.tobytes())
    scale = min(1.0, max_px / max(width, height))
    if scale < 1:
        smaller = max(1, round(width * scale)), max(1, round(height * scale))
        picture = picture.resize(smaller, Picture.Resampling.LANCZOS)
    drawing, photograph = io.BytesIO(), io.BytesIO()
    picture.quantize(COLOURS).save(drawing, format="PNG", optimize=True)
    picture.save(photograph, format="JPEG", quality=QUALITY)
    kind, best = min((("png", drawing), ("jpeg", photograph)), key=lambda each: len(each[1].getvalue()))
    address = f"data:image/{kind};base64," + base64.b64encode(best.getvalue()).decode()
    return Image(address, picture.width, picture.height)
