"""Axis letters: what a shape means, and which axes were swapped.

An axis specification is a row of terms, one per axis: `b s 2h`, `t-1 b h`, `2 b h`. The size of every letter is
solved from the expected shape; a shape that differs is then read back in the same letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.errors import HarnessError, Message

TERM = re.compile(r"(?P<factor>\d+)?(?P<letter>[a-z_]\w*)?(?P<shift>[+-]\d+)?", re.IGNORECASE)
MULTIPLES = (2, 3, 4)  # what a size may be called where no term has it: two, three or four times a letter


@dataclass(frozen=True, slots=True)
class Term:
    """One axis of a specification: factor x letter + shift; a plain number has no letter."""

    text: str
    factor: int
    letter: str
    shift: int

    def size(self, sizes: Mapping[str, int]) -> int | None:
        """The size of this axis, or None if its letter is not known."""
        if not self.letter:
            return self.factor
        known = sizes.get(self.letter)
        return None if known is None else self.factor * known + self.shift


@lru_cache(maxsize=1024)
def parse_axes(spec: str) -> tuple[Term, ...]:
    """The terms of a specification; an empty one is that of a single number.

    Raises: HarnessError if a term is not of the form `2h`, `t-1`, `b` or `3`.
    """
    return tuple(_term(text, spec) for text in spec.split())


def _term(text: str, spec: str) -> Term:
    match = TERM.fullmatch(text)
    if match is None or not (match["factor"] or match["letter"]) or (match["shift"] and not match["letter"]):
        raise HarnessError(
            Message(
                place=f"axes '{spec}'",
                fact=f"'{text}' names no axis",
                code="E-AXES",
                allowed="a letter, a number, or both with a shift: b, 3, 2h, t-1",
                help="mend the axes in the rubric",
            )
        )
    return Term(text, int(match["factor"] or 1), match["letter"] or "", int(match["shift"] or 0))


def solve_sizes(spec: str, shape: Sequence[int]) -> dict[str, int]:
    """The size of every letter of the specification, from a shape that fits it.

    Raises: HarnessError if the shape does not fit; the reference is then not what the rubric says.
    """
    sizes = _solve(spec, shape)
    if sizes is None:
        raise HarnessError(
            Message(
                place=f"axes '{spec}'",
                fact=f"the reference's shape {written(shape)} does not fit them",
                code="E-AXES",
                help="mend the axes in the rubric, or the probe",
            )
        )
    return sizes


def fits(spec: str, shape: Sequence[int]) -> bool:
    """Whether a shape has these axes: as many, and one size for each letter."""
    return _solve(spec, shape) is not None


def _solve(spec: str, shape: Sequence[int]) -> dict[str, int] | None:
    terms = parse_axes(spec)
    if len(terms) != len(shape):
        return None
    sizes: dict[str, int] = {}
    for term, size in zip(terms, shape, strict=True):
        if term.letter and term.letter not in sizes:
            sizes[term.letter] = (size - term.shift) // term.factor
        if term.size(sizes) != size:
            return None
    return sizes


def written(shape: Sequence[int], names: Sequence[str] = ()) -> str:
    """A shape, and what its axes are called: `(4, 7, 6) = (b, s, 2h)`; `one number` for no axes."""
    if not shape:
        return "one number"
    numbers = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
    if not names or list(names) == [str(size) for size in shape]:
        return numbers
    return f"{numbers} = ({', '.join(names)}{',' if len(names) == 1 else ''})"


def name_shape(shape: Sequence[int], spec: str, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """What the axes of a shape are called: the terms of the specification first, each once, then other letters.

    A size that nothing explains, or that two terms explain, stays a number.
    """
    terms = {term.text: term.size(sizes) for term in parse_axes(spec)}
    if [*terms.values()] == list(shape):
        return tuple(terms)
    return tuple(_name(size, terms, sizes) for size in shape)


def _name(size: int, terms: Mapping[str, int | None], sizes: Mapping[str, int]) -> str:
    more = {f"{factor}{letter}": factor * known for factor in MULTIPLES for letter, known in sizes.items()}
    for names in (terms, sizes, more):
        fitting = [name for name, known in names.items() if known == size]
        if fitting:
            return fitting[0] if len(fitting) == 1 else str(size)
    return str(size)


def place_in(index: Sequence[int], spec: str) -> str:
    """Where an element stands: `[b=2, s=9]`, or `[2, 9]` where the axes have no names."""
    terms = parse_axes(spec)
    if len(terms) != len(index) or not terms:
        return f"[{', '.join(map(str, index))}]"
    return f"[{', '.join(f'{term.text}={at}' for term, at in zip(terms, index, strict=True))}]"


def axis_name(axis: int, ndim: int, spec: str) -> str:
    """What one axis is called: its letter, or `axis 1`."""
    terms = parse_axes(spec)
    return terms[axis].text if len(terms) == ndim else f"axis {axis}"


def shape_fault(
    name: str, got: Sequence[int], expected: Sequence[int], spec: str = "", sizes: Mapping[str, int] | None = None
) -> str:
    """The sentence for a wrong shape: `h0: got (4, 3) = (b, h), expected (2, 4, 3) = (2, b, h)`.

    `sizes` are letters of other outputs of the part, to read the got shape with.
    """
    if not spec:
        return f"{name}: got {written(got)}, expected {written(expected)}"
    known = {**(sizes or {}), **solve_sizes(spec, expected)}
    names = name_shape(got, spec, known)
    expected_names = [term.text for term in parse_axes(spec)]
    return f"{name}: got {written(got, names)}, expected {written(expected, expected_names)}"
