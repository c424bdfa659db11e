"""Tests of grader/report/plots.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import matrices, plots
from grader.report.arrays import ArrayFile
from grader.report.model import PictureView

NAN = float("nan")
IMAGE = Picture("image", "Similarity", "decoder", "figures.0.0.0", True, "y", "e", x="position", y="position")
SERIES = Picture(
    "series",
    "Norms",
    "own",
    "gnorm",
    True,
    "y",
    "",
    x="update",
    y="norm",
    line="line",
    marks="marks",
    marked="j",
    clip=1.0,
)
NORMS = np.where(np.isin(np.arange(2000), (311, 1702)), 30.0, 0.5)
LINE = np.stack([np.arange(2000.0), NORMS], axis=1)
MARKS = np.array([[301.0, 20, 321, 40], [1703, 30, 1703, 30]])
MARKED = np.array([311, 1702])
Show = Callable[..., PictureView]


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """The view of a picture of these arrays; `e` lies in the reference's file."""

    def view(picture: Picture, max_px: int = 512, **arrays: Array) -> PictureView:
        for name in ("yours", "expected"):
            mine = {
                key: np.ascontiguousarray(each) for key, each in arrays.items() if (key == "e") == (name != "yours")
            }
            save_file(mine, tmp_path / name)
        return plots.view(picture, ArrayFile(tmp_path / "yours"), ArrayFile(tmp_path / "expected"), max_px)

    return view


# --- heat maps --------------------------------------------------------------------------------------------------------


def test_their_heat_map_stands_beside_the_references_on_one_scale(show: Show) -> None:
    view = show(IMAGE, y=np.eye(30, dtype=np.float32) * 0.5, e=np.eye(30))

    assert [(panel.label, panel.caption) for panel in view.panels] == [
        ("yours", "30 x 30, 0.5 on the diagonal, 0 at offset 20"),
        ("expected", "30 x 30, 1 on the diagonal, 0 at offset 20"),
    ]
    assert view.panels[0].alt == "yours: a heat map, 30 x 30, 0.5 on the diagonal, 0 at offset 20"
    assert view.notes == ("Dark blue is 0, yellow is 1.", "Down: position.", "Across: position.")


def test_a_large_map_is_pooled_and_its_numbers_are_those_of_all_cells(show: Show) -> None:
    distance = np.abs(np.subtract.outer(np.arange(1026), np.arange(1026)))
    view = show(IMAGE, y=(1 / (1 + distance)).astype(np.float32))

    assert (view.panels[0].width, view.panels[0].form) == (342, "photo")
    assert "Pooled to at most 512 pixels a side; the numbers are those of all cells." in view.notes
    assert [row[0] for row in view.tables[0].rows][-1] == "1,000"
    assert len(view.panels[0].src) < 200_000


def test_cells_without_a_number_are_explained(show: Show) -> None:
    cells = np.eye(30)
    cells[1], cells[:, 1] = NAN, NAN

    view = show(IMAGE, y=cells)

    assert view.panels[0].caption.endswith("59 not finite (row 1 and column 1)")
    assert matrices.MARKS in view.notes


def test_without_a_heat_map_of_theirs_the_reference_stands_alone(show: Show) -> None:
    view = show(replace(IMAGE, yours=""), e=np.eye(3))

    assert [panel.label for panel in view.panels] == ["expected"]
    assert view.notes[0] == plots.NO_IMAGE


def test_without_any_image_it_says_so(show: Show) -> None:
    assert show(replace(IMAGE, yours="", expected="")).notes == (plots.NO_IMAGE,)


def test_an_image_of_colours_is_shown_as_it_is(show: Show) -> None:
    view = show(IMAGE, y=np.zeros((20, 30, 3), np.uint8), e=np.eye(3))

    assert [panel.label for panel in view.panels] == ["yours", "expected"]
    assert view.panels[0].caption == "a picture of 30 x 20 pixels"
    assert view.notes[0] == plots.COLOURS


def test_an_image_of_one_value_has_no_scale(show: Show) -> None:
    assert show(replace(IMAGE, x="", y=""), y=np.zeros((3, 3))).notes == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 900_000), (900_000, 1), (2, 3, 4), ()])
def test_a_map_of_any_shape_is_drawn(show: Show, shape: tuple[int, ...]) -> None:
    assert len(show(IMAGE, y=np.ones(shape), e=np.eye(3)).panels) == 2


# --- series -----------------------------------------------------------------------------------------------------------


