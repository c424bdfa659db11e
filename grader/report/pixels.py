"""A picture that was handed in, as a `data:` address: made smaller for the page, and written anew from its pixels.

Source of the pixels is the jail; what arrives here are numbers, no file of a student's.

Axes: h rows, w columns.
"""

from __future__ import annotations

import io

from grader.nouns.plain import Array
from grader.report.images import Image, Kind

COLOURS = 128  # of a drawing; a photograph has more, and is smaller as JPEG
QUALITY = 80


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
    forms: list[tuple[Kind, bytes]] = [("png", drawing.getvalue()), ("jpeg", photograph.getvalue())]
    return Image.of(*min(forms, key=lambda form: len(form[1])), picture.width, picture.height)
