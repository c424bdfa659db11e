"""`grade check` on the sample hand-ins, beside what the box saw of the same public cases and what grade said of them.

A sample is put over an unpacked student kit, as if its student had worked in it.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.box.store import Store
from grader.course import by_part
from grader.home.checker import Checker
from grader.home.folder import Home, read_home
from grader.intake import list_submissions, read_submission
from grader.judge.part import judge_part
from grader.judge.reading import handed_in
from grader.kit_line import CHECKS, KIT_FILE
from grader.nouns.asked import Part
from grader.nouns.checked import Checked
from grader.nouns.judged import CheckResult, PartResult
from grader.nouns.seen import Observation, Submission
from grader.observer import HandIn, Observer
from grader.opener import Opener
from grader.quoting import quoted
from grader.rubric.handout import handout_of
from grader.rubric.load import load_rubric
from grader.runs import runs_of
from grader.varied import case_of
from tests.submissions.samples import ROOT, STUDENTS, Samples

HURRIED_S = 1.0  # for parts that never end anyway


@dataclass
class Homework:
    """The samples of one assignment, each in a kit."""

    samples: Samples
    kit: Path
    folder: Path

    @cached_property
    def submissions(self) -> Mapping[str, Submission]:
        """What `grade` collects of every sample."""
        store = Store(self.samples.out / "observations")
        with Opener(best_level(), store, shows=False) as opener:
            entries = list_submissions(ROOT / "submissions", self.samples.assignment)
            return {entry.id: read_submission(entry, opener.open) for entry in entries}

    @cached_property
    def seen(self) -> Mapping[str, Mapping[str, Mapping[str, Observation]]]:
        """Student -> part -> case -> what the box saw when the samples were graded."""
        rubric = load_rubric(ROOT / "rubrics" / f"{self.samples.assignment}.yaml")
        assert self.samples.results.submissions
        runs = runs_of(rubric, self.samples.parts)
        wanted = [(HandIn(each.id, each.sha256, each.files), runs) for each in self.submissions.values()]
        store = Store(self.samples.out / "observations")
        with Observer(handout_of(rubric), level=best_level(), workers=1, store=store) as observer:
            return {each.hand_in.key: by_part(each.observations) for each in observer.each(wanted)}

    @cached_property
    def checker(self) -> Checker:
        """Checks the one homework folder, in which every student works in turn; torch is loaded once."""
        with zipfile.ZipFile(self.kit) as archive:
            archive.extractall(self.folder)
        return Checker(read_home(self.folder / self.samples.assignment))

    def checked(self, student: str) -> Checked:
        """What `grade check` says of this student's files."""
        homework, files = self.checker.home.folder, self.submissions[student].files
        for path in homework.iterdir():  # the starter, and what the one before has left
            if path.name not in (CHECKS, KIT_FILE):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path, content in files.items():
            target = homework / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        home = read_home(homework)
        endless = {part.id for part in self.samples.of(student).parts if part.verdict == "stopped"}
        parts = tuple(_hurried(part) if part.id in endless else part for part in home.rubric.parts)
        self.checker.home = replace(home, rubric=replace(home.rubric, parts=parts))
        return self.checker.check()

    def in_the_box(self, home: Home, student: str, part: Part) -> PartResult:
        """The public checks of a part, judged on what the box saw."""
        files = self.submissions[student].files
        expected = {case: seen for (name, case), seen in home.expected.items() if name == part.id}
        public = {case.name for case in part.cases}
        seen = self.seen[student].get(part.id, {})
        got = {case: quoted(each, files) for case, each in seen.items() if case_of(case) in public}
        return judge_part(part, home.rubric, expected, {**got, **handed_in(part, files)}, {}, {})


def _hurried(part: Part) -> Part:
    return replace(part, limits=replace(part.limits, wall_s=HURRIED_S))


def told(results: Sequence[CheckResult]) -> list[tuple[str, str, str]]:
    """Check, verdict and reason; a limit is told as it was met, which is another one at home."""
    return [(each.id, each.verdict, "" if each.verdict == "stopped" else each.reason) for each in results]


@pytest.mark.slow
class SaidAtHome:
    """What `check` says of a public check is what `grade` says. A fixture `homework` gives the samples in kits."""

    @pytest.mark.parametrize("student", STUDENTS)
    def test_check_says_of_a_public_check_what_grade_says(self, homework: Homework, student: str) -> None:
        at_home = {each.result.id: each.result for each in homework.checked(student).parts}
        for part in homework.checker.home.rubric.parts:
            if part.cases and part.id in {each.id for each in homework.samples.of(student).parts}:
                in_the_box = homework.in_the_box(homework.checker.home, student, part)
                assert told(at_home[part.id].checks) == told(in_the_box.checks), part.id
                self._no_promise_is_broken(homework, student, part, at_home[part.id])

    def _no_promise_is_broken(self, homework: Homework, student: str, part: Part, at_home: PartResult) -> None:
        """What is wrong at home is wrong when graded; what is right at home can only be wrong in a hidden case."""
        graded = {each.id: each for each in homework.samples.part(student, part.id).checks}
        public = {case.name for case in part.cases}
        for check in at_home.checks:
            if check.verdict == "passed":
                assert graded[check.id].verdict == "passed" or graded[check.id].case not in public, check.id
            elif check.verdict != "pending":
                assert graded[check.id].verdict != "passed", check.id
