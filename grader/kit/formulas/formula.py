"""A formula as people write it, read into something that can be evaluated: no text of theirs is ever run.

Read are numbers, names, `+ - * / ^ **`, products without a sign (`3 w^2 u1`), all kinds of brackets, derivatives as
names (`dL/dC_prev`) and the functions in `FUNCTIONS`, with or without brackets, raised (`tanh^2 x`), primed (`tanh'`),
of a module (`np.tanh`) or as a method (`x.tanh()`). All products are elementwise and `diag(x)` is `x`.

Sums and products are flat and brackets are counted, so neither reading nor evaluating can go deep; everything is
floating point, so `10^10^10` is infinite at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .functions import FUNCTIONS, INVERSE, OF_TWO, SLOPES, Unary, Values
from .spelling import key, quotient_key, split

Lookup: TypeAlias = Callable[[str], Values]
Formula: TypeAlias = Callable[[Lookup], Values]

MOST_CHARACTERS = 10_000
MOST_TOKENS = 4_000
DEEPEST = 50
PROSE = 4  # letters from which on an unknown name is rather a word of a sentence


class Unreadable(Exception):  # noqa: N818 (it says what the text is)
    """The text is no formula that this module reads; a person may."""


class Faulty(Exception):  # noqa: N818 (it says what the formula is)
    """The formula was read, and has no value; the text says why."""


MODULES = frozenset({"np", "numpy", "torch", "math", "sp", "sympy", "sym", "jnp", "tf", "F", "nn", "functional"})
LETTER = "A-Za-zΑ-Ωα-ω∂"
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
    rf"|(?P<name>[{LETTER}][{LETTER}0-9]*(?:_(?:\{{[^{{}}]{{1,40}}\}}|[tT]-1(?![\d.{LETTER}])|[{LETTER}0-9]+))*)"
    r"|(?P<sign>\*\*|\.\*|\./|[-+*/^@()\[\]{}',.]))"
)
PLAIN_SIGN = {"**": "^", ".*": "*", "./": "/", "@": "*"}
CLOSES = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a formula; `kind` is number, name, sign or end."""

    kind: str
    text: str


END = Token("end", "")


def read_formula(text: str, known: Callable[[str], bool], allowed: str) -> Formula:
    """The formula of a plain text.

    `known`: whether a key is a name that may stand there; `allowed` lists these for messages.
    Raises: Unreadable; Faulty for a name that is not known.
    """
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"it has more than {MOST_CHARACTERS:,} characters")
    tokens = list(_tokens(text))
    if len(tokens) > MOST_TOKENS:
        raise Unreadable(f"it has more than {MOST_TOKENS:,} numbers, names and signs")
    reader = _Reader(tokens, known)
    formula = reader.whole()
    if reader.unknown:
        name = reader.unknown[0]
        if any(len(re.sub(r"[^A-Za-z]", "", re.split("[_/]", each)[0])) >= PROSE for each in reader.unknown):
            raise Unreadable(f"'{name[:40]}' is none of {allowed}")
        raise Faulty(f"{name[:40]} is not one of {allowed}")
    return formula


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            odd = text[at:].lstrip()
            word = re.match(r"\\[A-Za-z]+|\w+", odd)
            raise Unreadable(f"'{(word[0] if word else odd[:1])[:40]}' is no part of an expression")
        kind = str(match.lastgroup)
        yield Token(kind, PLAIN_SIGN.get(match[kind], match[kind]))
        at = match.end()


