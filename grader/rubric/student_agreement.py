"""Whether what concerns students at home agrees with itself: public cases, `after`, `smallest`, `means` and `of`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import comb, prod
from typing import TYPE_CHECKING, Any

from grader.operands import parse_operand
from grader.rubric.build import RESERVED, cases_of
from grader.rubric.faults import Faults, described, instead, listed
from grader.rubric.schema import CheckForm, PartForm, RubricForm, RuleForm
from grader.rubric.student_kit import SpaceForm
from grader.safetext import safe_line
from grader.smallest import KINDS, MARK, MOST, small_inputs

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Key

LONGEST = 60  # letters of `means`
ROWS = {"rows": (1, 8), "most": (0, 100), "least": (0, 100)}  # key -> least and most
SMALLEST = "E-RUBRIC-SMALLEST"
PUBLIC = "E-RUBRIC-PUBLIC"


def add_student_faults(form: RubricForm, faults: Faults) -> None:
    """Adds a message wherever the rubric contradicts itself in what students get and read at home."""
    if form.of and not form.public:
        _of_alone((), faults)
    for name, part in form.parts.items():
        path: Key = ("parts", name)
        _after(path, name, part, form.parts, faults)
        _means(path, part, faults)
        _smallest(path, part, faults)
        if not form.public:
            _public(path, part, faults)
            if part.of:
                _of_alone(path, faults)
    for names in _circles(form.parts):
        _circle(names, form.parts, faults)


def _of_alone(path: Key, faults: Faults) -> None:
    fact = "'of' means nothing in a rubric that grades"
    allowed = "in public.yaml, which `grade handout` writes"
    faults.add((*path, "of"), fact, PUBLIC, allowed, "leave it out; 'points' says it", key=True)


# --- after ------------------------------------------------------------------------------------------------------------


def _after(path: Key, name: str, part: PartForm, parts: Mapping[str, PartForm], faults: Faults) -> None:
    others = [other for other in parts if other != name]
    for at, before in enumerate(part.after):
        place: Key = (*path, "after", at)
        if before not in others:
            fact = "a part cannot come after itself" if before == name else f"there is no part '{before}'"
            help = instead(before, others, "name another part, or leave it out")
            faults.add(place, fact, "E-RUBRIC-AFTER", listed(others), help)


def _circles(parts: Mapping[str, PartForm]) -> Iterator[tuple[str, ...]]:
    """Every circle of two parts or more once, from its first part in the order of the rubric."""
    order = list(parts)
    for name in order:
        found = _way_back(name, parts, set(order[: order.index(name)]))
        if found:
            yield found


def _way_back(name: str, parts: Mapping[str, PartForm], seen: set[str]) -> tuple[str, ...]:
    waiting: list[tuple[str, ...]] = [(name,)]
    while waiting:
        way = waiting.pop()
        for before in parts[way[-1]].after:
            if before == name and len(way) > 1:
                return way
            if before in parts and before not in seen and before != name:
                seen.add(before)
                waiting.append((*way, before))
    return ()


def _circle(names: Sequence[str], parts: Mapping[str, PartForm], faults: Faults) -> None:
    name, before = names[0], names[1]
    place: Key = ("parts", name, "after", parts[name].after.index(before))
    fact = f"it comes after itself: {' after '.join([*names, name])}"
    faults.add(place, fact, "E-RUBRIC-AFTER", "an order without circles", "leave out one of them")


# --- means ------------------------------------------------------------------------------------------------------------


def _means(path: Key, part: PartForm, faults: Faults) -> None:
    for name, keys in part.cases.items():
        means = keys.get("means", "a text")
        if not isinstance(means, str) or not means.strip() or len(means) > LONGEST or safe_line(means) != means:
            allowed = f"a line of 1 to {LONGEST} letters that goes with 'only with', as in 'a batch of one'"
            place: Key = (*path, "cases", name, "means")
            faults.add(place, f"'means' is {described(means)}", "E-RUBRIC-MEANS", allowed, "write what sets it apart")


# --- smallest ---------------------------------------------------------------------------------------------------------


def _smallest(path: Key, part: PartForm, faults: Faults) -> None:
    for name in part.cases:
        if name.startswith(MARK):
            fact = f"the name '{name}' is kept for small inputs"
            faults.add((*path, "cases", name), fact, SMALLEST, f"names without '{MARK}'", "rename the case", key=True)
    if part.smallest is None:
        return
    place: Key = (*path, "smallest")
    if part.costly:
        fact = "many small inputs of a costly part would take too long"
        faults.add(place, fact, SMALLEST, "parts that do not train", "leave it out", key=True)
    like = _like((*place, "like"), part.smallest.like, part, faults)
    if like is not None:
        known = [name for name in like if name not in RESERVED]
        _over((*place, "over"), part.smallest, known, faults)


def _like(path: Key, name: str, part: PartForm, faults: Faults) -> Mapping[str, Any] | None:
    """The arguments of the case that small inputs are like, if it is one that they can be like."""
    fit = [case for case, keys in part.cases.items() if keys.get("public") is True and "vary" not in keys]
    if name not in part.cases:
        faults.add(path, f"there is no case '{name}'", SMALLEST, listed(fit), instead(name, fit, "name a public case"))
    elif name not in fit:
        why = "varied" if "vary" in part.cases[name] else "not public"
        faults.add(path, f"the case '{name}' is {why}", SMALLEST, listed(fit), "name a public case that is run once")
    elif not any(_is_asked(rule, check, name, part) for check in part.checks for _, rule in _rules((), check)):
        fact = f"no check of the case '{name}' means anything to inputs of other sizes"
        faults.add(path, fact, SMALLEST, f"one of {listed(sorted(KINDS))}", "name another case, or leave it out")
    else:
        return part.cases[name]
    return None


def _is_asked(rule: RuleForm, check: CheckForm, case: str, part: PartForm) -> bool:
    return len(rule.kinds) == 1 and rule.kinds[0] in KINDS and case in _cases(rule, check, part)


def _over(path: Key, space: SpaceForm, known: Sequence[str], faults: Faults) -> None:
    sound = True
    for name, told in space.over.items():
        if name not in known:
            fact = f"'{name}' is no argument of the case '{space.like}'"
            faults.add((*path, name), fact, SMALLEST, listed(known), instead(name, known, "name one"), key=True)
        elif not _is_space(told):
            allowed = "a list of values, or {rows: 3, most: 4} for up to 3 whole numbers from 1 to 4"
            faults.add((*path, name), f"'{name}' is {described(told)}", SMALLEST, allowed, "write it so")
        else:
            continue
        sound = False
    if not sound:
        return
    count = prod(map(_size, space.over.values()))
    many = count if count > MOST**2 else len(small_inputs(space.over))
    if not 2 <= many <= MOST:
        fact = "only 1 small input is made" if many < 2 else f"{many:,} small inputs would be made"
        faults.add(
            path, fact, SMALLEST, f"2 to {MOST}", "fewer values, rows or arguments" if many > 2 else "add values"
        )


def _is_space(told: object) -> bool:
    if isinstance(told, list):
        return bool(told) and all(value not in told[:at] for at, value in enumerate(told))
    if not isinstance(told, dict) or not {"rows", "most"} <= set(told) <= set(ROWS):
        return False
    fits = all(type(value) is int and ROWS[key][0] <= value <= ROWS[key][1] for key, value in told.items())
    return fits and told.get("least", 1) <= told["most"]


def _size(told: Any) -> int:
    """How many values an argument has; of rows all lists of 1 to so many numbers, whose order does not count."""
    if isinstance(told, list):
        return len(told)
    numbers = told["most"] - told.get("least", 1) + 1
    return sum(comb(numbers + rows - 1, rows) for rows in range(1, told["rows"] + 1))


# --- public cases -----------------------------------------------------------------------------------------------------


def _public(path: Key, part: PartForm, faults: Faults) -> None:
    """Each rule with points that rests on a public case must rest on a hidden one too, on another input."""
    if not part.probe:
        return
    for at, check in enumerate(part.checks):
        if not check.points:
            continue
        told: dict[str, list[tuple[Key, set[str]]]] = {}
        for place, rule in _rules((*path, "checks", at), check):
            told.setdefault(_asks(rule), []).append((place, set(_cases(rule, check, part))))
        for alike in told.values():
            _twins(alike, part, faults)


def _rules(path: Key, check: CheckForm) -> Iterator[tuple[Key, RuleForm]]:
    if not check.all:
        yield path, check
    for at, rule in enumerate(check.all or []):
        yield (*path, "all", at), rule


def _cases(rule: RuleForm, check: CheckForm, part: PartForm) -> tuple[str, ...]:
    """The cases that a rule rests on, as far as they are there."""
    operands = [parse_operand(text) for text in rule.same or []]
    if len(rule.kinds) != 1 or any(operand is None or operand.case not in part.cases for operand in operands):
        return ()
    return tuple(case for case in cases_of(rule, part, check.cases or ()) if case in part.cases)


def _asks(rule: RuleForm) -> str:
    """What a rule asks, whatever the case: equal for a rule and its twin."""
    if rule.same:
        operands = [parse_operand(text) for text in rule.same]
        return json.dumps([operand and (operand.output, operand.text) for operand in operands])
    return json.dumps(rule.model_dump(by_alias=True, exclude_none=True, exclude={"cases", "hint", "id", "points"}))


def _twins(alike: Iterable[tuple[Key, set[str]]], part: PartForm, faults: Faults) -> None:
    """Adds a message for the first of rules that ask the same, if none of them has a hidden case."""
    rules = list(alike)
    cases = [case for case in part.cases if any(case in found for _, found in rules)]
    public = [case for case in cases if part.cases[case].get("public") is True]
    hidden = [case for case in cases if case not in public]
    if not public:
        return
    inputs = [_input(part.cases[case]) for case in public]
    if any(_input(part.cases[case]) not in inputs for case in hidden):
        return
    fact = f"its points rest on public cases alone: {listed(public)}"
    if hidden:
        fact = f"its hidden cases have the inputs of public ones: {listed(hidden)}"
    help = "add a hidden case of other sizes, or make a public one hidden"
    faults.add(rules[0][0], fact, PUBLIC, "a hidden case beside them, on another input", help, label="needed")


def _input(keys: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in keys.items() if name == "vary" or name not in RESERVED}
