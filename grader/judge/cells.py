"""What is wrong in a part, cell by cell: one output in one case, or the ending of a case that crashed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from grader.nouns.judged import Verdict
from grader.nouns.plain import Outcome

Cell: TypeAlias = tuple[str, str]  # case and output; no output for the ending of a case

WRONG: frozenset[Outcome] = frozenset({"failed", "void", "crashed"})


def wrong_cells(verdicts: Iterable[Verdict]) -> tuple[Cell, ...]:
    """The cells of the findings that are wrong, in order, each once."""
    return tuple(
        dict.fromkeys(
            (verdict.case, "" if verdict.outcome == "crashed" else verdict.output)
            for verdict in verdicts
            if verdict.outcome in WRONG
        )
    )
