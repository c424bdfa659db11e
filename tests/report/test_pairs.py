"""Tests of grader/report/pairs.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.nouns.judged import Picture
from grader.report import pairs, pictures
from grader.report.arrays import ArrayFile
from grader.report.pictures import Gallery

EVEN = np.full((3, 4, 4), 0.25)
ENTROPY = np.ones((6, 4))


def picture(output: str, kind: str = "heatmap", case: str = "causal") -> Picture:
    return Picture(kind, output, case, output, True, output, output)  # type: ignore[arg-type]


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    arrays = {"layer0": EVEN, "untrained_layer0": EVEN, "entropy": ENTROPY, "untrained_entropy": ENTROPY}
    save_file(arrays, tmp_path / "arrays")
    return Gallery(ArrayFile(tmp_path / "arrays"), ArrayFile(tmp_path / "arrays"))


def test_a_map_and_that_before_training_are_one_picture(gallery: Gallery) -> None:
    made = pairs.views([picture("layer0"), picture("untrained_layer0")], gallery)

    assert [view.title for view in made] == ["layer0"]
    assert made[0].panels[-1].label == "untrained, yours"
    assert made[0].panels[0].form == "heads"


def test_plain_heat_maps_are_paired_too(gallery: Gallery) -> None:
    (made,) = pairs.views([picture("untrained_entropy"), picture("entropy")], gallery)

    assert [panel.label for panel in made.panels] == ["yours", "expected", "untrained, yours"]
    assert made.panels[-1].alt.startswith("untrained, yours: 6 rows")


def test_what_has_no_partner_stands_alone(gallery: Gallery) -> None:
    made = pairs.views([picture("untrained_layer0"), picture("layer0", case="other")], gallery)

    assert [view.case for view in made] == ["causal", "other"]


def test_what_a_plot_shows_is_not_shown_again_because_a_check_failed(gallery: Gallery) -> None:
    made = pairs.views(
        [picture("layer0"), picture("layer0", kind="matrices"), picture("entropy", kind="matrices")], gallery
    )

    assert [view.title for view in made] == ["layer0", "entropy"]


def test_on_a_page_without_room_nothing_is_drawn(gallery: Gallery) -> None:
    small = Gallery(gallery.yours, gallery.expected, max_px=0)

    made = pairs.views([picture("layer0"), picture("layer0", kind="matrices")], small)

    assert [view.notes for view in made] == [(pictures.LEFT_OUT,)] * 2


def test_before_and_after_training_share_one_scale(tmp_path: Path) -> None:
    save_file({"entropy": ENTROPY * np.arange(4), "untrained_entropy": ENTROPY + 2}, tmp_path / "yours")
    shown = Gallery(ArrayFile(tmp_path / "yours"), ArrayFile(None))

    (made,) = pairs.views([picture("entropy"), picture("untrained_entropy")], shown)
    alone = pairs.views([picture("untrained_entropy")], shown)[0]

    assert [panel.label for panel in made.panels] == ["yours", "untrained, yours"]
    assert made.panels[1].src != alone.panels[0].src  # 3 is the top of the scale together, and all of it alone


def test_what_differs_before_training_has_its_expected_side(tmp_path: Path) -> None:
    save_file({"entropy": ENTROPY, "untrained_entropy": ENTROPY + 2}, tmp_path / "yours")
    save_file({"entropy": ENTROPY, "untrained_entropy": ENTROPY}, tmp_path / "expected")

    (made,) = pairs.views(
        [picture("entropy"), picture("untrained_entropy")],
        Gallery(ArrayFile(tmp_path / "yours"), ArrayFile(tmp_path / "expected")),
    )

    assert [panel.label for panel in made.panels][2:] == ["untrained, yours", "untrained, expected"]
