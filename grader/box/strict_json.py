"""JSON without the liberties that the standard library takes: it is read only where a stranger wrote it.

Refused: what is not UTF-8, repeated keys, NaN and Infinity, integers of more than 20 digits, nesting over 32, and more
than 20,000 values, which would take long to make and longer to judge.
"""

from __future__ import annotations

import json
import re
from typing import Final

from grader.nouns.plain import Json

MAX_DIGITS: Final = 20
MAX_DEPTH: Final = 32
MAX_VALUES: Final = 20_000


def strict_json(data: bytes) -> Json:
    """What the bytes say.

    Raises: ValueError with the rule that was broken, and none of the bytes.
    """
    if len(data) > MAX_VALUES and len(_BEGINS.findall(_STRING.sub(b"", data))) > MAX_VALUES:
        raise ValueError(f"it holds more than {MAX_VALUES} values")
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("its text is not UTF-8") from None
    except json.JSONDecodeError:
        raise ValueError("its text is not JSON") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if _deeper_than(value, MAX_DEPTH):
        raise ValueError(_TOO_DEEP)
    return value


# Possessive, and the closing quote may be missing: else a text without an end costs the square of its length.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BEGINS: Final = re.compile(rb"[\[{,]")
_TOO_DEEP: Final = f"it is nested more than {MAX_DEPTH} deep"


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_constant(_: str) -> Json:
    raise ValueError("NaN and Infinity are not allowed")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise ValueError(f"an integer has more than {MAX_DIGITS} digits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_without_repeats, parse_constant=_no_constant, parse_int=_integer, parse_float=_number
)


def _deeper_than(value: Json, depth: int) -> bool:
    level = [value]
    while level and depth > 0:
        level = [
            each
            for outer in level
            if isinstance(outer, (dict, list))
            for each in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(each, (dict, list))
        ]
        depth -= 1
    return bool(level)