class _Reader:
    """Recursive descent over tokens; every method reads one kind of phrase."""

    def __init__(self, tokens: list[Token], known: Callable[[str], bool]) -> None:
        self._tokens, self._known = tokens, known
        self._at = self._depth = 0
        self.unknown: list[str] = []

    def whole(self) -> Formula:
        """All there is."""
        if not self._tokens:
            raise Unreadable("nothing stands there")
        formula = self._sum()
        if self._next() is not END:
            raise Unreadable(f"'{self._next().text}' has no place there")
        return formula

    # --- tokens ---

    def _next(self, ahead: int = 0) -> Token:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else END

    def _take(self, *signs: str) -> str:
        """The next sign, if it is one of these; else nothing."""
        token = self._next()
        if token.kind != "sign" or token.text not in signs:
            return ""
        self._at += 1
        return token.text

    def _deeper(self, phrase: Callable[[], Formula]) -> Formula:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable(f"it is nested deeper than {DEEPEST} levels")
        formula = phrase()
        self._depth -= 1
        return formula

    # --- phrases ---

    def _sum(self) -> Formula:
        terms = [(1.0, self._product())]
        while sign := self._take("+", "-"):
            terms.append((1.0 if sign == "+" else -1.0, self._product()))
        if len(terms) == 1:
            return terms[0][1]

        def value(lookup: Lookup) -> Values:
            """The sum."""
            total = terms[0][1](lookup)
            for sign, term in terms[1:]:
                total = total + sign * term(lookup)
            return total

        return value

    def _product(self) -> Formula:
        factors = [("*", self._factor())]
        while True:
            sign = self._take("*", "/")
            if not sign and not self._begins_a_factor():
                break
            factors.append((sign or "*", self._factor()))
        if len(factors) == 1:
            return factors[0][1]

        def value(lookup: Lookup) -> Values:
            """The product."""
            result = factors[0][1](lookup)
            for sign, factor in factors[1:]:
                result = result * factor(lookup) if sign == "*" else result / factor(lookup)
            return result

        return value

    def _begins_a_factor(self) -> bool:
        token = self._next()
        return token.kind in ("number", "name") or (token.kind == "sign" and token.text in CLOSES)

    def _factor(self) -> Formula:
        sign = self._take("+", "-")
        if not sign:
            return self._raised(self._atom())
        inner = self._deeper(self._factor)
        return inner if sign == "+" else lambda lookup: -inner(lookup)

    def _raised(self, base: Formula) -> Formula:
        while self._next().text == "." and self._next(1).kind == "name":
            base = self._method(base)
        if not self._take("^"):
            return base
        exponent = self._deeper(self._factor)
        return lambda lookup: np.power(base(lookup), exponent(lookup))

    def _method(self, base: Formula) -> Formula:
        """`x.tanh()`, `x.pow(2)` and `x.T`."""
        self._at += 1
        name = self._next().text
        self._at += 1
        if name in ("T", "mT"):
            return base
        if not self._take("(") or (name not in FUNCTIONS and name not in OF_TWO):
            raise Unreadable(f"'.{name[:40]}' is no part of an expression")
        if name in FUNCTIONS:
            self._close("(")
            function = FUNCTIONS[name]
            return lambda lookup: function(base(lookup))
        other = self._deeper(self._sum)
        self._close("(")
        operation = OF_TWO[name]
        return lambda lookup: operation(base(lookup), other(lookup))

    def _atom(self) -> Formula:
        token = self._next()
        if token.kind == "number":
            self._at += 1
            number = np.float64(token.text)
            return lambda lookup: np.asarray(number)
        if token.kind == "name":
            return self._named()
        bracket = self._take("(", "[", "{")
        if bracket:
            inner = self._deeper(self._sum)
            self._close(bracket)
            return inner
        if token is END:
            raise Unreadable("it ends where a number, a name or a bracket is expected")
        raise Unreadable(f"'{token.text}' stands where a number, a name or a bracket is expected")

    def _close(self, bracket: str) -> None:
        if not self._take(CLOSES[bracket]):
            found = self._next()
            raise Unreadable(f"a '{bracket}' is not closed" + (f" before '{found.text}'" if found is not END else ""))

    def _named(self) -> Formula:
        while self._next().text in MODULES and self._next(1).text == "." and self._next(2).kind == "name":
            self._at += 2
        text = self._next().text
        self._at += 1
        if self._known(key(text)):
            return self._looked_up(key(text))
        derivative = self._derivative(text)
        if derivative is not None:
            return derivative
        if text in OF_TWO and self._next().text == "(":
            return self._of_two(OF_TWO[text])
        if text in FUNCTIONS:
            return self._applied(text)
        if text == "e":
            return lambda lookup: np.asarray(np.e)
        return self._run(text)

    def _looked_up(self, name: str) -> Formula:
        return lambda lookup: lookup(name)

    def _derivative(self, above: str) -> Formula | None:
        """`dL/dC_prev`, whose two halves stand in two tokens."""
        below = self._next(1)
        if self._next().text != "/" or below.kind != "name" or {above[0], below.text[0]} - set("d∂"):
            return None
        if self._known(key(below.text)) or min(len(above), len(below.text)) < 2:
            return None
        self._at += 2
        name = quotient_key(above, below.text)
        if self._known(name):
            return self._looked_up(name)
        self.unknown.append(f"{above}/{below.text}")
        return lambda lookup: np.asarray(np.nan)

    def _run(self, text: str) -> Formula:
        """Names that stand together, as in `wu2`; the last of them may be a function."""
        run = key(text)
        pieces = split(run, self._known)
        function = ""
        if not pieces and self._next().text in ("(", "^", "'"):
            function = next((each for each in FUNCTIONS if len(each) > 2 and run.endswith(each)), "")
            pieces = split(run.removesuffix(function), self._known) if function else []
        if not pieces:
            self.unknown.append(text)
            return lambda lookup: np.asarray(np.nan)
        parts = [self._looked_up(piece) for piece in pieces]
        if not function:
            last = self._raised(parts[-1])  # in `wp^2` the exponent belongs to p
            return _product_of([*parts[:-1], last])
        return _product_of([*parts, self._applied(function)])

    def _applied(self, name: str) -> Formula:
        """A function with its argument, whose power may stand between the two."""
        function = FUNCTIONS[name]
        if self._take("'"):
            if name not in SLOPES:
                raise Unreadable(f"the slope {name}' is not known here")
            function = SLOPES[name]
        exponent = self._deeper(self._exponent) if self._take("^") else None
        bracket = self._take("(", "[", "{")
        if bracket:
            argument = self._deeper(self._sum)
            self._close(bracket)
        else:
            argument = self._deeper(self._factor)
        if exponent is None:
            return lambda lookup: function(argument(lookup))
        return _raised_function(function, INVERSE.get(name), exponent, argument)

    def _exponent(self) -> Formula:
        sign = self._take("+", "-")
        atom = self._atom()
        return (lambda lookup: -atom(lookup)) if sign == "-" else atom

    def _of_two(self, operation: Callable[[Values, Values], Values]) -> Formula:
        self._take("(")
        first = self._deeper(self._sum)
        if not self._take(","):
            raise Unreadable("a ',' is missing between two arguments")
        second = self._deeper(self._sum)
        self._close("(")
        return lambda lookup: operation(first(lookup), second(lookup))


def _raised_function(function: Unary, inverse: Unary | None, exponent: Formula, argument: Formula) -> Formula:
    def value(lookup: Lookup) -> Values:
        """The power, or the inverse where the exponent is -1."""
        power, at = exponent(lookup), argument(lookup)
        if inverse is not None and bool(np.all(power == -1)):
            return inverse(at)
        return np.power(function(at), power)

    return value


def _product_of(factors: list[Formula]) -> Formula:
    def value(lookup: Lookup) -> Values:
        """The product."""
        result = factors[0](lookup)
        for factor in factors[1:]:
            result = result * factor(lookup)
        return result

    return value
