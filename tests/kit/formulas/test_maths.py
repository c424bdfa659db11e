"""`kit.evaluated`: answers of a hand-in that are formulas, at points."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader import kit
from grader.kit.formulas.derivation import Fault, Solved
from grader.kit.formulas.papers import document_of, value_in
from grader.kit.formulas.spelling import key
from grader.kit.handin import Missing
from tests.kit.conftest import Load
from tests.kit.formulas.answers import CELL, CELL_NAMES, CHAIN, CHAIN_NAMES, ODD, RIGHT, TRUTHS, WRONG

CODE = "3*w**2*u1 + 2*w*u2 + u3"


def read(name: str, text: str) -> Any:
    """What a page gives for one of the answers of hw12."""
    names, points = (CELL_NAMES, CELL) if name == "dL_dC_prev" else (CHAIN_NAMES, CHAIN)
    found = value_in(document_of(text, {key(name)}, names, points), {key(name)})
    return found.values if isinstance(found, Solved) else found


def is_right(value: Any, name: str = "dy_dw") -> bool:
    """Whether the values are those of the right answer."""
    return isinstance(value, Tensor) and torch.allclose(value, TRUTHS[name], rtol=1e-9, atol=1e-12)


def forms(texts: dict[str, tuple[str, ...]]) -> list[Any]:
    """(name, text) of every form."""
    return [pytest.param(name, text, id=f"{name}-{at}") for name, each in texts.items() for at, text in enumerate(each)]


@pytest.mark.parametrize(("name", "text"), forms(RIGHT))
def test_an_equal_form_has_the_right_values(name: str, text: str) -> None:
    assert is_right(read(name, text), name)


@pytest.mark.parametrize(("name", "text"), forms(WRONG))
def test_a_wrong_form_has_values_and_they_are_wrong(name: str, text: str) -> None:
    value = read(name, text)

    assert isinstance(value, Tensor)
    assert not is_right(value, name)


@pytest.mark.parametrize(("name", "text"), ODD, ids=range(len(ODD)))
def test_a_right_answer_may_be_written_oddly(name: str, text: str) -> None:
    assert is_right(read(name, text), name)


def test_each_answer_is_tried_in_ten_equal_and_ten_wrong_forms() -> None:
    assert all(len(set(each)) == 10 for texts in (RIGHT, WRONG) for each in texts.values())
    assert set(RIGHT) == set(WRONG) == set(TRUTHS)


PIECES = r"""
    dy_dw = w u_1 \frac { } ( ) $ $$ \\ & ^ _ 2 + - * / tanh ' : | ` ** \begin{align} \end{align} d \partial T-1 # where
    \left \right \[ \] σ ² ₁ pow np. diag \tanh \mathrm{d} \ [ ] \sqrt 1e9 \underbrace \nabla_w <sub> &lt; ½
    """.split()  # noqa: SIM905 (a list of words reads better)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, " ", "\n", "\n\n"]), max_size=30))
def test_no_text_raises(pieces: list[str]) -> None:
    """What we cannot read says nothing about the student."""
    found = read("dy_dw", "dy_dw = " + "".join(pieces))

    assert isinstance(found, Tensor | Fault | None)


# --- where answers are found ---


def asked(load: Load, files: dict[str, str], *names: str) -> dict[str, Any]:
    """The outputs for these names, the points left out."""
    hw = load(files, units=())
    found = kit.evaluated(hw, dict.fromkeys(names or ("dy_dw",), ()), CHAIN)
    assert all(found[f"at.{symbol}"] is values for symbol, values in CHAIN.items())
    return {name: value for name, value in found.items() if not name.startswith("at.")}


PLACES = {
    "yaml": {"answers.yaml": f"t: w\ndy_dw: {CODE}\n"},
    "yaml-block": {"answers.yml": "dy_dw: |\n  3*w**2*u1\n  + 2*w*u2 + u3\nother: 1\n"},
    "yaml-part": {"answers.yaml": f"1b:\n  dy_dw: '{CODE}'\n"},
    "json": {"answers.json": json.dumps({"dy_dp": "w", "dy_dw": CODE}, indent=1)},
    "page": {"answers.md": f"# 1b\ndy_dw = {CODE}\n"},
    "tex": {"report.tex": "\\section{1b}\n\\begin{equation}\n\\frac{dy}{dw} = 3w^2u_1+2wu_2+u_3\n\\end{equation}\n"},
    "own-name": {"docs/hw12.md": f"dy_dw = {CODE}"},
    "function": {"maths.py": f"def dy_dw(u1, u2, u3, w, p):\n    return {CODE}\n"},
    "other-order": {"maths.py": f"def dy_dw(p, w, u_1, u2, U3):\n    u1, u3 = u_1, U3\n    return {CODE}\n"},
    "own-parameters": {"maths.py": "def dy_dw(a, b, c, d, e):\n    return 3*d**2*a + 2*d*b + c\n"},
    "lambda": {"maths.py": f"dy_dw = lambda u1, u2, u3, w: {CODE}\n"},
    "assignment": {"maths.py": f"dy_dw = {CODE}\n"},
    "string": {"maths.py": f"dy_dw = '{CODE}'\n"},
    "sympy": {
        "maths.py": "import sympy as sp\nu1, u2, u3, w = sp.symbols('u1 u2 u3 w')\n"
        "y = w*(w*(w*u1 + u2) + u3)\ndy_dw = sp.expand(sp.diff(y, w))\n"
    },
    "plain-numbers-only": {
        "maths.py": f"import math\ndef dy_dw(u1, u2, u3, w, p):\n    if math.fabs(w) < 9:\n        return {CODE}\n"
    },
    "autograd": {
        "maths.py": "import torch\ndef dy_dw(u1, u2, u3, w, p):\n    w = torch.tensor(float(w), requires_grad=True)\n"
        "    y = w*(w*(w*u1 + u2) + u3)\n    y.backward()\n    return w.grad\n"
    },
    "fence": {"answers.md": f"# 1b\n```python\ndef dy_dw(u1, u2, u3, w, p):\n    return {CODE}\n```\n"},
    "code-cell": {
        "hw12.ipynb": json.dumps(
            {"cells": [{"cell_type": "code", "source": [f"def dy_dw(u1, u2, u3, w, p):\n    return {CODE}"]}]}
        )
    },
    "text-cell": {
        "hw12.ipynb": json.dumps(
            {"cells": [{"cell_type": "markdown", "source": ["## 1b\n", r"$\frac{dy}{dw} = 3w^2u_1+2wu_2+u_3$"]}]}
        )
    },
}


@pytest.mark.parametrize("files", PLACES.values(), ids=PLACES.keys())
def test_an_answer_is_found_wherever_it_stands(load: Load, files: dict[str, str]) -> None:
    assert is_right(asked(load, files)["dy_dw"])


def test_a_page_counts_before_code_and_of_two_lines_the_later_one(load: Load) -> None:
    files = {"answers.md": f"dy_dw = w\n\ndy_dw = {CODE}", "maths.py": "def dy_dw(u1, u2, u3, w, p):\n    return w\n"}

    assert is_right(asked(load, files)["dy_dw"])


def test_where_a_page_cannot_be_read_the_code_counts(load: Load) -> None:
    files = {"answers.md": r"$\frac{dy}{dw = ?$", "maths.py": f"def dy_dw(u1, u2, u3, w, p):\n    return {CODE}\n"}

    assert is_right(asked(load, files)["dy_dw"])


def test_variables_of_a_training_are_no_answers(load: Load) -> None:
    program = "import torch\nfor t in range(3):\n    y = t * 2\nt = 0\ny = torch.ones(3)\ndef t(model):\n    return 1\n"

    with pytest.raises(Missing):
        asked(load, {"train.py": program}, "t", "y")


def test_numbers_in_prose_are_no_answers(load: Load) -> None:
    page = "# 1a\nt = w(w u1 + u2) + u3\n# 3f\nFor t = 1 the mask hides t+1, and with y = 0, w = 0.9 nothing is seen."

    assert is_right(asked(load, {"answers.md": page}, "t")["t"], "t")


def test_nothing_found_is_missing_and_a_paper_waits_for_a_person(load: Load) -> None:
    with pytest.raises(Missing, match=re.escape("no 'dy_dw = ...' was found; expected: a line dy_dw = ...")):
        asked(load, {"model.py": "x = 1\n"})


def test_where_only_a_pdf_was_handed_in_a_person_looks_there(load: Load) -> None:
    assert asked(load, {"model.py": "x = 1\n", "text/report.pdf": "%PDF"}) == {
        "dy_dw.unread": "no 'dy_dw = ...' was found in text; it may be in text/report.pdf"
    }


def test_what_comes_last_and_was_not_read_is_told_beside_the_values(load: Load) -> None:
    page = r"$\frac{dy}{dw} = t + w$, $t = w u_1$" + "\n\n" + r"$\frac{dy}{dw} = \mathfrak{w}$"

    found = asked(load, {"answers.md": page})

    assert isinstance(found["dy_dw"], Tensor)
    assert found["dy_dw.unread"] == r"'\mathfrak' is no part of an expression"


def test_one_name_of_two_may_be_missing(load: Load) -> None:
    assert list(asked(load, {"answers.md": "y = w*w"}, "t", "y")) == ["y"]


# --- what is said ---


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("dy_dw = 3*v", "v is not one of u1, u2, u3, w, p"),
        ("dy_dw = w1 + w2", "w1 is not one of u1, u2, u3, w, p"),
        ("dy_dw = u1/(w - w)", "it gives no finite number at u1 = "),
        ("dy_dw = 10^10^10", "it gives no finite number at u1 = "),
        ("dy_dw = w + 2^(10^9)", "it gives no finite number at u1 = "),
        ("dy_dw = sqrt(-w^2)", "it gives no finite number at u1 = "),
        ("a = b\nb = a\ndy_dw = a", "a is defined by itself"),
    ],
)
def test_a_formula_that_is_wrong_in_itself_says_why(load: Load, line: str, told: str) -> None:
    assert asked(load, {"answers.md": line})["dy_dw"].startswith(told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("dy_dw = __import__('os').system('id')", "'__import__' is no part of an expression"),
        ("dy_dw = w.__class__.__bases__", "'__class__' is no part of an expression"),
        ("dy_dw = (lambda: w)()", "':' is no part of an expression"),
        ("dy_dw = open('/etc/passwd').read()", "'''"),
        ("dy_dw = " + "(" * 1000 + "w" + ")" * 1000, "it is nested deeper than 50 levels"),
        ("dy_dw = " + "-" * 1000 + "w", "it is nested deeper than 50 levels"),
        ("$\\frac{dy}{dw} = " + r"\frac{1}{" * 500 + "w" + "}" * 500 + "$", "it is nested deeper than 50 levels"),
        ("dy_dw = " + "w + " * 4000 + "w", "it has more than 10,000 characters"),
        ("dy_dw = " + "w+" * 500_000 + "w", "answers.md: it is longer than the 524,288 characters that are read"),
        (r"$\frac{dy}{dw} = \frac{3w^2}{2$", "a '{' is not closed"),
        (r"$\frac{dy}{dw} = 3w^2}$", "a '}' closes nothing"),
        (r"$\frac{dy}{dw} = \left(3w^2$", "a '(' is not closed"),
        ("dy_dw = see the report", "'see' is none of"),
        ("dy_dw = 3w^2 +", "it ends where a number, a name or a bracket is expected"),
        (r"$\frac{dy}{dw} = \mathfrak{w}$", r"'\mathfrak' is no part of an expression"),
    ],
    ids=lambda value: value[:24],
)
def test_what_cannot_be_read_waits_and_nothing_of_it_is_run(load: Load, line: str, told: str) -> None:
    assert asked(load, {"answers.md": line})["dy_dw.unread"].startswith(told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return 1/0", "dy_dw() raised ZeroDivisionError: division by zero"),
        ("return None", "dy_dw() gives None, not a number"),
        ("return u1/(w - w)", "it gives no finite number at u1 = "),
        ("return [u1, u2]", "dy_dw() gives "),
        ("return w[:3]", "dy_dw() "),
    ],
)
def test_a_function_that_gives_no_numbers_says_what_it_did(load: Load, body: str, told: str) -> None:
    found = asked(load, {"maths.py": f"def dy_dw(u1, u2, u3, w, p):\n    {body}\n"})

    assert found["dy_dw"].startswith(told)


def test_a_parameter_that_is_no_symbol_is_named(load: Load) -> None:
    found = asked(load, {"maths.py": "def dy_dw(x, w):\n    return w\n"})

    assert found == {"dy_dw": "dy_dw() takes x, which is not one of u1, u2, u3, w, p"}


def test_code_that_does_not_parse_or_import_is_said(load: Load) -> None:
    assert asked(load, {"answers.py": "def dy_dw(:\n"}) == {"dy_dw": "answers.py:1: does not parse"}


def test_a_file_that_raises_while_it_is_imported_is_said(load: Load) -> None:
    found = asked(load, {"maths.py": "import no_such_thing.at_all as x\nx.y()\ndef dy_dw(u1, w):\n    return w\nz\n"})

    assert found["dy_dw"].startswith("maths.py, while it was imported: ")
