"""How a tolerance reads."""

from __future__ import annotations

from grader.judge.tolerance import EXACT, Tolerance


def test_tolerance_reads_as_its_formula() -> None:
    assert str(Tolerance(rtol=1e-4, atol=1e-5)) == "|a - b| <= 1e-05 + 0.0001 |b|"


def test_no_tolerance_reads_as_equality() -> None:
    assert str(EXACT) == "a = b"
