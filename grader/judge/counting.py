"""How many values of an array something is true of, in words."""

from __future__ import annotations

from grader.nouns.plain import Array

ONE = {"are": "is", "differ": "differs"}


def how_many(where: Array, verb: str = "are") -> str:
    """`2 of 6 values differ`, `1 of 6 values is`, or `is` for a single number."""
    count = int(where.sum())
    if where.ndim == 0:
        return ONE[verb]
    return f"{count} of {where.size} values {ONE[verb] if count == 1 else verb}"
