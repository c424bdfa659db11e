"""Code for a newer Python, read by an older one: a notebook of today is written for Python 3.12 and later.

What is new there and common in homework: f-strings whose fields repeat the quotes around them or hold a backslash
(PEP 701), and names of the standard library. Of type parameters (PEP 695) it is only told which Python has them.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

WORD: Final = re.compile(r"\w+")
QUOTES: Final = re.compile(r"'''|\"\"\"|'|\"")
PREFIXES: Final = frozenset("r b u f br rb fr rf".split())  # noqa: SIM905
TYPE_PARAMETERS: Final = re.compile(r"\s*(?:(?:async\s+)?def|class)\s+\w+\s*\[|\s*type\s+\w+\s*(?:\[|=)")
BRACKETS: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
DELIMITERS: Final = ('"""', "'''")
INSTALLED: Final = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
MOST_CHARACTERS: Final = 1_000_000
DEEPEST: Final = 20  # f-strings within each other


class _NotOlder(Exception):  # noqa: N818 (it says nothing but that)
    """This text cannot be told an older Python."""


# --- f-strings ---


def in_older_words(source: str) -> str:
    """The text with f-strings as Python 3.11 reads them, line for line; "" if there is nothing to say otherwise."""
    if sys.version_info >= (3, 12) or len(source) > MOST_CHARACTERS:
        return ""
    try:
        told = _Reader(source).told()
    except _NotOlder:
        return ""
    return told if told != source else ""


def is_newer(error: SyntaxError) -> bool:
    """Whether a newer Python than this one may read the line: `def f[T](x)`, `type Pair = ...`."""
    return sys.version_info < (3, 12) and TYPE_PARAMETERS.match(error.text or "") is not None


