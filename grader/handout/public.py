"""The public rubric of an assignment: public cases and the checks on them, every other part as a line with its points.

What is not named here stays out: seed, hidden cases, mistakes, variants, editions, logs, pictures, what a person looks
for in written answers, and every file that only hidden cases or files of the hand-in are compared with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from grader.handout.written import lines
from grader.kit_line import FIRST_LINE
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.plain import Json, Limits

TOP = (
    FIRST_LINE,
    "# Handed-in work is judged by these checks too, and on other inputs. `points` are those of the checks that stand",
    "# here, `of` is what a part is worth.",
)
IN_KIT = "checks/"  # of a path in the kit, before the path in the reference folder
NUMBERS = ("wall_s", "cpu_s", "processes")
SIZES = {"memory": "memory_bytes", "answer": "answer_bytes", "output": "output_bytes"}
UNITS = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def public_yaml(rubric: Rubric) -> str:
    """The text of `public.yaml`."""
    parts = {part.id: public_part(part) for part in rubric.parts}
    head = {
        "assignment": rubric.assignment,
        "title": rubric.title,
        "public": True,
        "points": sum(part.points for part in parts.values()),
        "of": rubric.points,
        "seed": 0,  # inputs of public cases come from their names
        "tolerance": {"rtol": rubric.rtol, "atol": rubric.atol},
    }
    blocks = [list(TOP) + list(lines(head)), list(lines(_filled(_beside(rubric)))), ["parts:"]]
    text = "\n\n".join("\n".join(block) for block in blocks if block)
    return text + "\n" + "\n\n".join("\n".join(_lines_of(part, rubric)) for part in parts.values()) + "\n"


def public_part(part: Part) -> Part:
    """The part with its public checks and the cases that they look at; `of` is what all of it is worth."""
    public = {case.name for case in part.cases if case.public}
    found = (public_check(check, public) for check in part.checks)
    checks = tuple(check for check in found if check is not None)
    used = {case for check in checks for case in check.cases}
    smallest = part.smallest if part.smallest and part.smallest.like in used else None
    return replace(
        part,
        cases=tuple(case for case in part.cases if case.name in used),
        checks=checks,
        points=sum(check.points for check in checks),
        of=part.points,
        smallest=smallest,
    )


def public_check(check: Check, public: Collection[str]) -> Check | None:
    """What a check asks of public cases; None if that is nothing, or needs a file that students do not get."""
    if check.kind == "all":
        found = (public_check(subcheck, public) for subcheck in check.subchecks)
        kept = tuple(subcheck for subcheck in found if subcheck is not None)
        used = {case for subcheck in kept for case in subcheck.cases}
        cases = tuple(case for case in check.cases if case in used)
        return replace(check, subchecks=kept, cases=cases) if kept else None
    if check.kind == "perplexity" and (check.rule.get("labels_in") or check.rule.get("unigram")):
        return None
    cases = tuple(case for case in check.cases if case in public)
    if check.kind == "same" and len(cases) < len(check.cases):
        return None
    return replace(check, cases=cases) if cases else None


def public_data(rubric: Rubric) -> tuple[str, ...]:
    """The files that probes read and students get: those that `handout.files` puts under `checks/`."""
    return tuple(path for path in rubric.data if rubric.student_kit.files.get(IN_KIT + path) == path)


# --- beside the parts -----------------------------------------------------------------------------------------------


def _beside(rubric: Rubric) -> dict[str, Json]:
    kit = rubric.student_kit
    expects = {
        each.name: _filled({"kind": each.kind, "files": list(each.patterns), "optional": each.optional})
        for each in kit.expects
    }
    snippets = {
        each.name: _filled(
            {"take": each.take, "reads": _one(each.reads), "calls": _one(each.calls), "near": _one(each.near)}
        )
        for each in rubric.snippets
    }
    return {
        "limits": _limits(_common_limits(rubric), Limits()),
        "units": {
            unit.name: _filled({"defines": list(unit.defines), "given": dict(unit.given)}) for unit in rubric.units
        },
        "snippets": snippets,
        "staff_files": dict(rubric.staff_files),
        "data": list(public_data(rubric)),
        "repairs": dict(rubric.repairs),
        "handout": _filled({"packages": list(kit.packages), "expects": expects}),
    }


def _common_limits(rubric: Rubric) -> Limits:
    """The limits that most parts have."""
    every = [part.limits for part in rubric.parts]
    return max(every, key=every.count)


def _limits(limits: Limits, otherwise: Limits) -> dict[str, Json]:
    found: dict[str, Json] = {
        name: getattr(limits, name) for name in NUMBERS if getattr(limits, name) != getattr(otherwise, name)
    }
    for key, name in SIZES.items():
        if getattr(limits, name) != getattr(otherwise, name):
            found[key] = _size(getattr(limits, name))
    return found


def _size(size: int) -> Json:
    return next((f"{size // unit} {name}" for name, unit in UNITS if size % unit == 0), size)


# --- parts ----------------------------------------------------------------------------------------------------------


def _lines_of(part: Part, rubric: Rubric) -> Iterator[str]:
    head: dict[str, Json] = {"title": part.title, "points": part.points, "of": part.of}
    rest: dict[str, Json]
    if not part.checks:
        answers = part.source == "answers"
        rest = {"probe": part.probe, "reads": part.reads, "answers": answers, "after": list(part.after)}
    else:
        rest = _judged(part, rubric)
    yield f"  {part.id}:"
    yield from lines({**head, **_filled(rest)}, 4)


def _judged(part: Part, rubric: Rubric) -> dict[str, Json]:
    every = tuple(case.name for case in part.cases)
    space = part.smallest
    return {
        "probe": part.probe,
        "fills": list(part.fills),
        "after": list(part.after),
        "limits": _limits(part.limits, _common_limits(rubric)),
        "needs": list(part.needs),
        "costly": part.costly,
        "cases": {case.name: _case(case) for case in part.cases},
        "smallest": {"like": space.like, "over": dict(space.over)} if space else {},
        "checks": [_check(check, every) for check in part.checks],
    }


def _case(case: Case) -> dict[str, Json]:
    further = _filled({"apart": case.apart, "vary": dict(case.vary), "means": case.means})
    return {**case.args, **further, "public": True}


def _check(check: Check, every: tuple[str, ...], inherited: tuple[str, ...] | None = None) -> dict[str, Json]:
    """A check as it is written; `inherited` are the cases of the `all` that it stands under."""
    written: dict[str, Json] = {} if inherited is not None else {"id": check.id}
    is_all = check.kind == "all"
    if not is_all:
        written[check.kind] = _one(check.rule)
    written |= check.options
    if inherited is None:
        written["points"] = check.points
    named_by_itself = is_all or check.kind == "same"
    if not named_by_itself and check.cases != (every if inherited is None else inherited):
        written["cases"] = _one(check.cases)
    if check.voids:
        written["voids"] = _one(check.voids)
    if check.hint:
        written["hint"] = check.hint
    if is_all:
        written["all"] = [_check(subcheck, every, every) for subcheck in check.subchecks]
    return written


def _one(value: Json) -> Json:
    """A list of one as that one; a mapping without what says nothing."""
    if isinstance(value, Mapping):
        return {key: each for key, each in value.items() if each not in (None, [], ())}
    if isinstance(value, str | int | float):
        return value
    return value[0] if len(value) == 1 else list(value)


def _filled(mapping: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in mapping.items() if value not in (None, "", False, [], (), {})}
