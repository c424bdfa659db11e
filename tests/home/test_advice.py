"""Tests of grader/home/advice.py."""

from __future__ import annotations

import pytest

from grader.codes import CODES
from grader.home.advice import BY_CODE, BY_WORDS, advice


def test_every_code_that_has_advice_is_explained() -> None:
    assert set(BY_CODE) <= set(CODES)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("h: got (7, 4, 6) = (s, b, 2h), expected (4, 7, 6) = (b, s, 2h)", "b and s are exchanged: look at transpose"),
        ("h: got (7, 4, 6), expected (4, 7, 6)", "axes are exchanged: look at transpose"),
        ("h: got (6, 4, 7) = (2h, b, s), expected (4, 7, 6) = (b, s, 2h)", "axes are exchanged: look at transpose"),
        ("h0: got (3,) = (h,), expected (1, 3) = (b, h)", "squeeze() also takes an axis"),
        ("h0: got (4, 1, 3) = (b, 1, h), expected (4, 3) = (b, h)", "an axis of size 1 is left over"),
        ("h0: got (4, 2) = (b, 2), expected (4, 3) = (b, h)", "print the shapes line by line"),
        ("h0: got one number, expected (4, 3) = (b, h)", "print the shapes line by line"),
    ],
    ids=["two-axes", "no-letters", "three-axes", "squeezed", "left-over", "size", "number"],
)
def test_a_wrong_shape_is_told_by_what_became_of_its_axes(reason: str, told: str) -> None:
    assert advice("E-SHAPE", reason).startswith(told)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("only at padded places", "words are right and padded places are not"),
        ("everywhere but at padded places", "the mask is right; look at what is made of the words"),
        ("only in rows with padding", "padding is read"),
        ("every value is 0", "look for an output that is made but never filled"),
        ("every value is 0.5 times the expected one", "look for a factor"),
        ("every sign is reversed", "look for a minus sign"),
        ("equal to the expected one with the halves of 2h swapped", "look at the order in torch.cat"),
        ("equal to the expected one with t and s exchanged", "look at transpose"),
        ("equal to the expected one, one place later along s", "look at slices"),
        ("zeros and ones are exchanged", "look at which of the two the mask means"),
        ("equal to the expected c0", "two outputs are exchanged"),
        ("only from t = 1 on", "the first are right"),
        ("only at s = 6 (the last)", "look at the end of the loop"),
        ("only at b = 2", "take a case of two rows"),
    ],
)
def test_wrong_values_are_told_by_the_way_in_which_they_differ(way: str, told: str) -> None:
    assert advice("E-VALUE", f"x: 6 of 168 values differ, worst 0.31 at [b=2]; {way}; also c0").startswith(told)


def test_nan_at_padding_is_about_the_mask_and_elsewhere_about_arithmetic() -> None:
    assert "mask" in advice("E-NONFINITE", "x: 2 of 6 values are NaN, first at [0]; only at padded places")
    assert "softmax" in advice("E-NONFINITE", "x: 2 of 6 values are NaN, first at [0]; only from t = 1 on")


@pytest.mark.parametrize(("limit", "told"), [("memory", "a tensor that grows"), ("output", "prints"), ("wall", "loop")])
def test_a_limit_is_told_by_its_kind(limit: str, told: str) -> None:
    assert told in advice("E-LIMIT", f"stopped ({limit}): 10 allowed")


def test_of_what_nothing_is_known_nothing_is_said() -> None:
    assert advice("E-NEW", "x: something") == ""


def test_advice_fits_two_lines_of_a_narrow_terminal() -> None:
    assert max(map(len, [*BY_CODE.values(), *(told for _, told in BY_WORDS)])) <= 100


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x7 and 6x3)", "print the shapes"),
        ("RuntimeError: The size of tensor a (4) must match the size of tensor b (7)", "print the shapes"),
        ("RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double", "print the dtypes"),
        ("RuntimeError: Expected all tensors to be on the same device", "make new tensors with device="),
        ("NameError: name 'enc' is not defined", "look at how it is spelled"),
        ("AttributeError: 'NMT' object has no attribute 'h_projection'", "look at how it is spelled"),
        ("TypeError: step() missing 1 required positional argument: 'c'", "compare the arguments"),
        ("TypeError: cannot unpack non-iterable NoneType object", "look for a function without return"),
        ("ModuleNotFoundError: No module named 'wandb'", "do without it"),
        ("ZeroDivisionError: division by zero", "look at that line"),
        ("an exception of its own kind", "look at that line"),
    ],
)
def test_an_exception_is_told_by_its_type_and_words(raised: str, told: str) -> None:
    assert advice("E-RAISED", f"nmt_model.py:312: {raised}").startswith(told)


def test_a_syntax_error_is_about_the_line_and_not_about_imports() -> None:
    assert advice("E-IMPORT", "import error: a.py:3: SyntaxError: '(' was never closed").startswith("mend that line")
