"""What the tests of all sample hand-ins share: the ten are graded once, and compared with a table of promises.

A module of tests says its `ASSIGNMENT` and which `PARTS` are graded (all if none); a class in it that inherits
`Promises` says what submissions/README.md promises. What `make grade` has run for the same bytes is not run again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import pytest

from docs.tutorial import linked
from grader.box.levels import best_level
from grader.nouns.judged import PartResult, Results, SubmissionResult
from grader.pipeline import Order, grade
from grader.progress import Silent

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = ("ada", "bo", "cleo", "dev", "eli", "fay", "gus", "hana", "ivo", "june")
Points = float


@dataclass(frozen=True)
class Samples:
    """The ten sample hand-ins of an assignment."""

    assignment: str
    out: Path
    parts: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return ROOT / "submissions" / self.assignment

    @cached_property
    def results(self) -> Results:
        """What grading all of them gives."""
        known = ROOT / "out" / self.assignment / "observations"
        if known.is_dir():
            shutil.copytree(known, self.out / "observations", copy_function=linked)
        order = Order(
            submissions=ROOT / "submissions",
            rubric=ROOT / "rubrics" / f"{self.assignment}.yaml",
            out=self.out,
            level=best_level(),
            workers=2,
            parts=self.parts,
        )
        return grade(order, Silent())

    def of(self, student: str) -> SubmissionResult:
        """The result of one student."""
        return next(result for result in self.results.submissions if result.id == student)

    def part(self, student: str, part_id: str) -> PartResult:
        """One part of one student."""
        return next(part for part in self.of(student).parts if part.id == part_id)

    def line_of(self, path: str, text: str) -> int:
        """The first line of a student's file that holds a text, from 1."""
        lines = (self.folder / path).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.slow
class Promises:
    """What holds of the samples of every assignment. A fixture `samples` gives them graded."""

    FULL: ClassVar[Mapping[str, Points]]  # what the machine can give, by part
    WITH_WRITTEN: ClassVar[frozenset[str]]  # parts that wait for a person even where the machine is content
    FAULTS: ClassVar[Mapping[str, Mapping[str, tuple[str, Points]]]]  # student -> part -> verdict, points; else right
    SCORES: ClassVar[Mapping[str, tuple[Points, Points]]]  # student -> score, points that wait
    MISTAKES: ClassVar[Mapping[tuple[str, str], tuple[str, ...]]]  # student, part -> what it is consistent with
    HINTS: ClassVar[Mapping[tuple[str, str], str]]
    REASONS: ClassVar[Sequence[tuple[str, str, str]]]  # student, part, words in its reason
    FINDINGS: ClassVar[Sequence[tuple[str, str]]]  # student, how it was read

    def test_there_are_ten(self, samples: Samples) -> None:
        assert tuple(sorted(path.name for path in samples.folder.iterdir())) == STUDENTS

    def test_every_one_is_graded_and_none_by_accident(self, samples: Samples) -> None:
        errors = {result.id: result.error for result in samples.results.submissions}

        assert errors == dict.fromkeys(STUDENTS, "")

    @pytest.mark.parametrize("student", STUDENTS)
    def test_verdict_and_points_of_every_part(self, samples: Samples, student: str) -> None:
        seen = {part.id: (part.verdict, part.score) for part in samples.of(student).parts if part.id in self.FULL}

        right = {
            part: ("pending" if part in self.WITH_WRITTEN else "passed", points) for part, points in self.FULL.items()
        }
        assert seen == {**right, **self.FAULTS[student]}

    def test_score_and_points_that_wait(self, samples: Samples) -> None:
        assert {each.id: (each.score, each.pending) for each in samples.results.submissions} == self.SCORES

    def test_mistakes_are_named_where_they_are_made_and_nowhere_else(self, samples: Samples) -> None:
        parts = [(result.id, part) for result in samples.results.submissions for part in result.parts]

        assert {(student, part.id): part.mistakes for student, part in parts if part.mistakes} == self.MISTAKES

    def test_a_named_mistake_comes_with_its_hint(self, samples: Samples) -> None:
        assert {place: samples.part(*place).hint for place in self.HINTS} == self.HINTS

    def test_a_part_without_its_points_says_why(self, samples: Samples) -> None:
        said = [(student, part, words, samples.part(student, part).reason) for student, part, words in self.REASONS]
        unsaid = [each for each in said if each[2] not in each[3]]

        assert unsaid == []

    def test_findings_say_how_a_sample_was_read(self, samples: Samples) -> None:
        missing = [(who, what) for who, what in self.FINDINGS if what not in samples.of(who).findings]

        assert missing == []
