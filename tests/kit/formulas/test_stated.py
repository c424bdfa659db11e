"""Equations that a document states."""

from __future__ import annotations

import time

import pytest

from grader.kit.formulas.stated import LONGEST_LINE, MOST_STATEMENTS, name_of, statements

WANTED = frozenset({"dydw", "t", "y", "dLdCprev"})


def said(text: str) -> list[tuple[str, ...]]:
    """The names and sides of a document."""
    return [(each.name, *each.sides) for each in statements(text, WANTED)]


@pytest.mark.parametrize(
    "line",
    [
        "dy_dw = 3*w",
        "dy/dw = 3*w",
        "- dy_dw = 3*w",
        "* dy_dw: 3*w",
        "1. dy_dw = 3*w",
        "1b) dy_dw = 3*w",
        "(b) dy_dw = 3*w",
        "> dy_dw = 3*w",
        "### 1b: dy/dw = 3*w",
        "Answer: dy/dw = 3*w",
        "So, by the chain rule, dy/dw = 3*w, where w is the weight.",
        "Hence dy/dw = 3*w.",
        "**dy_dw** = 3*w",
        "**dy_dw = 3*w**",
        "`dy_dw = 3*w`",
        "`dy_dw` = `3*w`",
        "$dy/dw = 3*w$",
        r"$\frac{dy}{dw}$ = $3*w$",
        r"\(\frac{dy}{dw} = 3*w\)",
        r"The slope is $\frac{dy}{dw} = 3*w$ as $t = t$.".replace(" as $t = t$", ""),
        "$$\ndy/dw = 3*w\n$$",
        "\\[\n\\frac{\\partial y}{\\partial w}\n= 3*w\n\\]",
        "dy_dw =\n\n3*w",
        "dy_dw\n= 3*w",
        "## dy_dw\n\n3*w",
        "**dy/dw**:\n\n$$3*w$$",
        "dy_dw :\n  3*w",
        "```\ndy_dw = 3*w\n```",
        "dy_dw := 3*w",
        "dy_dw == 3*w",
        r"$dy/dw \equiv 3*w$",
        "dy_dw = 3*w  # product rule",
        "dy_dw = 3*w;",
        '  "dy_dw": "3*w",',
        "dy_dw: |\n  3*w\n",
        "dy_dw: >-\n  3*w\n",
        "| dy_dw | 3*w |",
        "| 1b | $\\frac{dy}{dw}$ | $\\frac{dy}{dw} = 3*w$ |",
        r"dy\_dw = 3*w",
        "dy_dw(u1, w) = 3*w",
        "ｄｙ＿ｄｗ＝3*w",
        "dy/dw = 3*w $\\Rightarrow$ done",
    ],
)
def test_a_line_states_the_answer(line: str) -> None:
    assert [(name, side.strip()) for name, side in said(line)] == [("dydw", "3*w")]


@pytest.mark.parametrize(
    "text",
    [
        "## 1b\n\n$$3w$$",
        "### Question 1(b): the slope\n\n3w",
        "**1b**\n\n$3w$",
        "1b:\n3w",
        "Problem 1b\n`3w`",
        "# 1.b\n3w",
    ],
)
def test_a_formula_without_a_name_stands_under_the_id_of_its_question(text: str) -> None:
    assert [(each.name, *each.sides) for each in statements(text, {"dydw", "1b"})] == [("1b", "3w")]
    assert statements(text.replace("3w", "dydw = 3w"), {"dydw", "1b"})[0].name == "dydw"
    assert not statements(text, {"dydw", "1c"})


def test_several_sides_are_kept_in_their_order() -> None:
    assert said("dy/dw = t + w = 3*w = w + w + w") == [("dydw", "t + w", "3*w", "w + w + w")]


@pytest.mark.parametrize(
    "text",
    [
        r"$\boxed{\frac{dy}{dw} = 3w}$",
        r"1b) \boxed{\frac{dy}{dw} = 3w}.",
        r"$$\underline{\mathbf{\frac{dy}{dw} = 3w}}$$",
        r"$\color{red}{\frac{dy}{dw} = 3w}$",
        r"${\color{red} \frac{dy}{dw} = 3w}$",
        r"$\textcolor{red}{\frac{dy}{dw} = 3w}$",
        r"${\boxed{\frac{dy}{dw} = 3w}}$",
        "$$\n\\boxed{\n\\frac{dy}{dw}\n= 3w\n}\n$$",
        "$$\\boxed{\\begin{aligned}\\frac{dy}{dw} &= 3w\\end{aligned}}$$",
    ],
)
def test_a_frame_around_an_equation_is_not_there(text: str) -> None:
    assert [(name, side.strip()) for name, side in said(text)] == [("dydw", "3w")]


def test_a_frame_may_hold_several_equations_and_one_around_a_side_stays() -> None:
    several = r"$$\boxed{\begin{aligned} t &= 2w \\ y &= wt \\ &= 2w^2 \end{aligned}}$$"

    assert said(several) == [("t", "2w"), ("y", "wt", "2w^2")]
    assert said(r"$t = 2w = \boxed{2w}$") == [("t", "2w", r"\boxed{2w}")]


def test_words_in_a_formula_and_a_frame_that_is_never_closed_take_nothing_with_them() -> None:
    assert said(r"$t = 2w \text{ at w = 1}$") == [("t", "2w")]
    assert said("$\\boxed{t = 2\n\ny = 3}$ x") == [("y", "3}  x")]


