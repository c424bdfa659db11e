"""The proof of a rubric: reference and variants keep everything, every mistake keeps what is written beside it.

    reference   -> full marks in every part that a machine judges
    nothing     -> an empty hand-in keeps 0
    variant     -> full marks
    mistake     -> in every part the points the rubric says, and its own name where it loses any that a leak elsewhere
                   has not voided
The tightest pass and the narrowest catch are told by their margin: a distance in units of the tolerance. What depends
on a training is tried under other seeds as well: `spread.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.course import Cases, Course, by_part, hand_in
from grader.errors import Message
from grader.nouns.asked import Part
from grader.nouns.judged import PartResult
from grader.nouns.plain import Place
from grader.observer import Observed, Wanted
from grader.runs import runs_of

if TYPE_CHECKING:
    from grader.spread import Spread

KINDS = ("reference", "nothing", "variant", "mistake")


@dataclass(frozen=True, slots=True)
class Tried:
    """One version of the reference and what it kept; `faults` are the places where that is not as written."""

    name: str
    kind: str  # one of KINDS
    kept: float
    named: bool
    results: tuple[PartResult, ...]
    faults: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """How far one check was inside (a pass) or outside (a catch) its tolerance, and by whom."""

    part: str
    check: str
    output: str
    case: str
    name: str
    margin: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What the rubric keeps of its promises."""

    assignment: str
    full: float
    tried: tuple[Tried, ...]
    passes: Mapping[tuple[str, str], Margin]  # (part, check) -> the pass nearest to the tolerance
    catches: Mapping[tuple[str, str], Margin]  # (part, check) -> the catch nearest to the tolerance
    spreads: tuple[Spread, ...] = ()  # of every perplexity

    @property
    def faults(self) -> tuple[Message, ...]:
        """Everything that is not as written; empty if the rubric is proved."""
        tried = [fault for tried in self.tried for fault in tried.faults]
        return (*tried, *(fault for spread in self.spreads for fault in spread.faults))

    def count(self, kind: str) -> tuple[int, int]:
        """How many of a kind are as written, and how many there are."""
        these = [tried for tried in self.tried if tried.kind == kind]
        return sum(not tried.faults for tried in these), len(these)


def prove(course: Course, parts: tuple[Part, ...], heard: Callable[[str], None] = lambda name: None) -> Proof:
    """Tries reference, variants and mistakes on the given parts.

    Raises: RubricError if an edit does not apply; HarnessError if the reference does not answer.
    """
    from grader.spread import spreads

    judged = tuple(part for part in parts if part.checks)
    paid = tuple(part for part in judged if _full(part))  # a mistake is not asked to learn a toy task for no points
    versions = []
    for kind, observed in _versions(course, judged, paid):
        heard(observed.hand_in.key)
        versions.append((kind, observed))
        if kind == "mistake":
            course.remember(observed.hand_in.key, [part.id for part in paid], observed.observations)
    versions.sort(key=lambda version: KINDS.index(version[0]))
    tried = [_tried(course, paid if kind == "mistake" else judged, kind, observed) for kind, observed in versions]
    return Proof(
        assignment=course.rubric.assignment,
        full=sum(_full(part) for part in judged),
        tried=tuple(tried),
        passes=_extreme(tried, ("passed",), max),
        catches=_extreme(tried, ("failed", "void"), min),
        spreads=spreads(course, judged),
    )


def _versions(course: Course, parts: tuple[Part, ...], paid: tuple[Part, ...]) -> Iterator[tuple[str, Observed]]:
    kinds = {"reference": "reference", "nothing": "nothing"}
    concerned = [name for name in course.mistakes if any(name in part.mistakes for part in paid)]
    kinds |= dict.fromkeys(course.rubric.accept, "variant") | dict.fromkeys(concerned, "mistake")

    def _wanted() -> Iterator[Wanted]:
        runs = runs_of(course.rubric, [part.id for part in parts])
        yield hand_in("reference", course.files), runs
        yield hand_in("nothing", {}), runs
        for name in course.rubric.accept:
            yield course.edited(name, course.variants[name].edits), runs
        for name in concerned:
            enough = runs_of(course.rubric, [part.id for part in _tried_in(paid, name)])
            yield course.edited(name, course.mistakes[name].edits), enough

    for observed in course.observer.each(_wanted()):
        yield kinds[observed.hand_in.key], observed


