"""Tests of grader/report/influence.py."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.nouns.judged import Picture
from grader.nouns.plain import Array
from grader.report import influence, pictures
from grader.report.arrays import ArrayFile
from grader.report.influence import Seen
from grader.report.model import PictureView
from grader.report.pictures import Gallery

NAN, INF = float("nan"), float("inf")
PAST = np.tril(np.ones((5, 5)))


def seen(moves: Array, allowed: Array | None = PAST, moving: str = "position", changed: str = "position") -> Seen:
    return Seen(
        np.asarray(moves, dtype=np.float64), None if allowed is None else np.asarray(allowed) > 0, moving, changed
    )


def shown(tmp_path: Path, moves: Array, allowed: Array | None, *, apart: bool = False) -> PictureView:
    """The view of a matrix beside the allowed one, which lies in the same file or `apart`."""
    picture = Picture("influence", "Who sees whom", "window", "logits", True, "m", "a", x="position", y="position")
    mine = {"m": moves.astype(np.float32)}
    other = {"a": allowed.astype(np.float32)} if allowed is not None else {}
    save_file(mine if apart else mine | other, tmp_path / "yours")
    save_file(other if apart else {"b": PAST}, tmp_path / "expected")
    gallery = Gallery(ArrayFile(tmp_path / "yours"), ArrayFile(tmp_path / "expected"))
    return pictures.view(picture, gallery)


def svg(src: str) -> ElementTree.Element:
    """The picture, parsed; it fails if it is not XML."""
    return ElementTree.fromstring(base64.b64decode(src.partition(",")[2]))


def words(src: str) -> list[str]:
    return [str(each.text) for each in svg(src).iter("{http://www.w3.org/2000/svg}text")]


def test_a_model_that_sees_the_past_only_is_told_so() -> None:
    assert influence.finding(seen(0.3 * PAST)) == "nothing that may not be seen is seen"


def test_noise_of_floats_is_no_leak_and_its_size_is_told() -> None:
    said = influence.finding(seen(0.3 * PAST + 4e-7 * (1 - PAST)))

    assert said == "nothing that may not be seen is seen (moves by at most 4e-7)"


def test_a_place_that_sees_its_label_is_named_counted_from_one() -> None:
    moves = 0.3 * PAST
    moves[4 - 1, 5 - 1] = 0.62

    assert influence.finding(seen(moves)) == "1 leak: position 4 sees 5 (0.62)"


def test_of_many_leaks_the_strongest_are_named_and_the_others_counted() -> None:
    moves = 0.1 * np.ones((5, 5))
    moves[0, 4] = INF

    said = influence.finding(seen(moves))

    assert said == "10 leaks: position 1 sees 5 (NaN), position 1 sees 2 (0.1), position 1 sees 3 (0.1) and 7 more"


def test_leaks_between_unlike_things_name_both() -> None:
    assert influence.finding(seen([[1, 0.5], [0, 1]], np.eye(2), "position", "column")) == (
        "1 leak: position 1 sees column 2 (0.5)"
    )
    assert influence.finding(seen([[0.5]], [[0]], "position", "previous call")) == (
        "1 leak: the answer sees the previous call (0.5)"
    )


def test_a_run_that_is_missing_is_no_leak() -> None:
    moves = 0.3 * PAST
    moves[0, 3] = NAN

    assert influence.finding(seen(moves)) == "nothing that may not be seen is seen"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (3e-7, "3e-7"), (0.0049, "5e-3"), (0.62, "0.62"), (1, "1"), (123, "1e2"), (INF, "NaN"), (NAN, "?")],
)
def test_amounts_have_few_signs(value: float, text: str) -> None:
    assert influence.amount(value) == text


def test_the_matrix_stands_beside_the_allowed_one(tmp_path: Path) -> None:
    view = shown(tmp_path, 0.3 * np.ones((5, 5)), PAST)

    assert [panel.label for panel in view.panels] == ["yours", "allowed"]
    assert view.panels[1].caption == "15 of 25 pairs may be seen"
    assert view.panels[0].alt.startswith("yours, who sees whom, 5 down and 5 across: 10 leaks: position 1 sees 2")
    assert view.has_numbers
    assert view.tables[0].heads == ("position", "1", "2", "3", "4", "5")
    assert view.tables[0].rows[0] == ("1", "0.3", "0.3", "0.3", "0.3", "0.3")


def test_the_allowed_matrix_may_lie_with_the_expected_arrays(tmp_path: Path) -> None:
    assert len(shown(tmp_path, 0.3 * PAST, PAST, apart=True).panels) == 2


@pytest.mark.parametrize("allowed", [None, np.ones((4, 5))], ids=["missing", "another shape"])
def test_without_a_fitting_allowed_matrix_nothing_is_called_a_leak(tmp_path: Path, allowed: Array | None) -> None:
    view = shown(tmp_path, 0.3 * np.ones((5, 5)), allowed)

    assert [panel.caption for panel in view.panels] == ["moves by at most 0.3"]
    assert influence.NO_ALLOWED in view.notes


@pytest.mark.parametrize("moves", [np.ones((65, 65)), np.ones((2, 2, 2))], ids=["too large", "no matrix"])
def test_what_cannot_be_read_is_not_drawn(tmp_path: Path, moves: Array) -> None:
    assert shown(tmp_path, moves, None).notes == (pictures.NOT_AVAILABLE,)


def test_a_column_that_is_handed_over_as_a_vector_is_drawn(tmp_path: Path) -> None:
    view = shown(tmp_path, np.array([0.1, 0.0, 0.2]), np.zeros(3))

    assert view.panels[0].caption.startswith("2 leaks: position 3 sees the position (0.2)")


def test_of_many_places_the_table_tells_the_most_of_each(tmp_path: Path) -> None:
    past = np.tril(np.ones((40, 40)))

    view = shown(tmp_path, 0.3 * past + 0.01 * np.eye(40, k=1), past)

    assert view.tables[0].heads == ("position", "by what it may see", "by what it may not see")
    assert view.tables[0].rows[0] == ("1", "0.3", "0.01")
    assert view.tables[0].rows[-1] == ("40", "0.3", "0")


def test_the_picture_numbers_places_from_one_and_outlines_leaks(tmp_path: Path) -> None:
    clean, leaking = (shown(tmp_path, 0.3 * moves, PAST).panels[0].src for moves in (PAST, np.ones((5, 5))))

    assert {"1", "5", "may not be seen"} <= set(words(clean))
    assert "0" in words(clean)
    assert "leak" in words(leaking)
    assert "leak" not in words(clean)


def test_words_of_a_rubric_are_text_in_the_picture() -> None:
    hostile = seen(PAST, PAST, "<script>x</script>", "a&b")
    panel = influence._panel("yours", "", hostile, influence._shades(hostile.moves_rc), hostile.leaks_rc)

    assert "<script>" not in base64.b64decode(panel.src.partition(",")[2]).decode()
    assert any("a&b" in each for each in words(panel.src))


def test_shades_follow_the_decades() -> None:
    moves = np.array([[0, 5e-9, 5e-8, 5e-5, 0.05, 0.5, 50, INF, NAN]])

    assert influence._shades(moves).tolist() == [[0, 1, 1, 4, 7, 8, 8, 8, -1]]


def test_a_matrix_of_64_places_is_small_in_bytes(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    moves = 10 ** chance.uniform(-8, 0, (64, 64))

    view = shown(tmp_path, moves, np.tril(np.ones((64, 64))))

    assert sum(len(panel.src) for panel in view.panels) < 200_000


def test_places_without_a_word_are_places_and_the_previous_call_is_one(tmp_path: Path) -> None:
    save_file({"m": np.array([0.0, 0.5], np.float32), "a": np.zeros(2, np.float32)}, tmp_path / "yours")
    picture = Picture("influence", "", "window", "logits", True, "m", "a", x="previous")

    made = influence.view(picture, ArrayFile(tmp_path / "yours"), ArrayFile(None))

    assert made is not None
    assert made.panels[0].caption == "1 leak: place 2 sees the previous call (0.5)"
