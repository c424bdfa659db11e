"""How far two floats may be apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Two floats agree where abs(got - expected) <= atol + rtol * abs(expected)."""

    rtol: float
    atol: float

    def __str__(self) -> str:
        return f"|a - b| <= {self.atol:g} + {self.rtol:g} |b|" if self.rtol or self.atol else "a = b"


EXACT = Tolerance(0.0, 0.0)
