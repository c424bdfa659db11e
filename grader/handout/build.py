"""Builds the kit of a rubric: its files, and an account of what went in and what was left out.

The reference, the known mistakes and the starter itself run in the box beside nothing but what the kit holds, so that a
kit that lacks a file, or has a starter that counts as work, is never handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from grader.authoring import Mistake
from grader.course import Cases, by_part, hand_in
from grader.errors import HarnessError, Message, RubricError
from grader.fingerprints import KnownMistake, known_json
from grader.frozen import Frozen, frozen_bytes
from grader.handout.files import StarterFiles, check_files, starter_files, written_in
from grader.handout.known import known_of
from grader.handout.parcel import STARTER_HASHES, starter_hashes
from grader.handout.public import public_yaml
from grader.handout.readme import readme
from grader.handout.starter import place_of
from grader.kit_line import CHECKS, KIT_FILE, README
from grader.nouns.asked import Handout, Part, Rubric
from grader.nouns.seen import Observation, Run
from grader.observer import Observer
from grader.rubric.handout import handout_of
from grader.rubric.load import load_rubric
from grader.rubric.versions import edited, mistakes_of, reference_files
from grader.runs import runs_of
from grader.smallest import small_runs

EXPECTED: Final = f"{CHECKS}/expected.safetensors"
KNOWN: Final = f"{CHECKS}/known.json"

Heard = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kit:
    """What students get: path below the homework folder -> content; `public` is its rubric.

    `small_inputs`: how many the reference answered. `known`: part -> what is told of its mistakes.
    `mistakes_left_out`: (part, mistake) -> why one that is marked public is not told.
    """

    public: Rubric
    files: Mapping[str, bytes]
    starters: StarterFiles
    small_inputs: int
    known: Mapping[str, tuple[KnownMistake, ...]]
    mistakes_left_out: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plain:
    """What of a kit is known before anything is run; `handout` is what runs beside a hand-in that uses it."""

    public: Rubric
    handout: Handout
    starters: StarterFiles
    files: Mapping[str, bytes]


def build_kit(rubric: Rubric, make_observer: Callable[[Handout], Observer], heard: Heard = lambda name: None) -> Kit:
    """The student kit of a rubric.

    Raises: RubricError if answers, files or mistakes do not fit together; HarnessError if the box breaks.
    """
    plain = plain_kit(rubric)
    solved = reference_files(rubric)
    with make_observer(plain.handout) as observer:
        expected = _expected(plain.public, observer, solved)
        heard("reference")
        _check_starter(rubric, plain.starters, observer)
        heard("starter")
        known, left_out = _known(rubric, plain.public, by_part(expected), observer, solved, heard)
    files = {**plain.files, EXPECTED: frozen_bytes(expected), KNOWN: known_json(known)}
    small = sum(len(small_runs(plain.public, part)) for part in plain.public.parts)
    return Kit(plain.public, files, plain.starters, small, known, left_out)


def plain_kit(rubric: Rubric) -> Plain:
    """All of a kit but what the reference and its mistakes give.

    Raises: RubricError if marks, files or the public rubric are not right.
    """
    starters = starter_files(rubric)
    files = {**check_files(rubric), KIT_FILE: public_yaml(rubric).encode()}
    with TemporaryDirectory() as folder:
        public = _loaded(Path(folder), files)
        handout = handout_of(public)
    told = {
        README: readme(public, written_in(starters)).encode(),
        STARTER_HASHES: starter_hashes(starters.files),
    }
    return Plain(public, handout, starters, {**starters.files, **files, **told})


def _loaded(folder: Path, files: Mapping[str, bytes]) -> Rubric:
    """The public rubric as students will load it."""
    (folder / CHECKS).mkdir()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    try:
        return load_rubric(folder / KIT_FILE)
    except RubricError as error:
        told = (replace(each, place=each.place.replace(f"{folder}/", "kit: ")) for each in error.messages)
        raise RubricError(*told) from None


def _observed(observer: Observer, key: str, files: Mapping[str, bytes], runs: tuple[Run, ...]) -> Frozen:
    (observed,) = observer.each([(hand_in(key, files), runs)])
    for (part, case), seen in observed.observations.items():
        if seen.ended == "broken":
            raise HarnessError(_no_answer(key, part, case, seen, "E-REFERENCE"))
    return observed.observations


def _expected(public: Rubric, observer: Observer, solved: Mapping[str, bytes]) -> Frozen:
    runs = [*runs_of(public), *(run for part in public.parts for run in small_runs(public, part))]
    expected = _observed(observer, "reference", solved, tuple(runs))
    raising = {
        (part.id, case)
        for part in public.parts
        for check in part.checks
        for each in (check, *check.subchecks)
        for case in each.cases
        if each.kind == "raises"
    }
    silent = [
        _no_answer("reference", part, case, seen, "E-HANDOUT")
        for (part, case), seen in expected.items()
        if seen.ended != "answered" and (part, case) not in raising
    ]
    if silent:
        raise RubricError(*silent)
    return expected


def _no_answer(key: str, part: str, case: str, seen: Observation, code: str) -> Message:
    told = f"{seen.fault.type}: {seen.fault.message}" if seen.fault else seen.reason
    return Message(
        place=f"{key}: part {part}, case {case}",
        fact=f"with what the kit holds, there is no answer: {told}",
        code=code,
        allowed="every file that the probe of a public case reads, in the kit",
        help="name its data under handout.files, as in 'checks/data/words.txt: data/words.txt'",
        label="needed",
    )


# --- the starter ----------------------------------------------------------------------------------------------------


def _check_starter(rubric: Rubric, starters: StarterFiles, observer: Observer) -> None:
    """Everything that students write is there in the starter, and counts as not yet written."""
    runs = {
        (part.id, filled): replace(run, case=f"{number}", fills=(filled,), apart=False)
        for part in rubric.parts
        for run in runs_of(rubric, [part.id])[:1]
        for number, filled in enumerate(part.fills)
    }
    if not runs:
        return
    seen = _observed(observer, "starter", starters.files, tuple(runs.values()))
    faults = [
        _written_already(rubric, filled, starters, seen[part, run.case])
        for (part, filled), run in runs.items()
        if seen[part, run.case].ended != "untouched"
    ]
    if faults:
        raise RubricError(*faults)


def _written_already(rubric: Rubric, filled: str, starters: StarterFiles, seen: Observation) -> Message:
    unit = max((unit.name for unit in rubric.units if filled.startswith(unit.name + ".")), key=len, default="")
    texts = {path: content.decode("utf-8", "replace") for path, content in starters.files.items() if path[-3:] == ".py"}
    ended = "it is not there" if seen.ended == "missing" else f"it is run, and has {seen.ended}"
    return Message(
        place=f"starter: {place_of(filled, unit, texts)}",
        fact=f"'{filled}' does not count as not yet written: {ended}",
        code="E-HANDOUT",
        allowed="a function of which nothing that computes is left outside ### BEGIN ANSWER and ### END ANSWER",
        help="take loops, calls and sums into the answer, and give what stays plain assignments",
    )


# --- mistakes -------------------------------------------------------------------------------------------------------


def _known(
    rubric: Rubric,
    public: Rubric,
    expected: Mapping[str, Cases],
    observer: Observer,
    solved: Mapping[str, bytes],
    heard: Heard,
) -> tuple[dict[str, tuple[KnownMistake, ...]], dict[tuple[str, str], str]]:
    mistakes = mistakes_of(rubric)
    promised = {part.id: [name for name in part.mistakes if name in mistakes] for part in rubric.parts}
    parts = [part for part in public.parts if _is_told(part, promised[part.id], mistakes)]
    seen = _mistakes_seen(parts, promised, public, mistakes, observer, solved, heard)
    known: dict[str, tuple[KnownMistake, ...]] = {}
    left_out: dict[tuple[str, str], str] = {}
    for part in parts:
        got = {name: seen[name].get(part.id, {}) for name in promised[part.id]}
        told = known_of(part, public, expected.get(part.id, {}), mistakes, got)
        known[part.id] = told.known
        left_out |= {(part.id, name): reason for name, reason in told.left_out.items()}
    return {part: told for part, told in known.items() if told}, left_out


def _is_told(part: Part, names: Iterable[str], mistakes: Mapping[str, Mistake]) -> bool:
    return bool(part.cases) and not part.costly and any(mistakes[name].public for name in names)


def _mistakes_seen(
    parts: Iterable[Part],
    promised: Mapping[str, Iterable[str]],
    public: Rubric,
    mistakes: Mapping[str, Mistake],
    observer: Observer,
    solved: Mapping[str, bytes],
    heard: Heard,
) -> dict[str, Mapping[str, Cases]]:
    """Mistake -> part -> case -> what it gives on the public cases, of every mistake of these parts."""
    in_parts: dict[str, list[str]] = {}
    for part in parts:
        for name in promised[part.id]:
            in_parts.setdefault(name, []).append(part.id)
    wanted = (
        (hand_in(name, edited(solved, mistakes[name].edits, name)), runs_of(public, ids))
        for name, ids in in_parts.items()
    )
    seen: dict[str, Mapping[str, Cases]] = {}
    for observed in observer.each(wanted):
        heard(observed.hand_in.key)
        broken = next((each for each in observed.observations.items() if each[1].ended == "broken"), None)
        if broken:
            ((part_id, case), ended) = broken
            raise HarnessError(_no_answer(observed.hand_in.key, part_id, case, ended, "E-REFERENCE"))
        seen[observed.hand_in.key] = by_part(observed.observations)
    return seen
