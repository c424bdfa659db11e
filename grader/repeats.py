"""Repetitions: parts that are run again, in another process with another hash seed, to find answers that differ.

A repetition is a job of its own below a zygote of its own: other pids, time, addresses and hash order, the same seeds
of every generator. So whatever honest code draws is drawn again, and what differs comes from the hand-in itself. What
is repeated, what it costs and why: docs/why/0005-repetition.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TypeAlias
from zlib import crc32

from grader.course import Cases, by_part
from grader.judge.tolerance import Tolerance
from grader.judge.unstable import alike
from grader.judge.voids import is_voided
from grader.nouns.asked import Rubric
from grader.nouns.judged import PartResult, SubmissionResult
from grader.nouns.seen import Run
from grader.observer import HandIn, Observations, Observed, Observer
from grader.runs import runs_of

Rounds: TypeAlias = Mapping[str, Sequence[Cases]]  # part -> what its cases gave in each repetition
LOST = ("failed", "crashed", "void")
ENDED = ("answered", "raised", "import_error", "left", "unreadable")  # a case that met a limit would meet it again


class Repeater:
    """Runs parts again where that may show something; the slot for it is started when it is first needed."""

    def __init__(self, rubric: Rubric, make_observer: Callable[[int], Observer]) -> None:
        self._rubric = rubric
        self._make_observer = make_observer
        self._tolerance = Tolerance(rubric.rtol, rubric.atol)
        self._stack = ExitStack()
        self._observers: dict[int, Observer] = {}  # by hash seed

    def __enter__(self) -> Repeater:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def rounds(self, observed: Observed, result: SubmissionResult) -> Rounds:
        """What the parts that answer otherwise gave when they were run again; empty if nothing differs.

        Raises: HarnessError if the box does not start.
        """
        runs = self._picked(observed, result)
        if not runs:
            return {}
        again = self._again(observed.hand_in, runs, 1)
        unstable = {run.part for run in runs if not self._alike(run, observed, again)}
        if not unstable:
            return {}
        runs = runs_of(self._rubric, unstable)
        whole = [by_part(self._again(observed.hand_in, runs, number)) for number in range(1, self._rubric.runs)]
        return {part: [cases[part] for cases in whole if not _is_broken(cases[part])] for part in unstable}

    def _alike(self, run: Run, observed: Observed, again: Observations) -> bool:
        name = (run.part, run.case)
        return alike(observed.observations[name], again[name], self._tolerance)

    def _again(self, hand_in: HandIn, runs: tuple[Run, ...], number: int) -> Observations:
        hash_seed = 2 - number % 2
        if hash_seed not in self._observers:
            self._observers[hash_seed] = self._stack.enter_context(self._make_observer(hash_seed))
        wanted = [(hand_in, runs)]
        (observed,) = self._observers[hash_seed].each(wanted, number)  # to its end: left early it would close the slot
        return observed.observations

    def _picked(self, observed: Observed, result: SubmissionResult) -> tuple[Run, ...]:
        """One run of every part that is worth a second look."""
        cases = {part.id: self._case(part, observed) for part in result.parts if self._is_doubtful(part)}
        return tuple(run for run in runs_of(self._rubric) if cases.get(run.part) == run.case)

    def _is_doubtful(self, part: PartResult) -> bool:
        if is_voided(part):
            return False
        if self._rubric.repeat == "all":
            return part.max > part.pending and part.verdict not in ("skipped", "broken")
        return self._rubric.repeat == "lost" and part.verdict in LOST and part.score < part.max and not part.mistakes

    def _case(self, part: PartResult, observed: Observed) -> str:
        """A case on which points were lost, else any, the same for equal files."""
        there = [case for (of, case), seen in observed.observations.items() if of == part.id and seen.ended in ENDED]
        lost = [check.case for check in part.checks if check.verdict in LOST and check.case in there]
        if lost or not there:
            return next(iter(lost), "")
        return there[crc32(f"{observed.hand_in.sha256}/{part.id}".encode()) % len(there)]


def _is_broken(cases: Cases) -> bool:
    return any(seen.ended == "broken" for seen in cases.values())