def _tried_in(parts: tuple[Part, ...], mistake: str) -> tuple[Part, ...]:
    """The parts in which a mistake is tried: not in a costly one that does not name it."""
    return tuple(part for part in parts if not part.costly or mistake in part.mistakes)


def _tried(course: Course, parts: tuple[Part, ...], kind: str, observed: Observed) -> Tried:
    from grader.judge.voids import with_voids

    name = observed.hand_in.key
    here = _tried_in(parts, name) if kind == "mistake" else parts
    seen = by_part(observed.observations)
    judged = [_judged(course, part, seen.get(part.id, {}), observed.hand_in.files) for part in here]
    results = with_voids(course.rubric, judged)
    faults = [
        fault for part, result in zip(here, results, strict=True) for fault in _faults(kind, observed, part, result)
    ]
    kept = sum(result.score for result in results) + sum(_full(part) for part in parts if part not in here)
    if kind == "mistake" and kept >= sum(_full(part) for part in parts):
        faults.append(_keeps_all(course, name))
    named = any(name in result.mistakes for result in results)
    return Tried(name, kind, kept, named, results, tuple(faults))


def _judged(course: Course, part: Part, got: Cases, files: Mapping[str, bytes]) -> PartResult:
    from grader.judge.part import judge_part
    from grader.judge.reading import handed_in

    got = {**got, **handed_in(part, files)}
    known = {} if part.costly else course.known(part)
    return judge_part(part, course.rubric, course.reference.get(part.id, {}), got, known, {})


def _full(part: Part) -> float:
    return sum(check.points for check in part.checks)


def _faults(kind: str, observed: Observed, part: Part, result: PartResult) -> Iterator[Message]:
    from grader.judge.voids import is_voided

    name = observed.hand_in.key
    full = _full(part)
    promised = {"reference": full, "variant": full, "nothing": 0.0}.get(kind, part.mistakes.get(name, full))
    if abs(result.score - promised) > 1e-9:
        yield Message(
            place=_place(part),
            fact=f"part {part.id}: {kind} '{name}' keeps {result.score:g} points, the rubric says {promised:g}",
            code="E-PROOF-POINTS",
            allowed=_lost(result),
            label="seen",
            help="correct the number, or give the part a case that tells the two apart",
        )
    elif (
        kind == "mistake"
        and part.probe  # what is wrong with a file alone, nobody names
        and not part.costly
        and promised < full
        and result.mistakes != (name,)
        and not is_voided(result)
    ):
        yield Message(
            place=_place(part),
            fact=f"part {part.id}: mistake '{name}' is not known by its own name",
            code="E-PROOF-NAME",
            allowed=f"consistent with {', '.join(result.mistakes) or 'none, or with several'}",
            label="seen",
            help="two mistakes with equal outputs cannot be told apart: merge them, or add a case",
        )


def _lost(result: PartResult) -> str:
    failed = [check for check in result.checks if check.points < check.max]
    if not failed:
        return "every check passed"
    return "; ".join(f"{check.id} {check.verdict}: {check.reason}" for check in failed)[:300]


def _keeps_all(course: Course, name: str) -> Message:
    return Message(
        place=f"{course.rubric.path}",
        fact=f"mistake '{name}' keeps full marks",
        code="E-PROOF-UNSEEN",
        allowed="every mistake loses points in at least one part",
        help="add a case or a check that sees it",
    )


def _place(part: Part) -> str:
    return str(part.place or Place("rubric", 1, 1))


def _extreme(
    tried: list[Tried], verdicts: tuple[str, ...], choose: Callable[[float, float], float]
) -> dict[tuple[str, str], Margin]:
    found: dict[tuple[str, str], Margin] = {}
    for one in tried:
        for part in one.results:
            for check in part.checks:
                if check.verdict not in verdicts or check.margin is None:
                    continue
                old = found.get((part.id, check.id))
                if old is None or choose(old.margin, check.margin) != old.margin:
                    found[part.id, check.id] = Margin(
                        part.id, check.id, check.output, check.case, one.name, check.margin
                    )
    return found
