"""Tests of grader/report/attention_maps.py."""

from __future__ import annotations

import numpy as np
import pytest

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import attention_maps, matrices
from grader.report.attention_maps import Maps
from grader.report.model import PictureView

NAN = float("nan")
EVEN = np.full((3, 4, 4), 0.25)
SHARP = np.tile(np.eye(4), (3, 1, 1))
PICTURE = Picture("heatmap", "Layer 0", "causal", "layer0", True, "a", "a", x="key", y="query")


def view(trained: Maps, untrained: Maps | None = None) -> PictureView:
    return attention_maps.view(PICTURE, trained, untrained, 512)


def labels(shown: PictureView) -> list[str]:
    return [panel.label for panel in shown.panels]


def test_maps_are_yours_expected_and_their_difference() -> None:
    yours = SHARP.copy()
    yours[1, 2] = 0.25

    shown = view(Maps(yours, SHARP))

    assert labels(shown) == ["yours", "expected", "difference"]
    assert shown.panels[2].caption == "largest 0.75 in head 2, query 3, key 3"
    assert shown.panels[0].alt == "yours: 3 heads, 4 x 4 each, entropy 0.00, 0.35, 0.00"
    assert shown.notes[-2:] == ("Down: query.", "Across: key.")


def test_the_entropy_of_a_row_is_zero_if_one_key_has_all_and_greatest_if_all_have_the_same() -> None:
    sharp, even = attention_maps.entropies(SHARP), attention_maps.entropies(EVEN)

    assert sharp is not None and sharp.tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert even is not None and even.tolist() == pytest.approx([np.log(4)] * 3)


@pytest.mark.parametrize("maps", [2 * EVEN, EVEN - 1, np.full((1, 2, 2), NAN)], ids=["sums", "negative", "NaN"])
def test_what_is_no_distribution_has_no_entropy(maps: Array) -> None:
    assert attention_maps.entropies(maps) is None
    assert "not every row sums to 1" in view(Maps(maps, None)).panels[0].caption


def test_before_training_stands_beside_after_it() -> None:
    same = view(Maps(SHARP, SHARP), Maps(EVEN, EVEN))

    assert labels(same) == ["yours", "expected", "difference", "untrained, yours"]
    assert same.panels[2].caption == "none"
    assert same.panels[3].caption == "entropy 1.39, 1.39, 1.39"


def test_before_training_a_difference_is_shown_too() -> None:
    other = view(Maps(SHARP, SHARP), Maps(SHARP, EVEN))

    assert labels(other)[3:] == ["untrained, yours", "untrained, expected", "untrained, difference"]


def test_the_table_tells_every_head() -> None:
    table = view(Maps(SHARP, EVEN), Maps(EVEN, EVEN)).tables[0]

    assert table.heads == ("head", "entropy, yours", "entropy, expected", "entropy, untrained", "largest difference")
    assert table.rows[2] == ("3", "0.000", "1.386", "1.386", "0.75")


def test_maps_of_another_shape_are_shown_without_a_difference() -> None:
    shown = view(Maps(SHARP[:2], EVEN))

    assert labels(shown) == ["yours", "expected"]
    assert shown.tables[0].rows[2] == ("3", "–", "1.386")


def test_a_map_with_nan_is_marked_and_named() -> None:
    yours = EVEN.copy()
    yours[2, 0, 0] = NAN

    shown = view(Maps(yours, EVEN))

    assert shown.panels[2].caption == "no number in head 3, query 1"
    assert matrices.MARKS in shown.notes


def test_only_one_side_may_be_there() -> None:
    assert labels(view(Maps(None, EVEN), Maps(None, SHARP))) == ["expected", "untrained, expected"]


def test_weights_share_the_scale_from_0_to_1() -> None:
    assert "dark blue is 0, yellow is 1." in view(Maps(EVEN, EVEN)).notes[0]


@pytest.mark.parametrize(
    ("shape", "may"),
    [((3, 7, 7), True), ((16, 128, 128), True), ((17, 7, 7), False), ((3, 129, 7), False), ((7, 7), False)],
)
def test_few_heads_of_a_readable_size_are_maps(shape: tuple[int, ...], *, may: bool) -> None:
    assert attention_maps.are_maps(np.zeros(shape)) == may