def test_a_series_tells_what_is_above_its_limit_and_what_they_marked(show: Show) -> None:
    view = show(SERIES, y=NORMS, line=LINE, marks=MARKS, j=MARKED)

    assert view.panels[0].caption == "2 updates above the limit 1: 311 and 1702, both marked"
    assert view.panels[0].alt == (
        "yours: 2,000 updates, 2 above the limit 1, largest 30 at update 311; marked: 311 and 1702"
    )
    assert view.notes == ("Red ticks and dots: above the limit.", plots.VIOLET)
    assert [table.caption for table in view.tables] == ["Above the limit", "Least and greatest value"]


def test_a_series_that_was_not_drawn_is_shown_by_itself(show: Show) -> None:
    view = show(replace(SERIES, line="", marks=""), y=NORMS)

    assert view.notes[0] == plots.NO_LINE
    assert view.panels[0].caption.endswith("none marked")


def test_a_line_of_another_thing_is_drawn_behind_the_series(show: Show) -> None:
    losses = np.stack([np.arange(15.0), np.linspace(4, 1, 15)], axis=1)

    view = show(SERIES, y=NORMS, line=losses)

    assert view.notes[0] == "The dashed grey line is the one in their figure, 15 points; the blue one is the series."


def test_a_line_without_the_series_is_drawn_as_the_series(show: Show) -> None:
    view = show(replace(SERIES, yours=""), line=LINE, marks=MARKS, j=MARKED)

    assert view.panels[0].caption == "2 updates above the limit 1: 311 and 1702, both marked"


def test_values_that_are_not_finite_may_be_gaps_or_left_out(show: Show) -> None:
    norms = NORMS.copy()
    norms[5] = np.inf
    is_finite = np.isfinite(norms)
    broken = np.column_stack([LINE[:, 0], np.where(is_finite, norms, NAN)])

    dropped, gaps = (show(SERIES, y=norms, line=line) for line in (LINE[is_finite], broken))

    assert dropped.notes == ("Red ticks and dots: above the limit.", "Gaps are values that are not finite.")
    assert gaps == dropped
    assert gaps.panels[0].caption.startswith("3 updates above the limit 1: 5, 311 and 1702")


def test_a_logarithmic_axis_says_what_it_cannot_show(show: Show) -> None:
    norms = NORMS.copy()
    norms[:3] = 0, 0.01, -1

    view = show(replace(SERIES, line="", marks=""), y=norms)

    assert view.notes[-1] == "The axis upwards is logarithmic; 2 values have no place on it."


def test_a_page_with_little_room_gets_a_smaller_picture(show: Show) -> None:
    noise = np.random.default_rng(3).random(50_000)

    small, large = (show(SERIES, size, y=noise).panels[0].src for size in (64, 512))

    assert len(small) < len(large) / 2


@pytest.mark.parametrize("name", ["line", "marks", "j"])
@pytest.mark.parametrize("array", [np.zeros(4), np.zeros((3, 7)), np.zeros((2, 2, 2))], ids=["1", "2", "3"])
def test_arrays_of_another_form_are_as_if_they_were_not_there(show: Show, name: str, array: Array) -> None:
    assert len(show(SERIES, y=NORMS, **{name: array}).panels) == 1


# --- what was handed in -----------------------------------------------------------------------------------------------


def test_what_was_handed_in_stands_beside_the_plot(show: Show) -> None:
    view = show(replace(SERIES, pixels=("p",)), y=NORMS, line=LINE, p=np.zeros((480, 640, 3), np.uint8))

    assert [panel.label for panel in view.panels] == ["yours", "handed in"]
    assert view.panels[1].alt == "handed in: a picture of 640 x 480 pixels"
    assert plots.FOR_A_PERSON not in view.notes


def test_what_was_handed_in_is_shown_if_there_is_nothing_else(show: Show) -> None:
    view = show(
        Picture("pixels", "", "handed_in", "picture", True, "", "", pixels=("p",)), p=np.zeros((4, 6, 3), np.uint8)
    )

    assert [panel.label for panel in view.panels] == ["handed in"]


def test_where_there_is_only_a_picture_a_person_looks_at_it(show: Show) -> None:
    view = show(replace(IMAGE, yours="", pixels=("p",)), p=np.zeros((4, 6, 3), np.uint8), e=np.eye(3))

    assert [panel.label for panel in view.panels] == ["expected", "handed in"]
    assert view.notes[-1] == plots.FOR_A_PERSON


@pytest.mark.parametrize(
    "picture", [IMAGE, SERIES, replace(SERIES, kind="pixels", pixels=("p", "q"))], ids=lambda each: each.kind
)
def test_without_arrays_there_is_no_panel(show: Show, picture: Picture) -> None:
    assert show(picture, other=np.zeros((4, 6))).panels == ()