@pytest.mark.parametrize(
    "line",
    [
        r"$\delta_{T-1} = \frac{\partial L}{\partial C_{T-1}} = t = 3w$",
        r"$\dot L = \frac{dL}{dC_{T-1}} = t = 3w$",
        r"$L'_{C_{T-1}} = \frac{\partial L}{\partial C_{T-1}} = t = 3w$",
        "g = dLdC_prev = t = 3w",
    ],
)
def test_a_derivative_in_a_chain_is_named_by_it(line: str) -> None:
    assert ("dLdCprev", "t", "3w") in [(name, *sides[-2:]) for name, *sides in said(line)]


def test_what_is_no_derivative_is_not_named_by_a_chain() -> None:
    assert said("t = y = 3") == [("t", "y", "3")]
    assert said("dy/dw = w dt/dw = dy/dt * dt/dw = 3w") == [("dydw", "w dt/dw", "dy/dt * dt/dw", "3w")]
    assert said("dy/dw = ∂y/∂w = 3w") == [("dydw", "∂y/∂w", "3w")]
    assert said("t = 3w = dy/dp") == [("t", "3w", "dy/dp")]


def test_a_chain_that_goes_on_belongs_to_the_name_before_too() -> None:
    assert said("$$t = 2$$\n$$= dy/dw = 3$$") == [("t", "2", "dy/dw", "3"), ("dydw", "3")]
    assert said("dy_dw: w*t = dy/dp = 3w") == [("dydw", "w*t", "dy/dp", "3w")]


@pytest.mark.parametrize(
    "name", ["y'(w)", "y' (w)", "y’(w)", "y′_w", "$y'_{w}$", "y_w'", r"$y^\prime(w)$", r"$y^{\prime}_w$", "`y'(w)`"]
)
def test_a_prime_with_its_variable_is_a_derivative(name: str) -> None:
    assert said(f"1b) {name} = 3w") == [("dydw", "3w")]


@pytest.mark.parametrize(
    "name", ["y'", "y′", "y''", "`y'`", "y '", r"$y^{\prime}$", "$y$'", "(y)'", "y'(w, t)", "Newton's y'", "'t' y'"]
)
def test_a_primed_name_is_not_the_name(name: str) -> None:
    assert said(f"{name} = 3w") == []
    assert said(f"{name}: 3w") == []


@pytest.mark.parametrize("name", ["'y'", '"y"', "‘y’", "“y”", "`y`"])
def test_a_quoted_name_is_the_name(name: str) -> None:
    assert said(f"{name}: 3w") == said(f"{name} = 3w") == [("y", "3w")]


def test_a_formula_may_go_on_in_further_lines() -> None:
    text = "\\begin{align*}\n\\frac{dy}{dw} &= t \\\\\n&\\quad + w \\\\\n&= 3w \\\\\ny &= wt\n\\end{align*}\n"

    assert said(text) == [("dydw", "t + w", "3w"), ("y", "wt")]


def test_brackets_and_signs_join_lines_of_code() -> None:
    assert said("dy_dw = (3*w\n    + 2)\ny = w *\\\n  t\nt = 3 +\n4") == [
        ("dydw", "(3*w + 2)"),
        ("y", "w *\\ t"),
        ("t", "3 + 4"),
    ]


def test_two_formulas_of_one_line_are_two() -> None:
    assert said("We have $t = 2w$ and $y = wt$, so dy") == [("t", "2w"), ("y", "wt")]
    assert said("t = 2*w, y = w*t; z = pow(w, 2)") == [("t", "2*w"), ("y", "w*t"), ("z", "pow(w, 2)")]


def test_an_equation_of_which_the_latex_is_not_whole_keeps_its_name() -> None:
    assert said(r"$\frac{dy}{dw = \frac{3w$") == [("dydw", r"\frac{3w")]


def test_a_display_that_is_never_closed_takes_nothing_with_it() -> None:
    assert said("$$t = 2\n\ny = 3\n\ndy_dw = 4") == [("t", "2"), ("y", "3"), ("dydw", "4")]


@pytest.mark.parametrize(
    "line", ["a + dy_dw = 3", "if w <= 3 and w != 2", "", "plain words", "http://a.b/c?d=e", "= 3"]
)
def test_what_states_no_name_is_left_out(line: str) -> None:
    assert said(line) in ([], [("d", "e")])


def test_the_name_is_what_a_text_ends_in() -> None:
    assert name_of(r"So $\frac{\partial L}{\partial C_{T-1}}$".replace("$", "")) == "dLdCprev"
    assert name_of("2 * t") == ""


@pytest.mark.parametrize(
    "text",
    [
        "\\[" * 5000,
        "\\begin{align}" * 5000,
        "$" * 20_000,
        "$$\n\n" * 5000,
        "y = " + "(" * 20_000,
        "dy_dw (a,b,c " * 5000,
        "\\text{" * 5000,
        "dy_dw =" + " " * LONGEST_LINE + "w",
        "y_" * 10_000,
        "y :" * 10_000,
        "<sup>" * 5000,
        r"\boxed{y = " * 5000,
        r"{\color{red}" * 5000 + "}" * 5000,
        "y'" * 10_000 + " = 3",
        "y = " + "dy/dw = " * 2000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long(text: str) -> None:
    begin = time.process_time()
    statements(text, WANTED)

    assert time.process_time() - begin < 2


def test_no_more_than_so_many_are_kept() -> None:
    assert len(said("y = w\n" * (MOST_STATEMENTS + 50))) == MOST_STATEMENTS
