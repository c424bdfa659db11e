"""Axis letters: solving sizes, naming shapes, naming swaps."""

from __future__ import annotations

import pytest

from grader.errors import HarnessError
from grader.judge.axes import (
    Term,
    axis_name,
    fits,
    name_shape,
    parse_axes,
    place_in,
    shape_fault,
    solve_sizes,
    written,
)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("b", Term("b", 1, "b", 0)),
        ("2h", Term("2h", 2, "h", 0)),
        ("t-1", Term("t-1", 1, "t", -1)),
        ("4h+2", Term("4h+2", 4, "h", 2)),
        ("v_src", Term("v_src", 1, "v_src", 0)),
        ("3", Term("3", 3, "", 0)),
    ],
)
def test_a_term_is_factor_letter_and_shift(text: str, term: Term) -> None:
    assert parse_axes(text) == (term,)


def test_no_axes_are_those_of_a_single_number() -> None:
    assert parse_axes("") == ()


@pytest.mark.parametrize("text", ["-", "b*t", "+1", "3-1", "...", "h2h!"])
def test_what_is_no_axis_is_our_fault(text: str) -> None:
    with pytest.raises(HarnessError) as error:
        parse_axes(f"b {text}")

    assert f"'{text}' names no axis  [E-AXES]" in str(error.value)
    assert "allowed: a letter, a number, or both with a shift: b, 3, 2h, t-1" in str(error.value)


def test_sizes_are_solved_from_the_shape() -> None:
    assert solve_sizes("t-1 b 2h", (10, 4, 6)) == {"t": 11, "b": 4, "h": 3}


@pytest.mark.parametrize(
    ("axes", "shape"),
    [("b s", (4,)), ("b b", (4, 5)), ("2h", (7,)), ("2 b", (3, 4)), ("", (1,)), ("b", ())],
    ids=["too-few", "two-sizes", "odd", "other-number", "no-axes", "no-shape"],
)
def test_a_reference_that_does_not_fit_its_axes_is_our_fault(axes: str, shape: tuple[int, ...]) -> None:
    assert not fits(axes, shape)
    with pytest.raises(HarnessError, match="does not fit them"):
        solve_sizes(axes, shape)


@pytest.mark.parametrize(
    ("shape", "text"), [((4, 7), "(4, 7)"), ((4,), "(4,)"), ((), "one number"), ((0, 3), "(0, 3)")]
)
def test_a_shape_is_written_as_python_writes_it(shape: tuple[int, ...], text: str) -> None:
    assert written(shape) == text


def test_a_shape_is_written_with_its_letters() -> None:
    assert written((4, 7), ("b", "s")) == "(4, 7) = (b, s)"


def test_letters_that_say_nothing_are_left_out() -> None:
    assert written((5, 9), ("5", "9")) == "(5, 9)"


SIZES = {"b": 4, "s": 7, "h": 3}


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ((4, 7, 6), ("b", "s", "2h")),
        ((7, 4, 6), ("s", "b", "2h")),
        ((4, 7, 3), ("b", "s", "h")),
        ((4, 7, 12), ("b", "s", "12")),
        ((4, 6), ("b", "2h")),
        ((28, 6), ("4s", "2h")),
        ((4, 7, 11), ("b", "s", "11")),
    ],
    ids=["right", "swapped", "half", "two-readings", "one-less", "multiple", "unknown"],
)
def test_an_axis_is_named_where_one_letter_explains_it(shape: tuple[int, ...], names: tuple[str, ...]) -> None:
    assert name_shape(shape, "b s 2h", SIZES) == names


def test_a_shape_that_fits_keeps_its_letters_where_two_sizes_are_equal() -> None:
    assert name_shape((3, 3), "b h", {"b": 3, "h": 3}) == ("b", "h")


def test_equal_sizes_name_nothing_in_a_wrong_shape() -> None:
    assert name_shape((3, 5, 3), "b h 5", {"b": 3, "h": 3}) == ("3", "5", "3")


def test_a_swap_is_named() -> None:
    assert (
        shape_fault("enc_hiddens", (7, 4, 6), (4, 7, 6), "b s 2h")
        == "enc_hiddens: got (7, 4, 6) = (s, b, 2h), expected (4, 7, 6) = (b, s, 2h)"
    )


def test_letters_of_other_outputs_help_to_name() -> None:
    fault = shape_fault("h0", (2, 4, 3), (4, 3), "b h", {"s": 2})

    assert fault == "h0: got (2, 4, 3) = (s, b, h), expected (4, 3) = (b, h)"


def test_a_shape_without_letters_is_still_told() -> None:
    assert shape_fault("loss", (1,), ()) == "loss: got (1,), expected one number"


def test_a_place_is_told_in_letters() -> None:
    assert place_in((2, 9), "b s") == "[b=2, s=9]"


@pytest.mark.parametrize("axes", ["", "b"], ids=["none", "other-number-of-axes"])
def test_a_place_without_letters_is_told_in_numbers(axes: str) -> None:
    assert place_in((2, 9), axes) == "[2, 9]"


def test_an_axis_without_letter_is_told_by_its_number() -> None:
    assert (axis_name(1, 2, "b s"), axis_name(1, 2, "")) == ("s", "axis 1")