class _Reader:
    """Walks through a text once; strings and comments are the only things that it knows of Python."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0

    def told(self) -> str:
        """The whole text."""
        said = []
        while self.at < len(self.source):
            said.append(self._next(0))
        return "".join(said)

    def _next(self, depth: int) -> str:
        """What stands here: a string, a word, a comment or a sign."""
        word = WORD.match(self.source, self.at)
        start = word.end() if word else self.at
        quotes = QUOTES.match(self.source, start)
        if quotes and (not word or word[0].lower() in PREFIXES):
            prefix = word[0] if word else ""
            self.at = quotes.end()
            if "f" in prefix.lower():
                return self._f_string(prefix, quotes[0], depth)
            return prefix + quotes[0] + self._until(quotes[0])
        if word:
            return self._taken(start)
        if self.source[self.at] == "#":
            end = self.source.find("\n", self.at)
            return self._taken(len(self.source) if end < 0 else end)
        return self._taken(self.at + 1)

    def _taken(self, end: int) -> str:
        start, self.at = self.at, end
        return self.source[start:end]

    def _until(self, quotes: str) -> str:
        """The rest of a plain string, its last quotes included."""
        end = re.compile(r"(?:\\.|(?!" + quotes + r").)*", re.S).match(self.source, self.at)
        if end is None or not self.source.startswith(quotes, end.end()):
            raise _NotOlder
        if len(quotes) == 1 and "\n" in end[0].replace("\\\n", ""):
            raise _NotOlder
        return self._taken(end.end() + len(quotes))

    def _f_string(self, prefix: str, quotes: str, depth: int) -> str:
        if depth > DEEPEST:
            raise _NotOlder
        said, fields = [], []
        while not self.source.startswith(quotes, self.at):
            if self.at >= len(self.source) or (len(quotes) == 1 and self.source[self.at] == "\n"):
                raise _NotOlder
            if self.source.startswith(("{{", "}}"), self.at):
                said.append(self._taken(self.at + 2))
            elif self.source.startswith("\\N{", self.at) and "r" not in prefix.lower():
                said.append(self._taken(self.source.find("}", self.at) + 1 or len(self.source)))
            elif self.source[self.at] == "\\" and not self.source.startswith(("{", "}"), self.at + 1):
                said.append(self._taken(self.at + 2))
            elif self.source[self.at] == "{":
                fields.append(self._field(depth))
                said.append(fields[-1])
            else:
                said.append(self._taken(self.at + 1))
        self.at += len(quotes)
        if any(quotes in field for field in fields):
            quotes = next((each for each in DELIMITERS if not any(each in text for text in said)), quotes)
        return prefix + quotes + "".join(said) + quotes

    def _field(self, depth: int) -> str:
        """A replacement field, its braces included; what comes after its colon may hold fields again."""
        said, open_ = [self._taken(self.at + 1)], 0
        while self.at < len(self.source):
            sign = self.source[self.at]
            if sign in ("#", "\n"):
                raise _NotOlder
            if open_ == 0 and sign == "}":
                return "".join([*said, self._taken(self.at + 1)])
            if open_ == 0 and sign == ":":
                return "".join([*said, *self._format(depth)])
            open_ += BRACKETS.get(sign, 0)
            told = self._next(depth + 1)
            said.append(_without_backslashes(told) if "\\" in told else told)
        raise _NotOlder

    def _format(self, depth: int) -> Iterator[str]:
        while self.at < len(self.source) and self.source[self.at] not in "}\n":
            yield self._field(depth) if self.source[self.at] == "{" else self._taken(self.at + 1)
        yield self._taken(self.at + 1)


def _without_backslashes(literal: str) -> str:
    """A string as an expression without a backslash: `'a\\n'` is `('a'+chr(10))`."""
    try:
        value = ast.literal_eval(literal)
    except (SyntaxError, ValueError):
        raise _NotOlder from None
    if not isinstance(value, str):
        raise _NotOlder
    runs = re.split(r"([^ !#-&(-\[\]-~]+)", value)  # by turns plain, and with quotes, backslashes or no ASCII
    plain, other = (
        [f"'{run}'" for run in runs[::2]],
        ["+".join(f"chr({ord(sign)})" for sign in run) for run in runs[1::2]],
    )
    told = [each for pair in zip(plain, [*other, ""], strict=True) for each in pair if each]
    return f"({'+'.join(told)})"


# --- names ---


def _batched(iterable: Iterable[Any], n: int) -> Iterator[tuple[Any, ...]]:
    """Tuples of n items, the last one perhaps shorter. Source: itertools.batched of Python 3.12."""
    if n < 1:
        raise ValueError("n must be at least one")
    items = iter(iterable)
    while batch := tuple(islice(items, n)):
        yield batch


def _sumprod(p: Iterable[Any], q: Iterable[Any], /) -> Any:
    """The sum of products of two sequences. Source: math.sumprod of Python 3.12."""
    return sum(x * y for x, y in zip(p, q, strict=True))


OWN: Final[dict[str, dict[str, Any]]] = {"itertools": {"batched": _batched}, "math": {"sumprod": _sumprod}}
EXTENDED: Final = ("typing", "warnings")  # what typing_extensions, which torch needs, has of these


def install(note: Callable[[str], None]) -> None:
    """Lets a hand-in import names that only newer Pythons have; each one used is noted."""
    for name in (*OWN, *EXTENDED):
        names = vars(importlib.import_module(name))
        if "__getattr__" not in names or hasattr(names["__getattr__"], "stands_in"):
            names["__getattr__"] = _finder(name, note)


def _finder(module: str, note: Callable[[str], None]) -> Callable[[str], Any]:
    def find(name: str) -> Any:
        """The name as a newer Python has it, for a hand-in only: packages ask to find out what they run on."""
        own = not sys._getframe(1).f_code.co_filename.startswith(INSTALLED)
        if own and not name.startswith("_"):
            found = OWN.get(module, {}).get(name) or _extended(module, name)
            if found is not None:
                note(f"stand-in {module}.{name}")
                return found
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    vars(find)["stands_in"] = True
    return find


def _extended(module: str, name: str) -> Any:
    if module not in EXTENDED:
        return None
    try:
        return getattr(importlib.import_module("typing_extensions"), name, None)
    except ImportError:
        return None
