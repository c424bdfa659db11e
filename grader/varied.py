"""The runs of a varied case, by name: the case itself, the same input once more, and one run for each change.

A case `window` with `vary: {position: 7}` is run as `window`, as `window~again` on the same input, as
`window~position.3` with place 3 changed, and as `window~position.3+` with all places from 3 on changed. Places are
counted from 0 in names, from 1 in what people read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MARK = "~"  # stands in no name of a case


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a case's input: the places from `first` to `end` - 1 along an axis. `run` names its run."""

    run: str
    axis: str
    first: int
    end: int

    @property
    def is_single(self) -> bool:
        """Whether one place is changed by itself."""
        return self.end - self.first == 1


def again(case: str) -> str:
    """The name of the run on the same input."""
    return f"{case}{MARK}again"


def changed(case: str, axis: str, place: int, *, on: bool = False) -> str:
    """The name of the run in which one place of an axis is changed; `on`: all from there to the end."""
    return f"{case}{MARK}{axis}.{place}{'+' if on else ''}"


def changes(case: str, vary: Mapping[str, int]) -> Iterator[Change]:
    """Every change of a case: each place by itself, then all places from one on, axis by axis."""
    for axis, size in vary.items():
        for place in range(size):
            yield Change(changed(case, axis, place), axis, place, place + 1)
        for place in range(1, size - 1):
            yield Change(changed(case, axis, place, on=True), axis, place, size)


def case_of(run: str) -> str:
    """The case that a run belongs to."""
    return run.partition(MARK)[0]
