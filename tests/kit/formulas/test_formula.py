"""Plain formulas: what is read, and what it is worth."""

from __future__ import annotations

import numpy as np
import pytest

from grader.kit.formulas.formula import MOST_TOKENS, Faulty, Unreadable, read_formula

SYMBOLS = {"w": np.array([0.5, -2.0]), "u1": np.array([3.0, 0.25]), "dLdh": np.array([0.1, 0.2])}
W, U = SYMBOLS["w"], SYMBOLS["u1"]


def value(text: str) -> np.ndarray:
    """The value of a formula at two points."""
    with np.errstate(all="ignore"):
        return read_formula(text, SYMBOLS.__contains__, "w, u1, dLdh")(SYMBOLS.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2w^2u1", 2 * W**2 * U),
        ("-w^2", -(W**2)),
        ("(-w)^2", W**2),
        ("w^-1", 1 / W),
        ("2^w^2", 2 ** (W**2)),
        ("w**2 ** 1", W**2),
        ("u1 - w - 1", U - W - 1),
        ("u1 / w / 2", U / W / 2),
        ("1/2 w", 0.5 * W),
        ("2*-w", -2 * W),
        ("w(u1 + 1)(u1 - 1)", W * (U + 1) * (U - 1)),
        ("[w + {u1}]2", (W + U) * 2),
        ("wu1", W * U),
        ("wu1w^2", W * U * W**2),
        ("2wtanh(u1)", 2 * W * np.tanh(U)),
        ("1e-3w + .5 + 2.", 1e-3 * W + 2.5),
        ("2e^w", 2 * np.exp(W)),
        ("tanh w u1", np.tanh(W) * U),
        ("tanh^2 w", np.tanh(W) ** 2),
        ("tanh**2(w) u1", np.tanh(W) ** 2 * U),
        ("tanh(w)^2", np.tanh(W) ** 2),
        ("tanh'(w)", 1 - np.tanh(W) ** 2),
        ("σ'(w) + sigmoid(w)^2", 1 / (1 + np.exp(-W))),
        ("tanh^-1(w/9)", np.arctanh(W / 9)),
        ("sech(w)**2 + np.tanh(w)**2", W * 0 + 1),
        ("torch.nn.functional.tanh(w)", np.tanh(W)),
        ("pow(w, 2) + w.pow(2) + w.square()", 3 * W**2),
        ("torch.mul(w, u1).tanh()", np.tanh(W * U)),
        ("w @ diag(u1).T", W * U),
        ("w .* u1 ./ 2", W * U / 2),
        ("dL/dh w", SYMBOLS["dLdh"] * W),
        ("∂L/∂h", SYMBOLS["dLdh"]),
        ("w dL/dh / 2", SYMBOLS["dLdh"] * W / 2),
        ("3", np.float64(3)),
    ],
)
def test_a_formula_has_its_value(text: str, expected: np.ndarray) -> None:
    assert value(text) == pytest.approx(expected, rel=1e-12)


def test_huge_powers_are_infinite_at_once() -> None:
    assert np.isinf(value("10^10^10"))
    assert np.isinf(value("9" * 5000))
    assert value("w^(10^9)").tolist() == [0.0, np.inf]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("v", "v is not one of w, u1, dLdh"),
        ("w2", "w2 is not one of w, u1, dLdh"),
        ("dL/dw", "dL/dw is not one of w, u1, dLdh"),
        ("foo(w)", "foo is not one of w, u1, dLdh"),
    ],
)
def test_a_name_that_is_unknown_is_told(text: str, told: str) -> None:
    with pytest.raises(Faulty) as error:
        value(text)

    assert str(error.value) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing stands there"),
        ("w +", "it ends where a number, a name or a bracket is expected"),
        ("w * / 2", "'/' stands where a number, a name or a bracket is expected"),
        ("(w", "a '(' is not closed"),
        ("(w]", "a '(' is not closed before ']'"),
        ("w)", "')' has no place there"),
        ("w, u1", "',' has no place there"),
        ("pow(w)", "a ',' is missing between two arguments"),
        ("sqrt'(w)", "the slope sqrt' is not known here"),
        ("w.real", "'.real' is no part of an expression"),
        ("w.__class__", "'__class__' is no part of an expression"),
        ("__import__", "'__import__' is no part of an expression"),
        ("w; u1", "';' is no part of an expression"),
        (r"\foo w", r"'\foo' is no part of an expression"),
        ("lorem w", "'lorem' is none of w, u1, dLdh"),
        ("(" * 60 + "w", "it is nested deeper than 50 levels"),
        ("-" * 60 + "w", "it is nested deeper than 50 levels"),
        ("2^" * 60 + "w", "it is nested deeper than 50 levels"),
        ("tanh " * 60 + "w", "it is nested deeper than 50 levels"),
        ("w+" * (MOST_TOKENS // 2 + 1), "it has more than 4,000 numbers, names and signs"),
        ("w+" * 6000, "it has more than 10,000 characters"),
    ],
)
def test_what_is_no_formula_is_told(text: str, told: str) -> None:
    with pytest.raises(Unreadable) as error:
        value(text)

    assert str(error.value) == told


def test_a_long_sum_is_not_deep() -> None:
    assert value("+".join(["w"] * 1900)) == pytest.approx(1900 * W)
