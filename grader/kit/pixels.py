"""Pictures of a hand-in as plain pixels, made inside the jail: what a PNG, a JPEG or a page of a PDF shows.

Pixels cross the wire, never the file: an encoded picture is a stranger's bytes to whatever opens it. Pillow and
pypdfium2 are imported where they are needed.

Axes: h rows, w columns; colours are (h, w, 3) uint8, as if on white paper.
"""

from __future__ import annotations

import io
import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PIXELS = 25_000_000  # that a file may unfold to
LONGEST_PX = 1_280  # of a picture that is handed in
KINDS = ("PNG", "JPEG")
MOST_PAGES, PAGE_PX, PAGE_CHARS = 20, 1_000, 8_000
DRAWN_PAGES = 3
ENOUGH_S = 4.0  # of CPU time after which no further page is drawn: plots of many points take 0.1 ms a point


class Unshown(Exception):  # noqa: N818 (of a document, as a half sentence)
    """Why a document or a picture in it cannot be shown, as in "it is encrypted"."""


def picture_hw3(data: bytes, longest_px: int = LONGEST_PX) -> NDArray[np.uint8]:
    """The pixels of a PNG or JPEG, made smaller until no side is longer than `longest_px`.

    Shapes: -> (h, w, 3) uint8.
    Raises: Unshown.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=KINDS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise Unshown(f"it unfolds to {width * height / 1e6:,.0f} megapixels; 25 are allowed")
                image.draft("RGB", (longest_px, longest_px))
                return _pixels(_on_paper(ImageOps.exif_transpose(image)), longest_px)
    except Unshown:
        raise
    except Image.DecompressionBombError as error:
        raise Unshown("it unfolds to more than 50 megapixels; 25 are allowed") from error
    except UnidentifiedImageError as error:
        raise Unshown("it is neither PNG nor JPEG, or is broken") from error
    except Exception as error:  # decoders raise whatever they meet
        raise Unshown(f"it is broken: {sentence(error)}") from error


def pdf_pages(data: bytes) -> tuple[int, list[str], list[NDArray[np.uint8]]]:
    """How many pages a PDF has, the text of the first 20 and the pixels of the first three.

    Shapes: each page (h, w, 3) uint8.
    Raises: Unshown.
    """
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(data)
    except Exception as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        raise Unshown("it is encrypted" if locked else "it is no PDF, or is broken") from error
    began, texts, pages = time.process_time(), [], []
    for number in range(min(len(document), MOST_PAGES)):
        try:
            page = document[number]
            texts.append(_text(page))
            if number < DRAWN_PAGES and time.process_time() - began < ENOUGH_S:
                pages.append(_drawn(page))
        except Exception:  # one broken page; the others may be whole
            texts.append("")
    if not texts:
        raise Unshown("it has no pages")
    return len(document), texts, pages


def sentence(error: BaseException) -> str:
    """What an exception says, on one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def _on_paper(image: Any) -> Any:
    """The picture in RGB; what is transparent shows white paper."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, seen).convert("RGB")
    if image.mode in ("I", "I;16", "F"):  # sixteen bits of grey
        grey_hw = np.asarray(image, np.float64)
        return Image.fromarray((grey_hw * (255.0 / max(float(grey_hw.max()), 1.0))).clip(0, 255).astype(np.uint8))
    return image.convert("RGB")


def _pixels(image: Any, longest_px: int) -> NDArray[np.uint8]:
    if max(image.size) > longest_px:
        image.thumbnail((longest_px, longest_px))
    return np.array(image.convert("RGB"), np.uint8)


def _text(page: Any) -> str:
    return str(page.get_textpage().get_text_bounded())[:PAGE_CHARS]  # the other way to ask gives no sign above U+FFFF


def _drawn(page: Any) -> NDArray[np.uint8]:
    scale = min(PAGE_PX / max(*page.get_size(), 1.0), 4.0)
    bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True)  # circles may be annotations
    return np.array(bitmap.to_numpy()[:, :, :3], np.uint8)
