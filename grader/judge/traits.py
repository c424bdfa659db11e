"""What can be said of small inputs: "as soon as two sentences differ in length". Each trait holds or does not.

The words of lists come from the argument's name: `lengths` are sentences, `target_lengths` target sentences, and
`counts` entries of counts. Simple traits stand first: the first that fits is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from operator import eq, gt, lt, ne
from typing import TypeAlias

from grader.nouns.plain import Json

Rows: TypeAlias = Sequence[int]
Test: TypeAlias = Callable[[Json], bool]  # of the value of one argument

LANGUAGES = {"src": "source", "tgt": "target"}


@dataclass(frozen=True, slots=True)
class Trait:
    """A fact about some inputs: as it follows the word "fails", and by itself. `joins`: with another one, by "and"."""

    holds: Callable[[Mapping[str, Json]], bool]
    said: str  # "as soon as there is more than one sentence"
    fact: str  # "there is more than one sentence"
    joins: bool = False


@dataclass(frozen=True, slots=True)
class _Rows:
    """The words for a list of whole numbers."""

    many: str  # "there are more than {} sentences"
    more_than_one: str
    differ: str
    alike: str
    longer: str  # "a sentence is longer than {}"
    none_longer: str
    shorter: str
    none_shorter: str
    first: str
    last: str
    rising: str
    empty: str
    one: str
    fact_of_one: str


def traits(inputs: Sequence[Mapping[str, Json]]) -> Iterator[Trait]:
    """The traits that inputs of one family can have, the simplest first."""
    names = list(inputs[0]) if inputs else []
    for name in names:
        told = [each[name] for each in inputs]
        if all(_is_rows(value) for value in told):
            yield from _of_rows(name, told)
        else:
            yield from _of_values(name, told)
    yield from _of_pairs([name for name in names if all(_is_number(each[name]) for each in inputs)])


def _is_rows(value: Json) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(type(entry) is int for entry in value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- lists of whole numbers -------------------------------------------------------------------------------------------


def _of_rows(name: str, told: Sequence[Rows]) -> Iterator[Trait]:
    words = _words(name)
    yield _soon(name, words.more_than_one, lambda rows: len(rows) > 1, joins=True)
    yield _soon(name, words.differ, lambda rows: min(rows) < max(rows), joins=True)
    yield Trait(lambda args: len(args[name]) == 1, words.one, words.fact_of_one, joins=True)
    yield _soon(name, words.empty, lambda rows: 0 in rows, joins=True)
    yield _where(name, words.alike.format("several"), lambda rows: len(rows) > 1 and min(rows) == max(rows))
    yield _where(name, words.alike.format("all"), lambda rows: min(rows) == max(rows), joins=True)
    yield _soon(name, words.first, lambda rows: rows[0] < max(rows))
    yield _soon(name, words.last, lambda rows: len(rows) > 1 and rows[-1] > max(rows[:-1]))
    yield _soon(name, words.rising, lambda rows: any(one < next for one, next in pairwise(rows)))
    sizes = sorted({entry for rows in told for entry in rows})
    for low, high in pairwise(sizes):
        yield from _of_size(name, words, low, high, joins=low == sizes[0])
    for count in sorted({len(rows) for rows in told})[1:-1]:
        yield _soon(name, words.many.format(count), _more_than(count))


def _of_size(name: str, words: _Rows, low: int, high: int, *, joins: bool) -> Iterator[Trait]:
    """Traits that a size of one row decides: above `low`, or below `high`, the next size that there is."""
    yield _soon(name, words.longer.format(low), lambda rows: max(rows) > low, joins=joins)
    yield _where(name, words.none_longer.format(low), lambda rows: max(rows) <= low, joins=joins)
    yield _soon(name, words.shorter.format(high), lambda rows: min(rows) < high, joins=joins)
    yield _where(name, words.none_shorter.format(high), lambda rows: min(rows) >= high)


def _more_than(count: int) -> Test:
    return lambda rows: len(rows) > count


def _soon(name: str, fact: str, test: Test, *, joins: bool = False) -> Trait:
    return Trait(lambda args: test(args[name]), f"as soon as {fact}", fact, joins)


def _where(name: str, fact: str, test: Test, *, joins: bool = False) -> Trait:
    return Trait(lambda args: test(args[name]), f"only where {fact}", fact, joins)


def _words(name: str) -> _Rows:
    kind = next((name[: -len(end)] for end in ("lengths", "lens") if name.endswith(end)), None)
    if kind is None:
        return _entries(name)
    prefix = kind.strip("_").replace("_", " ")
    row = f"{LANGUAGES.get(prefix, prefix)} sentence".strip()
    return _Rows(
        many=f"there are more than {{}} {row}s",
        more_than_one=f"there is more than one {row}",
        differ=f"two {row}s differ in length",
        alike=f"{{}} {row}s are equally long",
        longer=f"a {row} is longer than {{}}",
        none_longer=f"no {row} is longer than {{}}",
        shorter=f"a {row} is shorter than {{}}",
        none_shorter=f"no {row} is shorter than {{}}",
        first=f"the first {row} is not the longest",
        last=f"the last {row} is longer than all others",
        rising=f"a {row} is longer than the one before it",
        empty=f"a {row} is empty",
        one="only with a batch of one",
        fact_of_one=f"there is one {row}",
    )


def _entries(name: str) -> _Rows:
    return _Rows(
        many=f"{name} has more than {{}} entries",
        more_than_one=f"{name} has more than one entry",
        differ=f"two entries of {name} differ",
        alike=f"{{}} entries of {name} are equal",
        longer=f"an entry of {name} is above {{}}",
        none_longer=f"no entry of {name} is above {{}}",
        shorter=f"an entry of {name} is below {{}}",
        none_shorter=f"no entry of {name} is below {{}}",
        first=f"the first entry of {name} is not the largest",
        last=f"the last entry of {name} is above all others",
        rising=f"an entry of {name} is above the one before it",
        empty=f"an entry of {name} is 0",
        one=f"only where {name} has one entry",
        fact_of_one=f"{name} has one entry",
    )


# --- single values ----------------------------------------------------------------------------------------------------


def _of_values(name: str, told: Sequence[Json]) -> Iterator[Trait]:
    known = [value for at, value in enumerate(told) if value not in told[:at]]
    numbers = sorted(known) if all(map(_is_number, known)) else []
    yield from (_soon(name, f"{name} is above {low:g}", partial(lt, low)) for low in numbers[:-1])
    yield from (_where(name, f"{name} is {shown(value)}", partial(eq, value), joins=True) for value in known)
    if len(known) > 2:
        yield from (_unless(name, value) for value in known)
    yield from (_soon(name, f"{name} is below {high:g}", partial(gt, high)) for high in numbers[1:])
    if numbers:
        yield _where(name, f"{name} is odd", lambda value: value % 2 == 1)
        yield _where(name, f"{name} is even", lambda value: value % 2 == 0)


def _unless(name: str, value: Json) -> Trait:
    return Trait(
        lambda args: bool(args[name] != value),
        f"unless {name} is {shown(value)}",
        f"{name} is not {shown(value)}",
        joins=True,
    )


def _of_pairs(names: Sequence[str]) -> Iterator[Trait]:
    for one, other in combinations(names, 2):
        yield _of_pair(one, other, ne, "as soon as", "{} and {} differ")
        yield _of_pair(one, other, eq, "only where", "{} and {} are equal")
        yield _of_pair(one, other, gt, "as soon as", "{} is above {}")
        yield _of_pair(one, other, lt, "as soon as", "{} is below {}")


def _of_pair(one: str, other: str, test: Callable[[Json, Json], bool], lead: str, words: str) -> Trait:
    fact = words.format(one, other)
    return Trait(lambda args: test(args[one], args[other]), f"{lead} {fact}", fact)


def shown(value: Json) -> str:
    """A value as rubrics write it: `[2, 1]`, `true`, `4`, `"relu"`."""
    return json.dumps(value, ensure_ascii=False)
