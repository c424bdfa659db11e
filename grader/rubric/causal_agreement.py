"""Whether varied cases, `causal` checks, plots of influence and `voids` agree with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.rubric.faults import Faults, described, instead, listed
from grader.rubric.schema import CheckForm, PartForm, PlotForm, RubricForm, RuleForm
from grader.rubric.values import NAME

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Key

MOST_PLACES = 64
TERM = re.compile(r"\d*(?P<letter>[A-Za-z_]\w*)?([+-]\d+)?")
BY_PLACE = ("past", "before", "same")  # rules that ask which place answers to which
VARY = "E-RUBRIC-VARY"
CAUSAL = "E-RUBRIC-CAUSAL"
VOIDS = "E-RUBRIC-VOIDS"


def add_vary_faults(path: Key, part: PartForm, faults: Faults) -> None:
    """Adds a message for every `vary` of a part's cases that does not say what is changed, and how often."""
    for name, keys in part.cases.items():
        place: Key = (*path, "cases", name, "vary")
        if "vary" not in keys:
            continue
        vary = keys["vary"]
        if not isinstance(vary, dict) or not vary:
            allowed = "what is changed, and how many places it has, as in {position: 7}"
            faults.add(place, f"'vary' is {described(vary)}", VARY, allowed, "write it so")
            continue
        for axis, size in vary.items():
            _axis((*place, axis), str(axis), size, faults)


def _axis(path: Key, axis: str, size: object, faults: Faults) -> None:
    if not NAME.fullmatch(axis):
        faults.add(path, f"'{axis}' is no name", VARY, "letters, digits, '_' and '-'", "call it so", key=True)
    if type(size) is not int or not 1 <= size <= MOST_PLACES:
        fact = f"'{axis}' has {described(size)} places"
        faults.add(path, fact, VARY, f"a whole number from 1 to {MOST_PLACES}", "a run is made for each of them")


def add_causal_faults(path: Key, rule: RuleForm, part: PartForm, cases: Iterable[str], faults: Faults) -> None:
    """Adds a message wherever one check of this kind contradicts itself or its cases; `path` leads to the check."""
    causal = rule.causal
    if causal is None:
        return
    place: Key = (*path, "causal")
    if (causal.allowed is None) == (causal.needed is None):
        fact = "allowed and needed stand here together" if causal.allowed else "it does not say who may see whom"
        faults.add(
            place,
            fact,
            CAUSAL,
            "one of allowed and needed",
            "make two checks of it" if causal.allowed else "add one of them",
        )
    told = causal.allowed or causal.needed
    if told in BY_PLACE and causal.along is None:
        fact = f"'{told}' asks for places, but nothing says along which axis they lie"
        faults.add(place, fact, CAUSAL, "along: a letter of axes", "add it")
    _along(place, rule, part, faults)
    if causal.label and causal.allowed not in ("past", "before"):
        allowed = "beside 'allowed: past' or 'allowed: before'"
        faults.add((*place, "label"), "'label' means nothing here", CAUSAL, allowed, "leave it out", key=True)
    _known_change((*place, "changed"), causal.changed, cases, part, faults)
    if rule.voids and causal.allowed is None:
        fact = "only what may not be seen can be leaked"
        faults.add((*path, "voids"), fact, VOIDS, "beside 'allowed: ...'", "leave it out", key=True)


def _along(path: Key, rule: RuleForm, part: PartForm, faults: Faults) -> None:
    causal = rule.causal
    if causal is None or causal.along is None:
        return
    shapes = [form.shape or {} for check in part.checks for form in (check, *(check.all or []))]
    axes = causal.axes or next((shape[causal.of] for shape in shapes if causal.of in shape), "")
    matches = [TERM.fullmatch(term) for term in axes.split()]
    letters = [match["letter"] for match in matches if match and match["letter"]]
    if causal.along not in letters:
        fact = f"'{causal.along}' is no axis of {causal.of}"
        help = "write one of them" if letters else f"add 'axes: ...', the letters of the axes of {causal.of}"
        faults.add((*path, "along"), fact, CAUSAL, listed(letters), help)


def _known_change(path: Key, changed: str, cases: Iterable[str], part: PartForm, faults: Faults) -> None:
    for case in cases:
        if case not in part.cases or _is_refused(part.cases[case]):
            continue
        known = list(part.cases[case].get("vary", {}))
        if changed not in known:
            fact = f"nothing of case {case} is changed that is called '{changed}'"
            faults.add(path, fact, CAUSAL, listed(known), instead(changed, known, f"add it to 'vary' of case {case}"))


def _is_refused(keys: Mapping[str, Any]) -> bool:
    """Whether the `vary` of a case is told already to be none."""
    return "vary" in keys and not (isinstance(keys["vary"], dict) and keys["vary"])


def add_influence_faults(path: Key, plot: PlotForm, part: PartForm, faults: Faults) -> None:
    """Adds a message wherever one plot of influence shows what nothing tells; `path` leads to the plot."""
    if plot.influence is None:
        return
    if plot.changed is None:
        allowed = "changed: a key of the case's 'vary'"
        faults.add(path, "it does not say what is changed", "E-RUBRIC-PLOT", allowed, "add it")
        return
    _known_change((*path, "changed"), plot.changed, [plot.case], part, faults)
    rules = [each.causal for check in part.checks for each in (check, *(check.all or ())) if each.causal]
    if not any((rule.of, rule.changed) == (plot.influence, plot.changed) for rule in rules):
        fact = f"no check of this part says who may see whom in {plot.influence} when a {plot.changed} is changed"
        allowed = f"beside 'causal: {{of: {plot.influence}, changed: {plot.changed}, ...}}'"
        faults.add((*path, "influence"), fact, "E-RUBRIC-PLOT", allowed, "add the check, or leave the plot out")


def add_voids_faults(form: RubricForm, faults: Faults) -> None:
    """Adds a message for every part that is to be void and is not there, or is the one that holds the proof."""
    for name, part in form.parts.items():
        for at, check in enumerate(part.checks):
            path: Key = ("parts", name, "checks", at)
            _voids((*path, "voids"), check.voids or [], name, form.parts, faults)
            _of_subchecks(path, check, faults)


def _voids(path: Key, voids: Sequence[str], name: str, parts: Mapping[str, Any], faults: Faults) -> None:
    others = [other for other in parts if other != name]
    for at, part in enumerate(voids):
        place = (*path, at) if (*path, at) in faults.document.values else path
        if part not in others:
            fact = "a check cannot void its own part" if part == name else f"there is no part '{part}'"
            faults.add(place, fact, VOIDS, listed(others), instead(part, others, "name another part"))


def _of_subchecks(path: Key, check: CheckForm, faults: Faults) -> None:
    for at, subcheck in enumerate(check.all or []):
        if subcheck.voids:
            fact = "'voids' means nothing under 'all'"
            place: Key = (*path, "all", at, "voids")
            faults.add(place, fact, VOIDS, "beside a check of its own", "make a check of it", key=True)
