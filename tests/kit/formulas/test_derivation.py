"""Equations of one document that use each other."""

from __future__ import annotations

from typing import Any

import torch

from grader.kit.formulas.derivation import Document, Fault, Solved
from grader.kit.formulas.spelling import Names
from grader.kit.formulas.stated import statements

POINTS = {"w": torch.tensor([2.0, 3.0], dtype=torch.float64)}


def value(text: str, name: str = "y", **options: Any) -> list[float] | Fault | None:
    """What a document gives for a name at w = 2 and w = 3."""
    found = Document(statements(text, {name}), Names(POINTS, {}), POINTS).value({name}, **options)
    return found.values.tolist() if isinstance(found, Solved) else found


def test_a_definition_before_counts_before_one_after() -> None:
    assert value("t = w\ny = t\nt = 9w") == [2, 3]
    assert value("y = t\nt = 9w") == [18, 27]


def test_a_symbol_cannot_be_defined_anew() -> None:
    assert value("w = 7\ny = w") == [2, 3]


def test_the_last_side_with_a_value_counts() -> None:
    assert value("y = 2w = 3w = q") == [6, 9]
    assert value("y = 2w = 3w = 0") == [6, 9]


def test_what_comes_last_and_cannot_be_read_is_a_doubt() -> None:
    document = Document(statements("y = 2w\ny = 3w = w +", {"y"}), Names(POINTS, {}), POINTS)

    found = document.value({"y"})

    assert isinstance(found, Solved)
    assert found.values.tolist() == [6, 9]
    assert found.doubt == "it ends where a number, a name or a bracket is expected"


def test_the_last_equation_counts_and_a_constant_only_alone() -> None:
    assert value("y = 2w\ny = 3w\ny = 1") == [6, 9]
    assert value("y = 1") == [1, 1]
    assert value("c = 1\ny = c", constant=False) is None


def test_a_circle_is_a_fault() -> None:
    assert value("a = b\nb = a\ny = a") == Fault("a is defined by itself", read=True)
    assert value("y = y") == Fault("y is defined by itself", read=True)


def test_definitions_do_not_go_deep_and_do_not_double() -> None:
    chain = "".join(f"a{at} = a{at + 1} + a{at + 1}\n" for at in range(19))

    assert value(f"{chain}a19 = w\ny = a0") == [2 * 2**19, 3 * 2**19]
    assert value("".join(f"b{at} = b{at + 1}\n" for at in range(40)) + "b40 = w\ny = b0") == Fault(
        "more than 20 definitions use each other", read=True
    )


def test_a_function_keeps_its_meaning_where_it_is_defined() -> None:
    assert value("tanh(x) = x\ny = w tanh(w)/tanh(w)") == [2, 3]


def test_what_is_not_there_is_nothing() -> None:
    assert value("t = w") is None


def test_what_cannot_be_read_and_what_is_wrong_are_two_things() -> None:
    assert value("y = w +") == Fault("it ends where a number, a name or a bracket is expected", read=False)
    assert value("y = 1/(w - 2)") == Fault(
        "it gives no finite number at w = 2: a division by zero, or too large", read=True
    )
