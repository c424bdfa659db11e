"""Notebooks become HTML of their cells, however odd or broken they are."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from numpy.typing import NDArray

from grader.kit import rendered
from tests.hostile.documents import (
    PICTURE,
    code,
    displayed,
    encoded,
    error,
    live_notebook,
    markdown,
    notebook,
    pdf,
    png,
    stream,
    words,
)

Told = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., dict[str, NDArray[Any]]]:
    """What a probe gives for a file."""

    def _run(data: bytes, kind: str = "notebook") -> dict[str, NDArray[Any]]:
        (tmp_path / "file").write_bytes(data)
        given: dict[str, NDArray[Any]] = getattr(rendered, kind)(SimpleNamespace(root=tmp_path), seed=0, file="file")
        return given

    return _run


@pytest.fixture
def told(run: Callable[..., dict[str, NDArray[Any]]]) -> Told:
    """What is told of a file; the HTML of each cell stands under `html`."""

    def _told(data: bytes, kind: str = "notebook") -> dict[str, Any]:
        given = run(data, kind)
        said: dict[str, Any] = json.loads(given["told"].tobytes())
        at, html = 0, given["html"].tobytes() if "html" in given else b""
        for cell in said.get("cells", []):
            cell["html"] = html[at : at + cell["html_bytes"]].decode()
            at += cell["html_bytes"]
        said["drawn"] = {name: tuple(each.shape) for name, each in given.items() if name.startswith("picture")}
        return said

    return _told


def test_each_cell_has_its_number_kind_source_and_html(told: Told) -> None:
    said = told(notebook(markdown("# Homework\n*what*"), code("x = 1", stream("printed\n"))))

    assert [(cell["number"], cell["kind"], cell["source"]) for cell in said["cells"]] == [
        (1, "markdown", "# Homework\n*what*"),
        (2, "code", "x = 1"),
    ]
    assert "<em>what</em>" in said["cells"][0]["html"]
    assert "printed" in said["cells"][1]["html"]
    assert "printed" not in said["cells"][0]["html"]


def test_formulas_become_mathml(told: Told) -> None:
    (cell,) = told(notebook(markdown("so $x^2$ and $$\\frac{a}{b}$$")))["cells"]

    assert ("<msup>" in cell["html"], "<mfrac>" in cell["html"]) == (True, True)


@pytest.mark.parametrize("source", ["\\frac{a}{", "\\def\\a{\\a\\a}\\a", "x" * 2_001, "{" * 300])
def test_a_formula_that_cannot_be_made_shows_its_source(told: Told, source: str) -> None:
    (cell,) = told(notebook(markdown(f"so ${source}$ it is")))["cells"]

    assert f"<code>{source}</code>" in cell["html"]


def test_a_cell_that_raised_is_named(told: Told) -> None:
    failed = error("ValueError", "too \x1b[31mred\x1b[0m", "\x1b[0;31mTraceback", "line 3")

    said = told(notebook(code("ok"), code("bad", failed)))

    assert [cell["raised"] for cell in said["cells"]] == ["", "ValueError: too red"]
    assert "line 3" in said["cells"][1]["html"]


def test_pictures_cross_as_pixels_and_are_named_in_the_html(told: Told) -> None:
    image = displayed("image/png", encoded(png(40, 30)))
    pasted = markdown(f"![x](data:image/png;base64,{encoded(PICTURE)}) ![y](attachment:y.png)",
                      attachments={"y.png": {"image/png": encoded(PICTURE)}})  # fmt: skip

    said = told(notebook(code("plot()", image), pasted))

    assert said["drawn"] == {"picture.0": (30, 40, 3), "picture.1": (2, 2, 3), "picture.2": (2, 2, 3)}
    assert [cell["pictures"] for cell in said["cells"]] == [[0], [1, 2]]
    assert 'src="picture:0"' in said["cells"][0]["html"]
    assert 'src="picture:2"' in said["cells"][1]["html"]
    assert "base64" not in said["cells"][0]["html"] + said["cells"][1]["html"]


def test_long_outputs_are_cut_with_a_note(told: Told) -> None:
    (cell,) = told(notebook(code("x", stream("y" * 50_000))))["cells"]

    assert len(cell["html"]) < 22_000
    assert "[cut: 50,000 characters in all]" in cell["html"]


def test_of_a_progress_bar_its_last_state_is_shown(told: Told) -> None:
    (cell,) = told(notebook(code("x", stream("0%\r50%\r100%\r\ndone\n"))))["cells"]

    assert ("100%\ndone" in cell["html"], "50%" in cell["html"]) == (True, False)


def test_what_cannot_be_shown_is_counted(told: Told) -> None:
    said = told(notebook(code("x", displayed("application/javascript", "alert(1)"))))

    assert said["notes"] == ["8 characters of application/javascript are not shown (cell 1)"]
    assert "alert" not in said["cells"][0]["html"]


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        ("!!!!", "base64 is broken"),
        (encoded(b"GIF89a"), "neither PNG nor JPEG"),
        (encoded(png(16_000, 10_000)), "50 megapixels"),
    ],
)
def test_a_picture_that_cannot_be_shown_says_why_and_the_text_is_shown(told: Told, picture: str, why: str) -> None:
    both = {"output_type": "display_data", "data": {"image/png": picture, "text/plain": "<Figure>"}, "metadata": {}}

    said = told(notebook(code("x", both)))

    assert why in said["notes"][0]
    assert "&lt;Figure&gt;" in said["cells"][0]["html"]


def test_so_many_pictures_are_shown_and_no_more(told: Told) -> None:
    image = displayed("image/png", encoded(PICTURE))

    said = told(notebook(*[code("x", image)] * 30))

    assert len(said["drawn"]) == rendered.MOST_PICTURES
    assert said["notes"] == [f"only the first {rendered.MOST_PICTURES} pictures"]


def test_form_3_of_the_format_is_read(told: Told) -> None:
    old = {
        "cell_type": "code",
        "input": "x",
        "outputs": [{"output_type": "pyout", "text": ["1"], "png": encoded(PICTURE)}],
    }
    data = json.dumps({"worksheets": [{"cells": [{"cell_type": "heading", "source": "T"}, old]}], "nbformat": 3})

    said = told(data.encode())

    assert [cell["source"] for cell in said["cells"]] == ["## T", "x"]
    assert said["drawn"] == {"picture.0": (2, 2, 3)}


ODD: list[Any] = [None, 3, [], {}, "x", [1, None, "x"], {"text/plain": 3}, True, [[["x"]]], -1.5]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_wrong_types_break_nothing(told: Told, odd: Any) -> None:
    cells = [
        odd,
        markdown(odd, attachments=odd),
        code(
            odd, odd, stream(odd, odd), displayed("image/png", odd), displayed("text/html", odd), error(odd, odd, odd)
        ),
        {"cell_type": odd, "source": odd, "outputs": odd},
        {
            "cell_type": "code",
            "outputs": [{"output_type": odd, "data": odd}, {"output_type": "error", "traceback": odd}],
        },
    ]

    said = told(notebook(*cells, metadata=odd, nbformat=odd))

    assert said["fault"] == ""
    assert len(said["cells"]) == 4 + isinstance(odd, dict)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no notebook"),
        (b"\xff\xfe\x00", "it is no notebook"),
        (b"[]", "it has no list of cells"),
        (b'{"cells": 3}', "it has no list of cells"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"cells":' * 100_000, "it is nested too deeply"),
        (b'{"cells": [' + b"9" * 10_000 + b"]}", "it is no notebook"),
    ],
)
def test_what_is_no_notebook_says_why(told: Told, data: bytes, why: str) -> None:
    assert why in told(data)["fault"]


@pytest.mark.parametrize(
    "source",
    [
        "[" * 5_000,
        "> " * 9_000,
        "<div>" * 4_000,
        "*a_ " * 4_000,
        "$" * 19_000,
        "- " * 9_000,
        "|" * 19_000,
        "`" * 19_000,
    ],
    ids=lambda source: source[:5],
)
def test_no_markdown_takes_long_or_kills_it(told: Told, source: str) -> None:
    started = time.process_time()

    said = told(notebook(markdown(source), code(source, stream(source))))

    assert time.process_time() - started < 10
    assert said["fault"] in ("", "it is nested too deeply")


def test_many_cells_are_cut_with_a_note(told: Told) -> None:
    said = told(notebook(*[markdown("x")] * (rendered.MOST_CELLS + 5)))

    assert len(said["cells"]) == rendered.MOST_CELLS
    assert said["notes"] == [f"the first {rendered.MOST_CELLS} of {rendered.MOST_CELLS + 5} cells"]


def test_html_beyond_two_mebibytes_is_left_out_by_cells(told: Told) -> None:
    said = told(notebook(*[code("x", *[stream(f"{number}<" * 6_000) for number in range(3)])] * 40))

    assert sum(cell["html_bytes"] for cell in said["cells"]) <= rendered.MOST_HTML
    assert "all of them are larger than 2 MiB" in said["notes"][-1]


def test_a_notebook_full_of_attacks_is_told_whole(told: Told) -> None:
    said = told(live_notebook())

    assert said["fault"] == ""
    assert len(said["cells"]) == len(json.loads(live_notebook())["cells"])


def test_the_text_and_pages_of_a_pdf_are_told(told: Told) -> None:
    said = told(pdf(words("Problem 1")), "pdf")

    assert (said["fault"], said["pages"], list(said["drawn"])) == ("", ["Problem 1"], ["picture.0"])


@pytest.mark.parametrize("kind", ["pdf", "picture"])
def test_a_broken_file_is_a_fault_in_words(told: Told, kind: str) -> None:
    said = told(b"nothing", kind)

    assert said["fault"].startswith("it is")
    assert said["drawn"] == {}


def test_a_picture_is_told_with_its_pixels(told: Told) -> None:
    assert told(png(5, 4), "picture")["drawn"] == {"picture.0": (4, 5, 3)}


def test_without_nbconvert_the_slot_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered._exporter.cache_clear()
    monkeypatch.setitem(sys.modules, "nbconvert.exporters.templateexporter", None)

    rendered.warm_up()

    with pytest.raises(ImportError):
        rendered.rendered([])
