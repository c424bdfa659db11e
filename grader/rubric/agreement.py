"""Whether a rubric agrees with itself: points that add up, cases that are there, checks that can be judged.

What it names in other files (probes, mistakes, data) is the matter of `reference_agreement.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from grader.operands import parse_operand
from grader.rubric.build import BESIDE_NO_PROBE, check_ids
from grader.rubric.causal_agreement import (
    add_causal_faults,
    add_influence_faults,
    add_vary_faults,
    add_voids_faults,
)
from grader.rubric.faults import WRITE_IT, Faults, described, instead, listed
from grader.rubric.perplexity_agreement import add_perplexity_faults
from grader.rubric.schema import KINDS, PLOTS, CheckForm, PartForm, RubricForm, RuleForm, SnippetForm
from grader.rubric.student_agreement import add_student_faults

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Key

TOLERANCE = 1e-9
TAKES = {  # option -> kinds it means something to
    "rtol": ("close", "same", "dropout", "image", "line", "answer"),
    "atol": ("close", "same", "dropout", "number", "image", "line", "answer"),
    "to": ("close", "equal"),
    "dtype": ("close", "equal"),
    "as": ("close", "equal", "same"),
    "voids": ("causal", "perplexity"),
    "cases": tuple(kind for kind in KINDS if kind not in ("same", *BESIDE_NO_PROBE)),
}
PLOT_TAKES = {
    "beside": "image",
    "figures": "series",
    "clip": "series",
    "changed": "influence",
}  # option -> the kind it means something to


def add_agreement_faults(form: RubricForm, faults: Faults, refused: Collection[Key]) -> None:
    """Adds a message wherever the rubric contradicts itself; `refused` are paths that the form was refused at."""
    for name, snippet in form.snippets.items():
        _snippet(("snippets", name), snippet, faults)
    for name, part in form.parts.items():
        _part(("parts", name), part, faults, refused, public=form.public)
    add_voids_faults(form, faults)
    add_student_faults(form, faults)
    told: Collection[str] = faults.document.data["parts"]
    if ("points",) not in refused and len(told) == len(form.parts) and not faults.document.faults:
        _sum((), form.points, [(name, part.points) for name, part in form.parts.items()], "its parts", faults)


def _snippet(path: Key, snippet: SnippetForm, faults: Faults) -> None:
    if snippet.take == "pick" and not (snippet.reads or snippet.calls):
        fact = "it does not say what the code reads or calls"
        faults.add(path, fact, "E-RUBRIC-SNIPPET", "reads, calls or both beside 'take: pick'", "add one", key=True)


def _part(path: Key, part: PartForm, faults: Faults, refused: Collection[Key], *, public: bool) -> None:
    whole = not faults.document.faults and not any(each[:2] == path for each in refused)
    _sources(path, part, faults, may_be_empty=public)
    _cases(path, part, faults)
    _plots(path, part, faults)
    _ids(path, part, faults)
    for at, check in enumerate(part.checks):
        place: Key = (*path, "checks", at)
        if place not in refused:
            _check(place, check, part, faults)
    if whole:
        _points(path, part, faults, may_be_empty=public)
        _kept(path, part, faults)


def _points(path: Key, part: PartForm, faults: Faults, *, may_be_empty: bool) -> None:
    """A student kit names every part, also one of which nothing can be checked before it is handed in."""
    if not (part.checks or part.written or part.plots or may_be_empty):
        fact = "there is nothing to judge"
        faults.add(path, fact, "E-RUBRIC-EMPTY", "checks, written items or plots", "add what is judged", key=True)
        return
    named = zip(check_ids(part.checks), part.checks, strict=True)
    terms = [(id, check.points) for id, check in named] + [(item.id, item.points) for item in part.written]
    _sum(path, part.points, terms, "its checks and written items", faults)


def _sum(path: Key, points: float, terms: Sequence[tuple[str, float]], of: str, faults: Faults) -> None:
    total = sum(worth for _, worth in terms)
    if abs(total - points) > TOLERANCE:
        fact = f"'points' is {points:g}, but {of} have {total:g}"
        told = listed(f"{id} {worth:g}" for id, worth in terms)
        help = f"write 'points: {total:g}', or mend one of them"
        faults.add((*path, "points"), fact, "E-RUBRIC-POINTS", told, help, label="added")


def _kept(path: Key, part: PartForm, faults: Faults) -> None:
    most = sum(check.points for check in part.checks)
    for name, kept in part.mistakes.items():
        if kept > most + TOLERANCE:
            fact = f"the mistake '{name}' keeps {kept:g} points, but the checks of the part have {most:g}"
            help = "points of written items are not counted here" if part.written else "write what it keeps"
            faults.add((*path, "mistakes", name), fact, "E-RUBRIC-POINTS", f"0 to {most:g}", help)


def _sources(path: Key, part: PartForm, faults: Faults, *, may_be_empty: bool) -> None:
    given = [key for key in ("probe", "reads", "answers") if getattr(part, key)]
    if len(given) > 1:
        fact = f"{' and '.join(given)} stand here together"
        faults.add((*path, given[1]), fact, "E-RUBRIC-SOURCE", "one of them", "make two parts of it", key=True)
    if part.probe and not part.cases and not may_be_empty:
        fact = f"the probe '{part.probe}' has no cases"
        faults.add((*path, "probe"), fact, "E-RUBRIC-CASE", "one case or more", "add 'cases: {plain: {}}'")
    if part.cases and not part.probe:
        fact = "there are cases, but no probe that runs them"
        faults.add((*path, "cases"), fact, "E-RUBRIC-CASE", "cases beside a probe", "add 'probe: ...'", key=True)


def _cases(path: Key, part: PartForm, faults: Faults) -> None:
    add_vary_faults(path, part, faults)
    for name, keys in part.cases.items():
        for key in ("public", "apart"):
            if not isinstance(keys.get(key, False), bool):
                place: Key = (*path, "cases", name, key)
                faults.add(place, f"'{key}' is {described(keys[key])}", "E-RUBRIC-TYPE", "true or false", WRITE_IT)


def _plots(path: Key, part: PartForm, faults: Faults) -> None:
    for at, plot in enumerate(part.plots):
        place: Key = (*path, "plots", at)
        kinds = plot.kinds
        if len(kinds) != 1:
            fact = f"both {kinds[0]} and {kinds[1]} stand here" if kinds else "it does not say what is drawn"
            faults.add(place, fact, "E-RUBRIC-PLOT", f"one of {listed(PLOTS)}", "name one output")
        for option, kind in PLOT_TAKES.items():
            if getattr(plot, option) is not None and kinds and kind not in kinds:
                fact = f"'{option}' means nothing to '{kinds[0]}'"
                faults.add((*place, option), fact, "E-RUBRIC-PLOT", f"with {kind}", "leave it out", key=True)
        _known_cases((*place, "case"), [plot.case], part, faults)
        add_influence_faults(place, plot, part, faults)


def _ids(path: Key, part: PartForm, faults: Faults) -> None:
    seen: set[str] = set()
    ids: list[tuple[Key, str]] = [(("checks", at), id) for at, id in enumerate(check_ids(part.checks))]
    ids += [(("written", at), item.id) for at, item in enumerate(part.written)]
    for place, id in ids:
        if id in seen:
            fact = f"the id '{id}' is taken in this part"
            faults.add((*path, *place, "id"), fact, "E-RUBRIC-TWICE", "each id once in a part", "rename one of them")
        seen.add(id)


def _check(path: Key, check: CheckForm, part: PartForm, faults: Faults) -> None:
    _rule(path, check, part, faults)
    add_causal_faults(path, check, part, check.cases or part.cases, faults)
    for at, subcheck in enumerate(check.all or []):
        place: Key = (*path, "all", at)
        _rule(place, subcheck, part, faults)
        add_causal_faults(place, subcheck, part, subcheck.cases or check.cases or part.cases, faults)


def _rule(path: Key, rule: RuleForm, part: PartForm, faults: Faults) -> None:
    kinds = rule.kinds
    if len(kinds) != 1:
        _one_kind(path, kinds, faults)
        return
    kind = kinds[0]
    _options(path, kind, rule, faults)
    add_perplexity_faults(path, rule, faults)
    _source_of(path, kind, part, faults)
    if kind == "same":
        _operands((*path, "same"), rule.same or [], part, faults)
    else:
        _known_cases((*path, "cases"), rule.cases or [], part, faults)


def _one_kind(path: Key, kinds: Sequence[str], faults: Faults) -> None:
    if kinds:
        fact = f"{len(kinds)} kinds of check stand here: {', '.join(kinds)}"
        faults.add((*path, kinds[1]), fact, "E-CHECK-KIND", "one kind", "make two checks of it, or an 'all'", key=True)
        return
    faults.add(path, "it does not say what is checked", "E-CHECK-KIND", listed(KINDS), "add one of them")


def _options(path: Key, kind: str, rule: RuleForm, faults: Faults) -> None:
    given = rule.model_dump(by_alias=True, exclude_none=True)
    for option, kinds in TAKES.items():
        if option in given and kind not in kinds:
            fact = f"'{option}' means nothing to '{kind}'"
            help = "its operands name the cases" if (option, kind) == ("cases", "same") else "leave it out"
            faults.add((*path, option), fact, "E-CHECK-OPTION", f"with {listed(kinds)}", help, key=True)


def _source_of(path: Key, kind: str, part: PartForm, faults: Faults) -> None:
    of_files = dict.fromkeys(("lines", "bleu", "curve_rows", "trained"), bool(part.reads))
    fits = {"number": part.answers, "all": True} | of_files
    if not fits.get(kind, bool(part.probe)):
        needed = {"number": "answers: true"}.get(kind, "reads: FILE" if kind in fits else "probe: NAME")
        fact = f"'{kind}' has nothing to look at in this part"
        faults.add((*path, kind), fact, "E-CHECK-SOURCE", f"beside '{needed}'", "add it to the part", key=True)


def _operands(path: Key, texts: Sequence[str], part: PartForm, faults: Faults) -> None:
    for at, text in enumerate(texts):
        operand = parse_operand(text)
        if operand is None:
            fact = f"'{text}' is not an output of a case"
            allowed = "case.output or case.output[slices], as in ragged.h0[0:1]"
            faults.add((*path, at), fact, "E-RUBRIC-OPERAND", allowed, "write it so")
        else:
            _known_cases((*path, at), [operand.case], part, faults)


def _known_cases(path: Key, names: Iterable[str], part: PartForm, faults: Faults) -> None:
    for at, name in enumerate(names):
        if name not in part.cases:
            place = (*path, at) if (*path, at) in faults.document.values else path
            help = instead(name, part.cases, "name a case of this part, or add it")
            faults.add(place, f"there is no case '{name}'", "E-RUBRIC-CASE", listed(part.cases), help)
