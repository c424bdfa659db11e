"""Looks for the smallest input on which a failed part fails, while the class is graded.

Small inputs are run in the slots of the submissions, one job for a hand-in, between two of them or after the last. No
point depends on them. What the reference gives there comes from the course, and all of it is kept in the store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grader.course import Cases, Course, by_part
from grader.nouns.asked import Case, Part
from grader.nouns.judged import PartResult, Smallest, SubmissionResult
from grader.observer import HandIn, Observed, Wanted
from grader.smallest import small_runs


class Narrower:
    """Keeps results until the small inputs of their failed parts have been run."""

    def __init__(self, course: Course, parts: Sequence[Part]) -> None:
        self._course = course
        self._parts = {part.id: part for part in parts if part.smallest}
        self._results: dict[str, SubmissionResult] = {}
        self._queue: deque[Wanted] = deque()  # filled by the caller's thread, emptied by those of the slots

    def takes(self, hand_in: HandIn, result: SubmissionResult) -> bool:
        """Whether there is something to look for; then the result is kept until `narrowed` gives it back."""
        asked = [self._parts[part.id] for part in result.parts if self._is_asked(part)]
        if asked:
            runs = tuple(run for part in asked for run in small_runs(self._course.rubric, part))
            self._results[hand_in.key] = result
            self._queue.append((hand_in, runs))
        return bool(asked)

    def _is_asked(self, result: PartResult) -> bool:
        from grader.judge.smallest import is_asked

        return result.id in self._parts and is_asked(self._parts[result.id], result)

    def waiting(self) -> Iterator[Wanted]:
        """What is to be run now."""
        while self._queue:
            yield self._queue.popleft()

    def narrowed(self, observed: Observed) -> SubmissionResult | None:
        """The result that was kept, with the smallest inputs that fail; None for a hand-in that is seen first."""
        result = self._results.pop(observed.hand_in.key, None)
        if result is None:
            return None
        seen = by_part(observed.observations)
        parts = tuple(self._with_smallest(part, seen) for part in result.parts)
        is_whole = all(each.ended != "broken" for each in observed.observations.values())
        return replace(result, parts=parts, mark=result.mark if is_whole else "")  # without a mark: tried again

    def _with_smallest(self, result: PartResult, seen: Mapping[str, Cases]) -> PartResult:
        got = seen.get(result.id)
        return result if got is None else replace(result, smallest=self._smallest(self._parts[result.id], got))

    def _smallest(self, part: Part, got: Cases) -> Smallest | None:
        from grader.judge.smallest import fails_on, smallest_failing

        expected = self._course.small(part)

        def _fails(case: Case) -> bool | None:
            return fails_on(part, case, self._course.rubric, expected.get(case.name), got.get(case.name))

        return smallest_failing(part, _fails, part.limits.wall_s)
