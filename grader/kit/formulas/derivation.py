"""The equations of one document, evaluated at points when an answer is asked for.

What the document defines itself may stand in its formulas: the nearest definition before the place counts, else the
first one after it. Every equation is evaluated once, however often it is used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from .at_points import Points, check_finite
from .formula import Faulty, Formula, Unreadable, read_formula
from .functions import FUNCTIONS, Values
from .latex import plain_formula
from .spelling import Names, key, split
from .stated import Statement

WORD = re.compile(r"\(?[A-Za-z'-]{2,}[).,:!]*")
DEEPEST = 20  # definitions that use each other


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a formula has no values; `read`: it was understood, and is wrong in itself."""

    text: str
    read: bool


@dataclass(frozen=True, slots=True)
class Solved:
    """The values of a formula. `doubt`: why what stands last for the same name could not be read."""

    values: Tensor
    doubt: str = ""


Found: TypeAlias = Solved | Fault


class Document:
    """Equations in their order; asking for a name gives its values."""

    def __init__(self, stated: Sequence[Statement], names: Names, points: Points) -> None:
        self._stated, self._names, self._points = stated, names, points
        self._arrays = {symbol: values.numpy() for symbol, values in points.items()}
        self._places: dict[str, list[int]] = {}
        for at, statement in enumerate(stated):
            self._places.setdefault(statement.name, []).append(at)
        self._known: dict[int, tuple[Values, bool] | Exception] = {}
        self._active: list[int] = []

    def value(self, keys: Collection[str], *, constant: bool = True) -> Found | None:
        """The values of the last equation of a name that has any; why there are none; None if it is not there.

        `constant`: a value without any symbol counts too, where there is no other.
        """
        fault: Fault | None = None
        fallback: Solved | None = None
        places = sorted((at for each in keys for at in self._places.get(each, ())), reverse=True)
        for at in places:
            try:
                values, varies = self._value_of(at)
            except (Faulty, Unreadable) as error:
                fault = fault or Fault(str(error), read=isinstance(error, Faulty))
                continue
            if varies:
                return Solved(self._tensor(values), self._doubt(places[0]))
            fallback = fallback or Solved(self._tensor(values))
        return fallback if fallback is not None and constant else fault

    def _doubt(self, at: int) -> str:
        try:
            self._side(self._stated[at].sides[-1], at)
        except Unreadable as error:
            return str(error)
        except Faulty:
            pass
        return ""

    def _tensor(self, values: Values) -> Tensor:
        shape = next(iter(self._points.values())).shape
        return torch.from_numpy(np.array(np.broadcast_to(values, tuple(shape)), np.float64))

    def _value_of(self, at: int) -> tuple[Values, bool]:
        """The values of an equation, and whether a symbol has part in them. Raises: Faulty or Unreadable."""
        if at in self._active:
            raise Faulty(f"{self._stated[at].name} is defined by itself")
        if len(self._active) > DEEPEST:
            raise Faulty(f"more than {DEEPEST} definitions use each other")
        if at not in self._known:
            self._active.append(at)
            try:
                self._known[at] = self._last_side(at)
            except (Faulty, Unreadable) as error:
                if len(self._active) == 1:  # within another it may have failed for what is active there
                    self._known[at] = error
                raise
            finally:
                self._active.pop()
        known = self._known[at]
        if isinstance(known, Exception):
            raise known
        return known

    def _last_side(self, at: int) -> tuple[Values, bool]:
        """The last side that has a value, one with symbols before one without."""
        fault: Exception | None = None
        fallback: Values | None = None
        for side in reversed(self._stated[at].sides):
            try:
                values, varies = self._side(side, at)
            except (Faulty, Unreadable) as error:
                fault = fault or error
                continue
            if varies:
                return values, True
            fallback = values if fallback is None else fallback
        if fallback is not None:
            return fallback, False
        raise fault or Unreadable("nothing stands there")

    def _side(self, side: str, at: int) -> tuple[Values, bool]:
        formula = self._read(plain_formula(side))
        varies = False

        def lookup(name: str) -> Values:
            """The values of a name, a symbol or a definition."""
            nonlocal varies
            symbol = self._names.symbol(name)
            values, changing = (self._arrays[symbol], True) if symbol else self._definition(name, at)
            varies |= changing
            return values

        with np.errstate(all="ignore"):
            values = formula(lookup)
        check_finite(self._tensor(values), self._points)
        return values, varies

    def _read(self, text: str) -> Formula:
        allowed = ", ".join(self._points)
        try:
            return read_formula(text, self._may_stand, allowed)
        except Unreadable:
            shorter = self._without_prose(text)
            if shorter == text:
                raise
            return read_formula(shorter, self._may_stand, allowed)

    def _without_prose(self, text: str) -> str:
        """The formula without the words that follow it, as in `w^3 (by the chain rule)`."""
        words = text.split()
        while words and WORD.fullmatch(words[-1]) and not self._means_something(words[-1]):
            words.pop()
        return " ".join(words) if words else text

    def _means_something(self, word: str) -> bool:
        plain = word.strip("().,:!")
        return plain in FUNCTIONS or bool(split(key(plain), self._may_stand))

    def _may_stand(self, name: str) -> bool:
        return self._names.symbol(name) is not None or (name in self._places and name not in FUNCTIONS)

    def _definition(self, name: str, at: int) -> tuple[Values, bool]:
        places = self._places[name]
        before = [place for place in reversed(places) if place < at]
        fault: Exception | None = None
        for place in [*before, *(place for place in places if place > at), *(place for place in places if place == at)]:
            try:
                return self._value_of(place)
            except (Faulty, Unreadable) as error:
                fault = fault or error
        raise fault or Faulty(f"{name} is not defined")
