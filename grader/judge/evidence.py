"""What the checks of one part look at: the observations of both sides, and what may be told about each case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from grader.errors import HarnessError, Message
from grader.figures import Figure, Malformed, figures_of
from grader.judge.axes import fits, solve_sizes
from grader.judge.endings import broken, ending, no_reference
from grader.judge.tolerance import Tolerance
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.judged import Verdict
from grader.nouns.plain import Array, Json
from grader.nouns.seen import Observation
from grader.safetext import safe_line
from grader.varied import case_of

Verdicts: TypeAlias = Iterator[Verdict]


@dataclass(frozen=True)
class Evidence:
    """Both sides of one part: case name -> observation. `expected` is the reference's."""

    part: Part
    rubric: Rubric
    expected: Mapping[str, Observation]
    got: Mapping[str, Observation]

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """The cases of the part by name."""
        return {case.name: case for case in self.part.cases}

    def is_told(self, case: str) -> bool:
        """Whether a student may see text and numbers of this case, or of this run of a varied one."""
        asked = self.cases.get(case_of(case))
        return self.rubric.reveal == "all" or (asked is not None and asked.public)

    def tolerance(self, options: Mapping[str, Json]) -> Tolerance:
        """The tolerance of a check: its own numbers, else those of the rubric."""
        return Tolerance(float(options.get("rtol", self.rubric.rtol)), float(options.get("atol", self.rubric.atol)))

    def axes(self, case: str, output: str) -> str:
        """The axis letters of an output, where the reference's output of this case has such axes."""
        axes, array = self.part.axes.get(output, ""), self.expected[case].tensors.get(output)
        return axes if array is not None and fits(axes, array.shape) else ""

    def sizes(self, case: str) -> dict[str, int]:
        """The size of every axis letter in one case, from the reference's outputs."""
        sizes: dict[str, int] = {}
        for output in self.part.axes:
            axes = self.axes(case, output)
            if axes:
                sizes.update(solve_sizes(axes, self.reference(case, output).shape))
        return sizes

    def lengths(self, case: str) -> tuple[int, ...]:
        """How many positions of every row are no padding, if the case says so."""
        lengths = self.cases[case].args.get("lengths") if case in self.cases else None
        whole = isinstance(lengths, list | tuple) and all(type(length) is int for length in lengths)
        return tuple(lengths) if whole and lengths else ()

    def ended(self, case: str, *, beside_reference: bool = True) -> Verdict | None:
        """Why nothing can be compared in a case, or None if both sides answered."""
        if beside_reference:
            reference = self.expected.get(case)
            if reference is None or reference.ended != "answered":
                return replace(no_reference(reference), case=case)
        observation = self.got.get(case)
        if observation is None:
            return replace(broken("nothing was observed"), case=case)
        told = self.is_told(case) or self._is_told_elsewhere(observation)
        verdict = ending(observation, self.part.limits, told=told)
        return None if verdict is None else replace(verdict, case=case)

    def _is_told_elsewhere(self, observation: Observation) -> bool:
        """Whether a public case raised the very same: then a hidden one gives nothing away."""
        told = {
            (other.fault.type, other.fault.message)
            for case, other in self.got.items()
            if other.fault and self.is_told(case)
        }
        return observation.fault is not None and (observation.fault.type, observation.fault.message) in told

    def array(self, case: str, output: str) -> Array | Verdict:
        """One output of the submission, or the verdict that it is not there as an array."""
        observation = self.got[case]
        if output in observation.tensors:
            return observation.tensors[output]
        if output not in observation.texts:
            return Verdict("failed", f"{output}: is missing", "E-OUTPUT", case=case, output=output)
        text = safe_line(observation.texts[output])
        said = f": {text}" if self.is_told(case) else ""
        reason = f"{output}: is no tensor{said}"
        return Verdict("failed", reason, "E-OUTPUT", detail=f"got the text '{text}'", case=case, output=output)

    def figures(self, case: str, output: str) -> tuple[Figure, ...] | Verdict:
        """The figures of the submission in one output, or the verdict that they cannot be read."""
        figures = figures_of(self.got[case], output)
        if not isinstance(figures, Malformed):
            return figures
        return Verdict("failed", f"{output}: {figures.reason}", "E-OUTPUT", case=case, output=output)

    def reference(self, case: str, output: str) -> Array:
        """One output of the reference.

        Raises: HarnessError if the reference does not give it as an array.
        """
        array = self.expected[case].tensors.get(output)
        if array is None:
            raise HarnessError(_no_output(self.part, case, output))
        return array


def matching(check: Check, evidence: Evidence, *, beside_reference: bool = True) -> Iterator[str | Verdict]:
    """The cases of a check where both sides answered, by name; for the others the verdict that says why not."""
    for case in check.cases or tuple(evidence.got) or ("",):
        verdict = evidence.ended(case, beside_reference=beside_reference)
        yield case if verdict is None else verdict


def names(rule: Json) -> tuple[str, ...]:
    """The outputs that a rule names: one, a list, or the keys of a mapping."""
    return (rule,) if isinstance(rule, str) else tuple(rule)


def each_output(check: Check, evidence: Evidence, judge: Callable[[str, str, Array], Verdict]) -> Verdicts:
    """A verdict for every case and output of the check; `judge(case, output, array)` gives those that can be judged."""
    for case in matching(check, evidence):
        if isinstance(case, Verdict):
            yield case
            continue
        for output in names(check.rule):
            array = evidence.array(case, output)
            verdict = array if isinstance(array, Verdict) else judge(case, output, array)
            yield replace(verdict, case=case, output=output)


def _no_output(part: Part, case: str, output: str) -> Message:
    return Message(
        place=f"part {part.id}, case {case}",
        fact=f"the reference gives no tensor '{output}'",
        code="E-REFERENCE",
        help=f"let the probe '{part.probe}' give it, or mend the check",
    )
