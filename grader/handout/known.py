"""Which of the mistakes that are marked public a kit can tell, and what it holds of them.

A print tells a mistake by what it gets wrong on public cases alone. A mistake that does not show there, or shows
nothing but what another one shows too, would be named where somebody did something else: it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.authoring import Mistake
from grader.fingerprints import KnownMistake, prints_of, shows_in
from grader.nouns.asked import Part, Rubric
from grader.nouns.seen import Observation

NOT_SEEN = "does not show on the public cases"
NO_PRINT = "shows in a figure, of which there are no prints"


@dataclass(frozen=True, slots=True)
class Told:
    """What a kit holds of one part's mistakes, and why those of the others that are marked public are left out."""

    known: tuple[KnownMistake, ...]
    left_out: Mapping[str, str]  # mistake -> reason


def known_of(
    part: Part,
    rubric: Rubric,
    expected: Mapping[str, Observation],
    mistakes: Mapping[str, Mistake],
    got: Mapping[str, Mapping[str, Observation]],
) -> Told:
    """What is told of the mistakes of a public part.

    `expected`: case -> what the reference gives. `got`: mistake -> case -> what it gives, of all mistakes of the part,
    public or not.
    """
    from grader.judge.evidence import Evidence

    left_out: dict[str, str] = {}
    shown: dict[str, KnownMistake] = {}
    for name, cases in got.items():
        prints = prints_of(Evidence(part, rubric, expected, cases))
        if prints:
            shown[name] = KnownMistake(mistakes[name].hint, prints)
        elif mistakes[name].public:
            left_out[name] = NO_PRINT if prints is None else NOT_SEEN
    kept: dict[str, KnownMistake] = {}
    public = [name for name in shown if mistakes[name].public]
    for name in sorted(public, key=lambda name: -len(shown[name].prints)):  # one that shows more comes first
        other = _hidden_by(name, shown, kept)
        if other:
            left_out[name] = f"cannot be told from {other} on the public cases"
        else:
            kept[name] = shown[name]
    return Told(tuple(kept[name] for name in got if name in kept), left_out)


def _hidden_by(name: str, shown: Mapping[str, KnownMistake], kept: Mapping[str, KnownMistake]) -> str:
    """Another mistake, with another hint, that shows all that this one shows, and is not told by more of its own."""
    this = shown[name]
    for other, each in shown.items():
        if other == name or each.hint == this.hint or not shows_in(this, each):
            continue
        if other not in kept or shows_in(each, this):
            return other
    return ""
