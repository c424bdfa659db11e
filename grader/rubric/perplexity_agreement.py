"""Whether a `perplexity` check says what it needs, and keeps its labels from the hand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.rubric.faults import Faults, listed
from grader.rubric.rules import PerplexityRule
from grader.rubric.schema import RubricForm, RuleForm

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Key

BOUNDS = ("below", "unigram", "floor")


def add_perplexity_faults(path: Key, form: RuleForm, faults: Faults) -> None:
    """Adds a message wherever one check of this kind contradicts itself; `path` leads to the check."""
    rule = form.perplexity
    if rule is None:
        return
    place: Key = (*path, "perplexity")
    code = "E-RUBRIC-PERPLEXITY"
    if rule.labels and rule.labels_in:
        fact = "labels and labels_in stand here together"
        faults.add((*place, "labels_in"), fact, code, "one of them", "say where the labels are", key=True)
    elif not (rule.labels or rule.labels_in):
        allowed = "labels: an output of the reference, or labels_in: a file"
        faults.add(place, "it does not say what the labels are", code, allowed, "add one of them")
    if not any(getattr(rule, bound) is not None for bound in BOUNDS):
        fact = "there is nothing that the perplexity is judged by"
        faults.add(place, fact, code, listed(BOUNDS), "add one or more of them")
    if form.voids and rule.floor is None:
        fact = "only a perplexity below a floor proves a leak"
        faults.add((*path, "voids"), fact, "E-RUBRIC-VOIDS", "beside 'floor: NUMBER'", "leave it out", key=True)
    _reachable(place, rule, faults)


def _reachable(path: Key, rule: PerplexityRule, faults: Faults) -> None:
    below = rule.below
    least = 1.0 if rule.floor is None else rule.floor
    if isinstance(below, int | float) and below <= least:
        fact = f"no model can be below {below:g}"
        allowed = f"a number above {least:g}" + ("" if rule.floor is None else ", the floor")
        faults.add((*path, "below"), fact, "E-RUBRIC-PERPLEXITY", allowed, "raise it")


def files_of_perplexity(path: Key, form: RuleForm) -> Iterator[tuple[Key, str]]:
    """(path, file) of every file in the reference folder that one check of this kind names."""
    for key in ("labels_in", "unigram"):
        file = getattr(form.perplexity, key, None)
        if file:
            yield (*path, "perplexity", key), file


def add_label_faults(form: RubricForm, faults: Faults) -> None:
    """Adds a message for every file of labels that the rubric gives to hand-ins."""
    given: list[tuple[Key, str]] = [(("data", at), file) for at, file in enumerate(form.data)]
    given += [(("staff_files", name), file) for name, file in form.staff_files.items()]
    for name, file in _label_files(form):
        for place, told in given:
            if told == file:
                fact = f"{file} holds the labels of part {name}, and would enter the jail"
                faults.add(place, fact, "E-RUBRIC-SECRET", "files without labels", "leave it out")


def _label_files(form: RubricForm) -> Iterator[tuple[str, str]]:
    for name, part in form.parts.items():
        for check in part.checks:
            for rule in (check, *(check.all or [])):
                if rule.perplexity and rule.perplexity.labels_in:
                    yield name, rule.perplexity.labels_in
