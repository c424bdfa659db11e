"""Pictures and pages of PDFs become plain pixels, whatever they were."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grader.kit import pixels
from grader.kit.pixels import LONGEST_PX, PAGE_PX, Unshown, pdf_pages, picture_hw3
from tests.hostile.documents import pdf, png, words


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "LA", "I;16", "CMYK"])
def test_a_picture_of_any_mode_becomes_three_colours(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    pixels_hw3 = picture_hw3(saved(Image.new(mode, (7, 4)), kind))

    assert (tuple(pixels_hw3.shape), str(pixels_hw3.dtype)) == ((4, 7, 3), "uint8")


def test_what_is_transparent_is_white_paper() -> None:
    assert picture_hw3(saved(Image.new("RGBA", (2, 2), (0, 0, 0, 0)))).tolist() == [[[255] * 3] * 2] * 2


def test_colours_stay_what_they_are() -> None:
    colours_hw3 = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)

    assert np.array_equal(picture_hw3(saved(Image.fromarray(colours_hw3))), colours_hw3)


def test_a_large_picture_is_made_smaller_evenly() -> None:
    assert tuple(picture_hw3(png(4_000, 2_000)).shape) == (LONGEST_PX // 2, LONGEST_PX, 3)


def test_a_photograph_is_turned_as_its_camera_says() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6

    assert tuple(picture_hw3(saved(Image.new("RGB", (9, 4)), "JPEG", exif=turned)).shape) == (9, 4, 3)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"GIF89a", "neither PNG nor JPEG"),
        (saved(Image.new("RGB", (4, 4)), "GIF"), "neither PNG nor JPEG"),
        (saved(Image.new("RGB", (4, 4)), "TIFF"), "neither PNG nor JPEG"),
        (saved(Image.effect_noise((40, 40), 90))[:600], "broken"),
        (png(40, 40)[:30], "broken"),
        (png(6_000, 5_000), "it unfolds to 30 megapixels; 25 are allowed"),
        (png(16_000, 10_000), "it unfolds to more than 50 megapixels"),
    ],
    ids=["empty", "head of a GIF", "GIF", "TIFF", "cut", "cut early", "large", "bomb"],
)
def test_what_is_no_picture_says_why(data: bytes, why: str) -> None:
    with pytest.raises(Unshown, match=why):
        picture_hw3(data)


def test_a_bomb_is_refused_by_its_head() -> None:
    bomb = png(16_000, 10_000)
    started = time.process_time()

    with pytest.raises(Unshown):
        picture_hw3(bomb)

    assert len(bomb) < 50_000
    assert time.process_time() - started < 0.2


def test_a_pdf_gives_its_text_and_its_pages() -> None:
    count, texts, pages = pdf_pages(pdf(words("Problem 1: similarity\nbright on the diagonal")))

    assert (count, texts[0].split("\r\n")) == (1, ["Problem 1: similarity", "bright on the diagonal"])
    assert tuple(pages[0].shape) == (667, PAGE_PX, 3)
    assert 0 < int((pages[0] < 128).sum()) < 30_000  # ink, on paper


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"not a pdf", pdf(b"")[:200]])
def test_what_is_no_pdf_says_so(data: bytes) -> None:
    with pytest.raises(Unshown, match="it is no PDF, or is broken"):
        pdf_pages(data)


def test_the_script_of_a_pdf_is_not_run_and_its_page_is_shown() -> None:
    action = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\); this.exportDataObject) >> "

    _, texts, pages = pdf_pages(pdf(words("seen"), extra=action))

    assert (texts, len(pages)) == (["seen"], 1)


def test_the_text_of_a_page_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "PAGE_CHARS", 4)

    _, texts, _ = pdf_pages(pdf(words("many words"), packed=True))

    assert texts == ["many"]
