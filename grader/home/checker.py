"""Homework files -> observations -> the judge that grades -> one record: what `grade check` knows.

A checker keeps its child and what it has found: a second round runs only the parts that are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from grader.errors import Message, UsageError
from grader.home.affected import affected
from grader.home.files import homework
from grader.home.folder import Home
from grader.home.places import outputs_of, place_of
from grader.home.session import FORKS, Session
from grader.home.states import placed, to_mend_first
from grader.nouns.asked import Case, Part
from grader.nouns.checked import Checked, PartChecked
from grader.nouns.judged import PartResult
from grader.nouns.seen import Observation, Run
from grader.quoting import quoted
from grader.runs import runs_of

if TYPE_CHECKING:
    from grader.intake.rules import Gathering

UNFINISHED: Final = ("failed", "stopped", "not started", "waiting")
SEARCH_S: Final = 3.0  # for the smallest input that fails
FILE: Final = "file "  # how a note on a chosen file begins: "file nmt_model: student/nmt_model.py (of several ...)"


class Checker:
    """Runs the public checks of a student kit. `notify` is told what happens now; `forks` as for `Session`."""

    def __init__(self, home: Home, *, notify: Callable[[str], None] | None = None, forks: bool = FORKS) -> None:
        self.home = home
        self._notify = notify or (lambda text: None)
        self._session = Session(home.handout, forks=forks, on_case=self._on_case)
        self._titles = {part.id: part.title for part in home.rubric.parts}
        self._results: dict[str, PartResult] = {}
        self._notes: dict[str, tuple[str, ...]] = {}  # part -> what its cases noted
        self._files: Mapping[str, bytes] = {}

    def __enter__(self) -> Checker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child process."""
        self._session.close()

    def check(self, parts: Sequence[str] = ()) -> Checked:
        """Checks these parts of what lies in the folder now, or all; of the others it tells what was found before.

        Raises: UsageError if a part is not in the rubric, or if torch cannot be loaded.
        """
        from grader.judge.voids import with_voids

        started = time.monotonic()
        asked = [part for part in self.home.rubric.parts if not parts or part.id in parts]
        self._refuse_unknown(parts)
        gathering = self._gathered()
        self._files = gathering.files
        observed = self._observed(asked)
        read = {part.id: self._read(part) for part in self.home.rubric.parts}
        for part in asked:
            self._judge(part, {**observed.get(part.id, {}), **read[part.id]})
        results = with_voids(self.home.rubric, list(self._results.values()))
        by_id = {result.id: result for result in results}
        placed_parts = placed(self.home.rubric.parts, by_id, read, list(self._files))
        placed_parts = tuple(map(self._with_place, placed_parts))
        first = to_mend_first(placed_parts)
        shown = {first, *parts}  # parts of which more is told than a line
        placed_parts = tuple(self._with_smallest(each) if each.result.id in shown else each for each in placed_parts)
        rubric = self.home.rubric
        return Checked(
            assignment=rubric.assignment,
            title=rubric.title,
            folder=str(self.home.folder),
            parts=placed_parts,
            first=first,
            looks_at=rubric.points,
            of=rubric.of or rubric.points,
            seconds=time.monotonic() - started,
            notes=self._told(gathering),
        )

    def parts_of(self, path: Path) -> tuple[str, ...] | None:
        """The parts that a change of this file can affect, as far as the last check tells; None: any of them."""
        try:
            changed = path.absolute().relative_to(self.home.folder.absolute()).as_posix()
        except ValueError:
            return ()
        if not path.is_file():
            return None
        asked: dict[str, set[str]] = {}
        for (part, _), units in self._session.asked.items():
            asked.setdefault(part, set()).update(units)
        return affected(self.home.rubric, changed, self._files, self._chosen(), asked)

    # --- one round ---

    def _gathered(self) -> Gathering:
        from grader.intake.manifest import leave_out_kits

        try:
            gathering = homework(self.home.folder)
        except OSError as error:
            raise UsageError(_unreadable(self.home.folder, error)) from error
        leave_out_kits(gathering)
        return gathering

    def _observed(self, asked: Sequence[Part]) -> dict[str, dict[str, Observation]]:
        ids = [part.id for part in asked if part.probe]
        runs = runs_of(self.home.rubric, ids) if ids else ()
        if not runs:
            return {}
        if not self._session.is_started:
            self._notify("torch is loaded")
        found: dict[str, dict[str, Observation]] = {}
        for (part, case), seen in self._observe(runs).items():
            found.setdefault(part, {})[case] = seen
        return found

    def _observe(self, runs: Sequence[Run]) -> dict[tuple[str, str], Observation]:
        seen = self._session.observe(self._files, runs)
        return {key: quoted(each, self._files) for key, each in seen.items()}

    def _read(self, part: Part) -> dict[str, Observation]:
        from grader.judge.answers import read_answers
        from grader.judge.reading import handed_in

        read = handed_in(part, self._files, (), list(self._titles))
        if part.source == "person" and "answers" not in read:
            read["answers"] = read_answers(self._files, part.id, (), list(self._titles))
        return read

    def _judge(self, part: Part, got: Mapping[str, Observation]) -> None:
        from grader.fingerprints import hint_for
        from grader.judge.part import judge_part

        expected = self._expected(part)
        result = judge_part(part, self.home.rubric, expected, got, {}, {})
        hint = hint_for(part, self.home.rubric, expected, got, self.home.known.get(part.id, ()))
        self._results[part.id] = replace(result, hint=hint)
        self._notes[part.id] = tuple(note for seen in got.values() for note in seen.notes)

    def _expected(self, part: Part) -> dict[str, Observation]:
        return {case: seen for (name, case), seen in self.home.expected.items() if name == part.id}

    def _with_place(self, checked: PartChecked) -> PartChecked:
        """A part that is not right, with where its answer stands, and what it is to give if it raised."""
        part = next(part for part in self.home.rubric.parts if part.id == checked.result.id)
        crashed = next((check.case for check in checked.result.checks if check.verdict == "crashed"), "")
        return replace(
            checked,
            place=place_of(part, self._chosen(), self._files) if checked.state in UNFINISHED else "",
            asked=outputs_of(part, crashed, self._expected(part)) if checked.state == "crashed" else "",
        )

    def _with_smallest(self, checked: PartChecked) -> PartChecked:
        """A part that is wrong and waits for no other, with the smallest input on which it is wrong."""
        part = next(part for part in self.home.rubric.parts if part.id == checked.result.id)
        if part.smallest is None or checked.result.smallest or checked.state not in ("failed", "crashed"):
            return checked
        from grader.judge.smallest import fails_on, smallest_failing
        from grader.smallest import small_runs

        seen = self._observe(small_runs(self.home.rubric, part))
        expected = self._expected(part)

        def fails(case: Case) -> bool | None:
            """Whether the homework is wrong on a small input; None if that is not known."""
            key = (part.id, case.name)
            return fails_on(part, case, self.home.rubric, expected.get(case.name), seen.get(key))

        smallest = smallest_failing(part, fails, SEARCH_S)
        self._results[part.id] = replace(self._results[part.id], smallest=smallest)
        return replace(checked, result=replace(checked.result, smallest=smallest))

    def _on_case(self, part: str, case: str) -> None:
        self._notify(f"{part} {self._titles.get(part, '')}".strip())

    # --- what is known of files ---

    def _chosen(self) -> dict[str, str]:
        """Unit -> the file that it was found in."""
        chosen: dict[str, str] = {}
        for note in (note for notes in self._notes.values() for note in notes if note.startswith(FILE)):
            unit, _, place = note.removeprefix(FILE).partition(": ")
            chosen.setdefault(unit, place.partition(" (of several")[0])
        return chosen

    def _told(self, gathering: Gathering) -> tuple[str, ...]:
        notes = dict.fromkeys(note for notes in self._notes.values() for note in notes)
        return (*(f"left out: {line}" for line in gathering.left_out), *gathering.warnings, *notes)

    def _refuse_unknown(self, parts: Sequence[str]) -> None:
        for part in parts:
            if part not in self._titles:
                known = ", ".join(self._titles)
                raise UsageError(Message(self.home.rubric.assignment, f"there is no part '{part}'", "E-PART", known))


def _unreadable(folder: Path, error: OSError) -> Message:
    return Message(
        str(folder), f"cannot be read: {error.strerror}", "E-FILE", "a folder that you may read", "mend its rights"
    )
