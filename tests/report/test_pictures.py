"""Tests of grader/report/pictures.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import matrices, pictures
from grader.report.arrays import ArrayFile
from grader.report.model import PictureView
from grader.report.pictures import Gallery

MATRICES = Picture("matrices", "enc, case ragged", "ragged", "enc", True, "a", "a", axes="b s 2h")


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """The view of a picture of two arrays, either of which may be absent."""
    return Shown(tmp_path)


class Shown:
    """Writes two arrays and views a picture of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, picture: Picture, yours: Array | None, expected: Array | None, max_px: int = 512) -> PictureView:
        return pictures.view(picture, Gallery(self._file("yours", yours), self._file("expected", expected), max_px))

    def _file(self, name: str, array: Array | None) -> ArrayFile:
        if array is None:
            return ArrayFile(None)
        save_file({"a": np.ascontiguousarray(array)}, self.folder / name)
        return ArrayFile(self.folder / name)


def test_matrices_are_yours_expected_and_difference(shown: Shown) -> None:
    yours = np.zeros((2, 3, 4))
    yours[1, 2, 3] = 0.31

    view = shown(MATRICES, yours, np.zeros((2, 3, 4)))

    assert [panel.label for panel in view.panels] == ["yours", "expected", "difference"]
    assert view.panels[2].caption == "largest 0.31 at [1, 2, 3]"
    assert view.panels[0].alt == "yours: 3 rows, 4 columns, 0 to 0.31"
    assert view.notes[0] == "Shown is the slice [1] of 2, where the difference is largest."
    assert view.notes[1:3] == ("Down: s.", "Across: 2h.")


def test_equal_matrices_differ_in_nothing(shown: Shown) -> None:
    view = shown(replace(MATRICES, axes="s h"), np.eye(3), np.eye(3))

    assert view.panels[2].caption == "none"
    assert pictures.DIFFERENCE not in view.notes


def test_a_small_matrix_is_also_a_table(shown: Shown) -> None:
    view = shown(MATRICES, np.array([[0.123456, -np.inf]]), np.zeros((1, 2)))

    assert view.panels[0].rows == (("0.123", "-inf"),)
    assert view.has_numbers


def test_a_large_matrix_is_no_table(shown: Shown) -> None:
    assert not shown(MATRICES, np.zeros((17, 3)), np.zeros((17, 3))).has_numbers


def test_what_is_not_finite_is_counted_and_explained(shown: Shown) -> None:
    view = shown(MATRICES, np.zeros((1, 3)), np.array([[0.5, -np.inf, 1.0]]))

    assert view.panels[1].caption == "0.5 to 1, 1 not finite"
    assert view.panels[2].caption == "0 at [0, 1], where another value is expected"
    assert pictures.MARKS in view.notes


def test_an_array_of_nan_has_no_finite_value(shown: Shown) -> None:
    assert shown(MATRICES, np.full((2, 2), np.nan), np.zeros((2, 2))).panels[0].caption == "no finite value"


def test_shapes_that_differ_are_named_with_axes_instead_of_drawn(shown: Shown) -> None:
    view = shown(MATRICES, np.zeros((7, 4, 6)), np.zeros((4, 7, 6)))

    assert view.panels == ()
    assert view.notes == (
        "The shapes differ, so there is nothing to lay side by side: "
        "yours is (7, 4, 6), expected is (4, 7, 6) = (b, s, 2h).",
    )


@pytest.mark.parametrize(
    ("yours", "expected", "labels", "note"),
    [
        (np.eye(2), None, ["yours"], "Not available: expected."),
        (None, np.eye(2), ["expected"], "Not available: yours."),
    ],
    ids=["no expected", "no yours"],
)
def test_one_side_alone_is_shown(
    shown: Shown, yours: Array | None, expected: Array | None, labels: list[str], note: str
) -> None:
    view = shown(MATRICES, yours, expected)

    assert [panel.label for panel in view.panels] == labels
    assert note in view.notes


def test_a_side_that_may_not_be_shown_is_not_missed(shown: Shown) -> None:
    view = shown(replace(MATRICES, kind="heatmap", axes="", expected=""), np.eye(2), None)

    assert ([panel.label for panel in view.panels], view.notes) == (["yours"], ())


def test_the_first_slice_of_one_side_is_called_so(shown: Shown) -> None:
    assert shown(MATRICES, np.zeros((2, 3, 4)), None).notes[0] == "Shown is the slice [0] of 2, the first."


@pytest.mark.parametrize("kind", ["matrices", "heatmap", "curve"])
def test_without_arrays_the_picture_is_not_available(shown: Shown, kind: str) -> None:
    view = shown(replace(MATRICES, kind=kind), None, None)

    assert (view.panels, view.notes) == ((), (pictures.NOT_AVAILABLE,))


def test_a_page_without_room_leaves_pictures_out(shown: Shown) -> None:
    view = shown(MATRICES, np.eye(2), np.eye(2), max_px=0)

    assert view.notes == ("Picture left out, so that this page stays small enough to send.",)


def test_a_pooled_picture_says_so(shown: Shown) -> None:
    view = shown(MATRICES, np.zeros((40, 40)), np.zeros((40, 40)), max_px=32)

    assert "Pooled to at most 32 pixels a side: means of values, the worst of differences." in view.notes
    assert view.panels[0].width <= matrices.LONG_SIDE_PX


def test_a_heatmap_is_yours_beside_expected_with_its_axes(shown: Shown) -> None:
    view = shown(replace(MATRICES, kind="heatmap", axes="", x="source", y="target"), np.eye(3), np.eye(3) / 2)

    assert [panel.label for panel in view.panels] == ["yours", "expected"]
    assert view.notes == ("Down: target.", "Across: source.")


def test_heatmaps_of_other_sizes_stand_side_by_side(shown: Shown) -> None:
    view = shown(replace(MATRICES, kind="heatmap"), np.zeros((2, 3)), np.zeros((5, 2, 3)))

    assert [panel.label for panel in view.panels] == ["yours", "expected"]


def test_curves_share_their_limits_and_yours_carries_the_expected_one(shown: Shown) -> None:
    view = shown(replace(MATRICES, kind="curve"), np.linspace(0, 9, 50), np.linspace(0, 1, 40))

    assert [panel.caption for panel in view.panels] == ["50 points, 0 to 9", "40 points, 0 to 1"]
    assert view.notes == ("The dashed grey line behind yours is the expected one.",)


def test_an_array_that_is_no_curve_is_not_available(shown: Shown) -> None:
    assert shown(replace(MATRICES, kind="curve"), np.zeros((2, 3, 4)), None).notes == (pictures.NOT_AVAILABLE,)


@pytest.mark.parametrize(
    ("shape", "size", "form"),
    [((1, 29), (261, 28), "stretched"), ((29, 1), (28, 261), "stretched"), ((3, 4), (176, 132), "cells"),
     ((), (44, 44), "cells"), ((300, 512), (512, 300), "photo")],
)  # fmt: skip
def test_a_picture_is_large_enough_to_see_and_no_larger(
    shown: Shown, shape: tuple[int, ...], size: tuple[int, int], form: str
) -> None:
    panel = shown(MATRICES, np.zeros(shape), None).panels[0]

    assert ((panel.width, panel.height), panel.form) == (size, form)
