"""LaTeX of formulas as plain text."""

from __future__ import annotations

import pytest

from grader.kit.formulas.formula import Unreadable
from grader.kit.formulas.latex import plain_formula


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("3*w**2*u1", "3*w**2*u1"),
        (r"\frac{w}{2}", "((w)/(2))"),
        (r"\frac12 w", "((1)/(2)) w"),
        (r"\dfrac{1}{\frac{w}{2}}", "((1)/(((w)/(2))))"),
        (r"\frac{dy}{dw}", "dy/dw"),
        (r"\frac{\partial L}{\partial C_{T-1}}", "∂L/∂C_{T-1}"),
        (r"\frac{\mathrm{d} y}{\mathrm{d} w}", "dy/dw"),
        (r"\pdv{L}{h}", "dL/dh"),
        (r"\partial L / \partial h", "∂L / ∂h"),
        (r"a \odot b \cdot c \times d \circ e", "a * b * c * d * e"),
        (r"\left( w \right)^{2}", "( w )^{2}"),
        (r"\bigl[w\bigr]", "[w ]"),
        (r"w\,u\;v\!x", "w u v x"),
        (r"\tanh^{2}(w)", "tanh ^{2}(w)"),
        (r"\operatorname{diag}(w)", "diag (w)"),
        (r"C_{\mathrm{prev}} + C_{\text{prev}}", "C_{prev} + C_{prev}"),
        (r"\sigma(w)", "σ (w)"),
        (r"\boxed{w + 1}", "w + 1"),
        (r"\sqrt{w}", "sqrt(w)"),
        (r"f^\top w^{T} x^T", "f w x"),
        (r"C^{(t-1)} h^{<t>}", "C_{t-1} h_{t}"),
        (r"w \tag{3}", "w"),
        (r"\{w\}", "(w)"),
        (r"w'", "w'"),
        (r"\foo w", r"\foo w"),
    ],
)
def test_latex_becomes_plain(text: str, plain: str) -> None:
    assert " ".join(plain_formula(text).split()) == plain


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (r"\frac{w}{2", "a '{' is not closed"),
        (r"w_{1", "a '{' is not closed"),
        ("w}", "a '}' closes nothing"),
        (r"\frac{w}", "a command lacks what it is about"),
        ("w \\", "it ends in a '\\'"),
        ("{" * 60, "it is nested deeper than 50 levels"),
        ("w" * 10_001, "it has more than 10,000 characters"),
    ],
)
def test_latex_that_is_not_whole_is_told(text: str, told: str) -> None:
    with pytest.raises(Unreadable) as error:
        plain_formula(text)

    assert str(error.value) == told
