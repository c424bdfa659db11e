"""The small inputs of a part: cases that nobody is graded on, among which the smallest one that fails is looked for.

They are made from a public case and go to students, so what is told about them gives nothing away. Each is judged by
itself, with those checks of the public case that mean something to an input of any size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, combinations_with_replacement, product
from typing import Final

from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.plain import Json
from grader.nouns.seen import Run
from grader.operands import parse_operand
from grader.runs import runs_of

MOST: Final = 100  # small inputs of a part
MARK: Final = "smallest-"  # begins their names, and no other's
# Kinds of checks that mean something to an input of any size; the others need many draws, a training or figures.
KINDS: Final = frozenset({"shape", "close", "equal", "same", "finite", "below", "above", "gradient", "parameters"})


def family(part: Part) -> tuple[Case, ...]:
    """All small inputs of a part as public cases, the simplest first; none where the rubric names none."""
    like = next((case for case in part.cases if part.smallest and case.name == part.smallest.like), None)
    if part.smallest is None or like is None:
        return ()
    return tuple(
        Case(f"{MARK}{number}", {**like.args, **changed}, public=True, apart=like.apart)
        for number, changed in enumerate(small_inputs(part.smallest.over))
    )


def small_inputs(over: Mapping[str, Json]) -> list[dict[str, Json]]:
    """What the arguments are replaced by, the simplest first; lists of rows have equally many rows."""
    ranked = [list(enumerate(values(told))) for told in over.values()]
    as_rows = [at for at, told in enumerate(over.values()) if isinstance(told, Mapping)]
    found = [each for each in product(*ranked) if len({len(each[at][1]) for at in as_rows}) < 2]
    found.sort(key=lambda each: (sum(rank for rank, _ in each), [rank for rank, _ in each]))
    return [dict(zip(over, (value for _, value in each), strict=True)) for each in found]


def values(told: Json) -> Iterator[Json]:
    """The values of one argument, the simplest first: those that are listed, or lists of whole numbers."""
    if not isinstance(told, Mapping):
        yield from told
        return
    numbers = range(told["most"], told.get("least", 1) - 1, -1)
    for rows in range(1, told["rows"] + 1):
        yield from sorted(list(each) for each in combinations_with_replacement(numbers, rows))


def small_part(part: Part, case: Case) -> Part:
    """The part with one small input in the place of its cases, and what its checks ask of the case that it is like."""
    rules = chain.from_iterable(_rules(check) for check in part.checks)
    checks = (_asked(check, part.smallest.like, case.name) for check in rules if part.smallest)
    return replace(part, cases=(case,), checks=tuple(check for check in checks if check), plots=(), written=())


def _rules(check: Check) -> Iterator[Check]:
    """The check, or what stands under its `all`, by its own id."""
    yield from (replace(each, id=check.id, hint=each.hint or check.hint) for each in check.subchecks or (check,))


def _asked(check: Check, like: str, case: str) -> Check | None:
    """The check on another case; None if it says nothing about that case, or needs more than a small input."""
    if check.kind not in KINDS:
        return None
    if check.kind != "same":
        return replace(check, cases=(case,)) if like in check.cases else None
    operands = [parse_operand(text) for text in check.rule]
    if any(operand is None or operand.case != like for operand in operands):
        return None
    rule = [f"{case}{text.strip().removeprefix(like)}" for text in check.rule]
    return replace(check, rule=rule, cases=(case,))


def small_runs(rubric: Rubric, part: Part) -> tuple[Run, ...]:
    """A run for every small input of a part, with a seed that students may know."""
    return runs_of(replace(rubric, parts=(replace(part, cases=family(part)),)))
