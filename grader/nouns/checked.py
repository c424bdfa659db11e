"""What `grade check` found in a homework folder: one record for the terminal, a notebook, pytest and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.nouns.judged import PartResult

# Where a part stands. `not started`: the handout's stub, or nothing of that name. `waiting`: not right, and neither is
# a part that it builds on, which comes first. `pending`: nothing is known to be wrong, a person will look. `found`,
# `missing`: a file or answer that is looked at after hand-in. `later`: nothing of it can be looked at here.
State: TypeAlias = Literal[
    "passed", "failed", "crashed", "stopped", "not started", "waiting", "pending", "found", "missing", "later", "broken"
]


@dataclass(frozen=True, slots=True)
class PartChecked:
    """One part with its public checks judged. Its points are those of the public checks; `of` those of the part."""

    result: PartResult
    state: State
    of: float
    waits_for: str = ""  # the part that comes first
    note: str = ""  # what stands beside its name: "outputs/test_outputs.txt is not there yet"
    place: str = ""  # where its answer stands in their files: "nmt_model.py:118"
    asked: str = ""  # what the case in which it crashed is to give: "e_t (4, 7) = (b, s)"


@dataclass(frozen=True, slots=True)
class Checked:
    """All parts of one homework folder, in the order in which they build on each other."""

    assignment: str
    title: str
    folder: str
    parts: tuple[PartChecked, ...]
    first: str  # the part to mend first; empty if nothing is wrong
    looks_at: float  # points of the checks that have a public case
    of: float  # points of the assignment
    seconds: float
    notes: tuple[str, ...] = ()  # files chosen, left out, repaired
    schema: int = 1
