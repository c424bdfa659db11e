"""The trusted side of one assignment: rubric, reference and known mistakes with what they compute.

The reference and its edits run in slots of their own, through the same probes as the submissions, and only when what
they give is not known yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader.authoring import Edit, Mistake, Variant
from grader.errors import HarnessError, Message
from grader.nouns.asked import Handout, Part, Rubric
from grader.nouns.seen import Observation, Run
from grader.observer import HandIn, Observations, Observer
from grader.runs import runs_of
from grader.smallest import small_runs

Cases = Mapping[str, Observation]  # case -> what the probe gave


@dataclass
class Course:
    """One assignment, its reference observed. `observer` serves the staff's files only."""

    rubric: Rubric
    handout: Handout
    mistakes: Mapping[str, Mistake]
    variants: Mapping[str, Variant]
    files: Mapping[str, bytes]
    observer: Observer
    _known: dict[tuple[str, str], Cases] = field(default_factory=dict)  # (mistake, part)
    _small: dict[str, Cases] = field(default_factory=dict)  # part

    @cached_property
    def sha256(self) -> str:
        """A hash of the rubric and of every file of the reference folder."""
        folder = Path(self.rubric.folder)
        whole = hashlib.sha256(self.rubric.sha256.encode())
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            whole.update(
                path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
            )
        return whole.hexdigest()

    @cached_property
    def reference(self) -> Mapping[str, Cases]:
        """part -> case -> what the reference gives.

        Raises: HarnessError if the box breaks on it. A case that it cannot answer is `broken` for everybody, not here.
        """
        wanted = [(hand_in("reference", self.files), runs_of(self.rubric))]
        (observed,) = self.observer.each(wanted)  # to its end: a generator left early would close the slot
        for (part, case), observation in observed.observations.items():
            if observation.ended == "broken":
                raise HarnessError(_no_reference(part, case, observation))
        return by_part(observed.observations)

    def small(self, part: Part) -> Cases:
        """What the reference gives on the small inputs of a part; a case that broke says nothing of anybody."""
        if part.id not in self._small:
            wanted = [(hand_in("reference", self.files), small_runs(self.rubric, part))]
            (observed,) = self.observer.each(wanted)
            self._small[part.id] = by_part(observed.observations).get(part.id, {})
        return self._small[part.id]

    def known(self, part: Part) -> dict[str, Cases]:
        """For each mistake that loses points of this part: what it gives there. Runs those not seen yet."""
        names = [name for name in part.mistakes if name in self.mistakes]
        self.learn((name, part) for name in names)
        return {name: self._known[name, part.id] for name in names}

    def learn(self, wanted: Iterable[tuple[str, Part]]) -> None:
        """Runs the given mistakes on the given parts, unless that was done before."""
        parts: dict[str, set[str]] = {}
        for name, part in wanted:
            if (name, part.id) not in self._known and part.probe:
                parts.setdefault(name, set()).add(part.id)
            elif not part.probe:
                self._known[name, part.id] = {}
        for observed in self.observer.each(self._edited(parts)):
            self.remember(observed.hand_in.key, parts[observed.hand_in.key], observed.observations)

    def remember(self, name: str, parts: Iterable[str], observations: Observations) -> None:
        """Notes what a mistake gives on these parts."""
        cases = by_part(observations)
        self._known.update({(name, part_id): cases.get(part_id, {}) for part_id in parts})

    def _edited(self, parts: Mapping[str, Collection[str]]) -> Iterator[tuple[HandIn, tuple[Run, ...]]]:
        for name, ids in parts.items():
            yield self.edited(name, self.mistakes[name].edits), runs_of(self.rubric, ids)

    def edited(self, name: str, edits: tuple[Edit, ...]) -> HandIn:
        """The reference with edits, as a hand-in of that name."""
        from grader.rubric.versions import edited

        return hand_in(name, edited(self.files, edits, name))


def open_course(rubric: Rubric, make_observer: Callable[[Handout], Observer]) -> Course:
    """The course of a rubric; nothing is run yet.

    Raises: RubricError if the reference folder does not fit the rubric.
    """
    from grader.rubric.handout import handout_of
    from grader.rubric.versions import mistakes_of, reference_files, variants_of

    handout = handout_of(rubric)
    return Course(
        rubric=rubric,
        handout=handout,
        mistakes=mistakes_of(rubric),
        variants=variants_of(rubric),
        files=reference_files(rubric),
        observer=make_observer(handout),
    )


def hand_in(key: str, files: Mapping[str, bytes]) -> HandIn:
    """Files as a hand-in, with the hash that the store knows them by."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{len(path)}:{path}:{len(files[path])}:".encode() + files[path])
    return HandIn(key, digest.hexdigest(), files)


def by_part(observations: Mapping[tuple[str, str], Observation]) -> dict[str, dict[str, Observation]]:
    """(part, case) -> observation, as part -> case -> observation."""
    parts: dict[str, dict[str, Observation]] = {}
    for (part, case), observation in observations.items():
        parts.setdefault(part, {})[case] = observation
    return parts


def _no_reference(part: str, case: str, observation: Observation) -> Message:
    return Message(
        place=f"reference: part {part}, case {case}",
        fact=f"the reference gave no answer: {observation.reason}",
        code="E-REFERENCE",
        help="run `grade doctor`; if the box is well, run `grade prove` on this rubric",
    )
