"""Turns what was seen of one submission into its result: every part judged, pictures kept, findings collected."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from grader.course import Cases, Course, by_part
from grader.kept.folder import write_whole
from grader.nouns.asked import Edition, Part
from grader.nouns.judged import PartResult, SubmissionResult, TrainingLog
from grader.nouns.plain import Array, Level
from grader.nouns.seen import Document, Observation, Submission
from grader.observer import Observed
from grader.pictures import arrays_of, with_pictures
from grader.quoting import quoted
from grader.versions import versions

NOTE_REPAIR = "repair "
PASTED = "handed_in"  # the case of pictures that were handed in for a part
MOST_NOTES = 200  # of one submission; notes come out of the jail, and so may be forged without end
PACKAGE = Path(__file__).resolve().parent
PRESENTING = frozenset({"codes", "commands", "report"})  # rooms that show results and change none


@dataclass
class Marker:
    """Marks the submissions of one class; keeps the reference's arrays that any page shows."""

    course: Course
    parts: tuple[Part, ...]
    level: Level
    arrays_folder: Path
    offered: frozenset[str] = frozenset({"shared_memory"})  # what this machine offers at this level
    _judged: bool = False

    def name_of(self, submission: Submission) -> str:
        """Names everything that a result rests on: the files, the course, the versions, and our own rules."""
        told = [submission.sha256, submission.id, *submission.left_out, "", *submission.warnings, ""]
        told += [
            self.course.sha256,
            self.level,
            *(part.id for part in self.parts),
            *sorted(map(str, versions().items())),
        ]
        return hashlib.sha256("\n".join([*told, rules_sha256()]).encode("utf-8", "surrogatepass")).hexdigest()

    def mark(
        self,
        submission: Submission,
        observed: Observed,
        rounds: Mapping[str, Sequence[Cases]] = MappingProxyType({}),
        documents: Sequence[Document] = (),
        events: Observation | None = None,
    ) -> SubmissionResult:
        """The result of one submission.

        `rounds`: what a part gave when it was run again, for the parts that answer otherwise each time.
        `documents`: what people read of it. `events`: the scalars of its event files of TensorBoard.
        Raises: HarnessError if the reference itself does not answer.
        """
        self._judged = True
        from grader.judge.policy import advice_remarks
        from grader.judge.reading import handed_in
        from grader.judge.voids import with_voids

        told = {name: quoted(each, submission.files) for name, each in observed.observations.items()}
        seen = by_part(told)
        edition = _edition(self.course.rubric.editions, submission.files)
        arrays: dict[str, Array] = {}
        judged: list[PartResult] = []
        for part in self.parts:
            read = handed_in(part, submission.files, documents, [each.id for each in self.course.rubric.parts])
            read |= _pasted(part, documents, read, seen.get(part.id, {}))
            tried = [{**cases, **read} for cases in (seen.get(part.id, {}), *rounds.get(part.id, ()))]
            result, yours = self._settled(part, tried, known_apply=edition is None or edition.current)
            remarks = advice_remarks(part.advice, submission.files) + self._claims(part, tried[0], submission.files)
            result = replace(result, remarks=result.remarks + remarks)
            arrays.update(yours)
            judged.append(result)
        parts = with_voids(self.course.rubric, judged)
        notes = _notes(observed.observations)
        training, curves = _training(self.course.rubric.logs, submission.files, events)
        arrays.update(curves)
        whole = self._total(submission, observed, parts, _findings(submission, notes, edition), notes, arrays)
        whole = replace(whole, training=training)
        return self._with_documents(whole, documents) if documents else whole

    def _with_documents(self, result: SubmissionResult, documents: Sequence[Document]) -> SubmissionResult:
        from grader.kept.documents import keep

        shown = tuple(keep(self.arrays_folder.parent, document) for document in documents)
        is_whole = not any(document.ours for document in documents)
        return replace(result, documents=shown, mark=result.mark if is_whole else "")  # without a mark: tried again

    def keep_expected(self) -> None:
        """Writes what the reference gave, for the pages; nothing if no submission had to be judged."""
        if self._judged:
            write_arrays(self.arrays_folder / "expected.safetensors", arrays_of(self.course.reference))

    def _settled(
        self, part: Part, rounds: Sequence[Cases], *, known_apply: bool
    ) -> tuple[PartResult, dict[str, Array]]:
        """The result of a part; of one that was run again, what the rubric says about unstable ones."""
        lacking = sorted(set(part.needs) - self.offered)
        if lacking:
            from grader.judge.part import not_run

            read = rounds[0].get("answers")
            return not_run(part, read.texts.get("answer", "") if read else "", lacking, self.level), {}
        results = [self._part(part, got, known_apply=known_apply) for got in rounds]
        if len(results) == 1:
            return results[0]
        from grader.judge.tolerance import Tolerance
        from grader.judge.unstable import answers, for_a_person, most_frequent, told

        rubric = self.course.rubric
        seen = told(answers(rounds, Tolerance(rubric.rtol, rubric.atol)), len(rounds))
        result, arrays = results[most_frequent([result for result, _ in results])]
        result = result if rubric.unstable == "most" else for_a_person(result)
        return replace(result, unstable=seen), arrays

    def _part(self, part: Part, got: Cases, *, known_apply: bool) -> tuple[PartResult, dict[str, Array]]:
        from grader.judge.mistakes import needs_known
        from grader.judge.part import judge_part

        expected = self.course.reference.get(part.id, {})
        asked = known_apply and part.probe and not part.costly
        wanted = asked and needs_known(part, self.course.rubric, expected, got)
        known = self.course.known(part) if wanted else {}
        hints = {name: mistake.hint for name, mistake in self.course.mistakes.items()}
        result = judge_part(part, self.course.rubric, expected, got, known, hints)
        result = replace(result, mistake_diff="\n".join(map(self._diff, result.mistakes)))
        if PASTED in got:
            from grader.judge.pasted import for_a_person, is_drawn

            result = result if is_drawn(got) else for_a_person(result)
        return with_pictures(part, result, expected, got)

    def _claims(self, part: Part, got: Cases, files: Mapping[str, bytes]) -> tuple[str, ...]:
        from grader.judge.claims import contradicted_claims
        from grader.judge.evidence import Evidence

        expected = self.course.reference.get(part.id, {})
        return contradicted_claims(Evidence(part, self.course.rubric, expected, got), files)

    def _diff(self, name: str) -> str:
        lines = [f"# {name}"]
        for edit in self.course.mistakes[name].edits:
            lines += [f"# {edit.file}", *(f"- {line}" for line in edit.was.splitlines())]
            lines += [f"+ {line}" for line in edit.now.splitlines()]
        return "\n".join(lines)

    def _total(
        self,
        submission: Submission,
        observed: Observed,
        parts: Sequence[PartResult],
        findings: tuple[str, ...],
        notes: Sequence[str],
        arrays: Mapping[str, Array],
    ) -> SubmissionResult:
        from grader.judge.score import total

        points = total(parts)
        repairs = self.course.rubric.repairs
        charged = {name: repairs[name] for name in _repairs(notes) if repairs.get(name)}
        findings += tuple(f"repair {name}: -{points:g} points" for name, points in charged.items())
        name = f"{submission.sha256[:16]}.safetensors" if arrays else ""
        if name:
            write_arrays(self.arrays_folder / name, arrays)
        return SubmissionResult(
            id=submission.id,
            sha256=submission.sha256,
            score=max(0.0, points.score - sum(charged.values())),
            max=points.max,
            pending=points.pending,
            seconds=sum(observation.usage.wall_s for observation in observed.observations.values()),
            cached=observed.cached,
            parts=tuple(parts),
            findings=findings,
            arrays=name,
            mark=self.name_of(submission),
        )


