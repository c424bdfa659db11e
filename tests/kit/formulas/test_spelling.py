"""Names and signs as people write them."""

from __future__ import annotations

import pytest

from grader.kit.formulas.spelling import Names, key, quotient_key, split, straightened


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["u1", "u_1", "u_{1}", "u_{ 1 }"], "u1"),
        (["C_prev", "C_{T-1}", "C_{t-1}", "C_{prev}", "C_tm1", "C_{n-1}"], "Cprev"),
        (["f_T", "f_t", "f_{t}"], "fnow"),
        (["dL_dh", "dLdh", "∂L_∂h"], "dLdh"),
        (["dL_dC_prev", "dL_dC_{T-1}"], "dLdCprev"),
    ],
)
def test_spellings_of_one_name_have_one_key(names: list[str], expected: str) -> None:
    assert [key(name) for name in names] == [expected] * len(names)


def test_a_quotient_has_the_key_of_the_derivative() -> None:
    assert quotient_key("∂L", "∂C_{T-1}") == key("dL_dC_prev")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("w²u₁", "w^(2)u_{1}"),
        ("C₍ₜ₋₁₎ Cₜ₋₁", "C_{(t-1)} C_{t-1}"),
        ("w⁻¹", "w^(-1)"),
        ("a × b · c ⊙ d ∘ e − f ÷ g", "a * b * c * d * e - f / g"),
        ("ｗ＋１：（２）", "w+1:(2)"),
        ("w<sup>2</sup> u<sub>1</sub>", "w^(2) u_{1}"),
        ("𝜕y ∂y", "∂y ∂y"),
        ("fᵀ", "f"),
        ("w\u200bu", "wu"),
        ("a ⇒ b", "a ; b"),
        ("w &middot; u", "w · u".replace("·", "*")),
    ],
)
def test_fancy_signs_become_plain(text: str, plain: str) -> None:
    assert straightened(text) == plain


def test_a_symbol_is_known_by_its_spellings() -> None:
    names = Names(["f", "C_prev", "C", "dL_dh"], {"dL_dh": ["dL_dh_prev"]})

    assert [names.symbol(key(name)) for name in ("f", "f_T", "F", "C_{T-1}", "c", "C_t")] == [
        "f",
        "f",
        "f",
        "C_prev",
        "C",
        "C",
    ]
    assert names.symbol(key("dL_dh_{T-1}")) == "dL_dh"
    assert names.symbol(key("dL_dh_T")) is None
    assert names.symbols == ("f", "C_prev", "C", "dL_dh")


def test_capitals_count_where_two_symbols_differ_in_nothing_else() -> None:
    names = Names(["c", "C"], {})

    assert (names.symbol("c"), names.symbol("C")) == ("c", "C")


def test_a_run_of_names_is_split_into_the_fewest() -> None:
    known = {"w", "u1", "u12", "2"}.__contains__

    assert split("wu12", known) == ["w", "u12"]
    assert split("wx", known) == []
    assert split("w" * 2000, known) == ["w"] * 2000
