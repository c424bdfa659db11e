"""The functions that may stand in a formula; all are elementwise, so `diag(x)` is `x`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
Unary: TypeAlias = Callable[[Values], Values]


def _sigmoid(x: Values) -> Values:
    return np.exp(-np.logaddexp(0.0, -x))


def _itself(x: Values) -> Values:
    return x


def _sech(x: Values) -> Values:
    return 1 / np.cosh(x)


FUNCTIONS: Mapping[str, Unary] = {
    "tanh": np.tanh,
    "sech": _sech,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "coth": lambda x: 1 / np.tanh(x),
    "sigmoid": _sigmoid,
    "sigma": _sigmoid,
    "σ": _sigmoid,
    "logistic": _sigmoid,
    "exp": np.exp,
    "log": np.log,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "square": np.square,
    "abs": np.abs,
    "diag": _itself,
    "Diag": _itself,
    "Integer": _itself,
    "Float": _itself,
    "arctanh": np.arctanh,
    "atanh": np.arctanh,
}
SLOPES: Mapping[str, Unary] = {
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
    "sigmoid": lambda x: _sigmoid(x) * _sigmoid(-x),
    "sigma": lambda x: _sigmoid(x) * _sigmoid(-x),
    "σ": lambda x: _sigmoid(x) * _sigmoid(-x),
    "exp": np.exp,
    "sin": np.cos,
}
INVERSE: Mapping[str, Unary] = {"tanh": np.arctanh}  # tanh^-1 is no quotient
OF_TWO: Mapping[str, Callable[[Values, Values], Values]] = {
    "pow": np.power,
    "power": np.power,
    "Pow": np.power,
    "multiply": np.multiply,
    "mul": np.multiply,
    "Mul": np.multiply,
    "add": np.add,
    "Add": np.add,
    "subtract": np.subtract,
    "sub": np.subtract,
    "divide": np.divide,
    "div": np.divide,
    "Rational": np.divide,
}