def _training(
    formats: Sequence[str], files: Mapping[str, bytes], events: Observation | None
) -> tuple[TrainingLog | None, dict[str, Array]]:
    """What the training logs say, where the course asks for them, and the arrays of their curves."""
    if not formats:
        return None, {}
    from grader.intake.events import event_files
    from grader.judge.logs.events import event_series
    from grader.judge.logs.together import training_log

    return training_log(files, formats, event_series(events, event_files(files)) if events is not None else ())


def _pasted(part: Part, documents: Sequence[Document], read: Cases, seen: Cases) -> dict[str, Observation]:
    """The pictures that were handed in for a part that asks for a figure."""
    if not (part.shows_figure and documents):
        return {}
    from grader.judge.pasted import is_drawn, pasted_pictures

    answer = read["answers"].texts.get("answer", "") if "answers" in read else ""
    pictures = pasted_pictures(part, documents, answer, drawn=is_drawn(seen))
    return {PASTED: pictures} if pictures else {}


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Keeps arrays for the report, by name; a file that is there already under a content hash is simply replaced."""
    import numpy as np
    from safetensors.numpy import save

    write_whole(path, save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def unread(entry_id: str, points: float, reason: str) -> SubmissionResult:
    """The result of a submission that could not be collected: nobody has lost a point, a person must look."""
    return SubmissionResult(
        id=entry_id, sha256="", score=0.0, max=points, pending=points, seconds=0.0, cached=False, error=reason
    )


@cache
def rules_sha256(package: Path = PACKAGE) -> str:
    """A hash of our own code that can change a result: what runs in the box, what reads, judges and marks."""
    files = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in PRESENTING]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def _edition(editions: Sequence[Edition], files: Mapping[str, bytes]) -> Edition | None:
    heads = [text[:2000] for path, text in files.items() if path.endswith(".py")]
    for edition in editions:
        if any(edition.header.encode() in head for head in heads):
            return edition
    return None


def _notes(observations: Mapping[tuple[str, str], Observation]) -> list[str]:
    notes = dict.fromkeys(note for seen in observations.values() for note in seen.notes)
    return list(notes)[:MOST_NOTES]


def _repairs(notes: Sequence[str]) -> list[str]:
    return [note.removeprefix(NOTE_REPAIR).split(":")[0] for note in notes if note.startswith(NOTE_REPAIR)]


def _findings(submission: Submission, notes: Sequence[str], edition: Edition | None) -> tuple[str, ...]:
    found = [f"left out: {line}" for line in submission.left_out] + list(submission.warnings) + list(notes)
    if edition is not None and not edition.current:
        found.insert(0, f"other edition: written for {edition.name}; known mistakes are not named")
    return tuple(found)
