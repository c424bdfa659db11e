"""From the form of a rubric to nouns: defaults filled in, limits merged, every check with its cases and its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.nouns.asked import Case, Check, Edition, Expected, Part, Plot, Rubric, Snippet, Space, StudentKit, Unit
from grader.nouns.plain import Json, Limits, WrittenItem
from grader.operands import Operand, parse_operand
from grader.rubric.schema import CheckForm, LimitsForm, PartForm, PlotForm, RubricForm, RuleForm, SnippetForm
from grader.rubric.student_kit import StudentKitForm

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Document, Key

RESERVED = ("public", "apart", "vary", "means")  # keys of a case that are no arguments
OPTIONS = ("rtol", "atol", "to", "dtype", "as")
BESIDE_NO_PROBE = ("number", "lines", "bleu", "curve_rows", "trained")  # kinds that look at a file


def rubric_of(form: RubricForm, document: Document, folder: Path | None) -> Rubric:
    """The rubric of a form in which nothing is wrong; `folder` is its reference folder, if it has one."""
    limits = _limits(Limits(), form.limits)
    return Rubric(
        assignment=form.assignment,
        title=form.title,
        points=form.points,
        parts=tuple(_part(name, part, limits, document) for name, part in form.parts.items()),
        units=tuple(Unit(name, tuple(unit.defines), unit.given) for name, unit in form.units.items()),
        seed=form.seed,
        rtol=form.tolerance.rtol,
        atol=form.tolerance.atol,
        accept=tuple(form.accept),
        repairs=form.repairs.model_dump(exclude_none=True),
        staff_files=form.staff_files,
        editions=tuple(Edition(each.name, each.header, each.current) for each in form.editions),
        reveal=form.reveal,
        path=document.file,
        sha256=document.sha256,
        folder=str(folder.absolute()) if folder else "",
        repeat=form.repeat.parts,
        runs=form.repeat.runs,
        unstable=form.repeat.unstable,
        logs=tuple(dict.fromkeys(form.logs)),
        snippets=tuple(_snippet(name, snippet) for name, snippet in form.snippets.items()),
        data=tuple(form.data),
        student_kit=_student_kit(form.handout),
        public=form.public,
        of=form.of,
    )


def _part(name: str, form: PartForm, limits: Limits, document: Document) -> Part:
    path: Key = ("parts", name)
    ids = check_ids(form.checks)
    checks = tuple(
        _check(check, id, form, (*path, "checks", at), document)
        for at, (check, id) in enumerate(zip(form.checks, ids, strict=True))
    )
    return Part(
        id=name,
        title=form.title,
        points=form.points,
        source="probe" if form.probe else "file" if form.reads else "answers" if form.answers else "person",
        probe=form.probe or "",
        reads=form.reads or "",
        fills=tuple(form.fills),
        cases=tuple(_case(case, args) for case, args in form.cases.items()),
        checks=checks,
        written=tuple(WrittenItem(item.id, item.text, item.points) for item in form.written),
        plots=tuple(_plot(plot) for plot in form.plots),
        axes=_axes(form.checks),
        limits=_limits(limits, form.limits),
        mistakes=form.mistakes,
        advice=tuple(form.advice),
        needs=tuple(form.needs),
        costly=form.costly,
        after=tuple(form.after),
        smallest=Space(form.smallest.like, form.smallest.over) if form.smallest else None,
        of=form.of,
        place=document.place(path, key=True),
    )


def _student_kit(form: StudentKitForm) -> StudentKit:
    expects = (Expected(name, each.kind, tuple(each.files), each.optional) for name, each in form.expects.items())
    return StudentKit(form.starter or "", form.files, tuple(form.packages), tuple(expects))


def _snippet(name: str, form: SnippetForm) -> Snippet:
    return Snippet(name, form.take, tuple(form.reads or ()), tuple(form.calls or ()), tuple(form.near or ()))


def _case(name: str, keys: Mapping[str, Json]) -> Case:
    args = {key: value for key, value in keys.items() if key not in RESERVED}
    return Case(
        name,
        args,
        public=keys.get("public", False),
        apart=keys.get("apart", False),
        vary=keys.get("vary", {}),
        means=keys.get("means", ""),
    )


def check_ids(checks: Sequence[CheckForm]) -> list[str]:
    """The name of every check: its own, else its kind, numbered from the second of the same name on."""
    taken = {check.id for check in checks if check.id}
    ids = []
    for check in checks:
        id = check.id or _free("".join(check.kinds[:1]), taken)
        taken.add(id)
        ids.append(id)
    return ids


def _free(kind: str, taken: set[str]) -> str:
    number = 1
    name = kind
    while name in taken:
        number += 1
        name = f"{kind}-{number}"
    return name


def _check(
    form: RuleForm, id: str, part: PartForm, path: Key, document: Document, inherited: Sequence[str] = ()
) -> Check:
    kind = form.kinds[0]
    given = form.model_dump(by_alias=True, exclude_none=True)
    subforms = (form.all or []) if isinstance(form, CheckForm) else []
    subchecks = tuple(
        _check(subform, subform.kinds[0], part, (*path, "all", at), document, form.cases or ())
        for at, subform in enumerate(subforms)
    )
    return Check(
        id=id,
        kind=kind,
        rule=given[kind] if kind != "all" else [subcheck.kind for subcheck in subchecks],
        points=form.points if isinstance(form, CheckForm) else 0.0,
        cases=cases_of(form, part, inherited),
        options={name: given[name] for name in OPTIONS if name in given},
        subchecks=subchecks,
        hint=form.hint or "",
        voids=tuple(form.voids or ()),
        place=document.place(path),
    )


def cases_of(form: RuleForm, part: PartForm, inherited: Sequence[str]) -> tuple[str, ...]:
    """The cases a check looks at, in the order of the part: those it names, those of its operands, or all."""
    if form.kinds[0] in BESIDE_NO_PROBE:
        return ()
    subforms = (form.all or []) if isinstance(form, CheckForm) else []
    if subforms:
        chosen = {case for subform in subforms for case in cases_of(subform, part, form.cases or ())}
    elif form.same is not None:
        operands = [parse_operand(text) for text in form.same]
        chosen = {operand.case for operand in operands if isinstance(operand, Operand)}
    else:
        chosen = set(form.cases or inherited or part.cases)
    return tuple(case for case in part.cases if case in chosen)


def _plot(form: PlotForm) -> Plot:
    (kind,) = form.kinds
    return Plot(
        kind=kind,
        output=getattr(form, kind),
        case=form.case,
        title=form.title,
        x=form.x,
        y=form.y,
        figures=form.figures or "",
        beside=form.beside or "",
        clip=form.clip,
        changed=form.changed or "",
        public=form.public,
    )


def _axes(checks: Sequence[CheckForm]) -> dict[str, str]:
    axes: dict[str, str] = {}
    for check in checks:
        for form in (check, *(check.all or [])):
            axes = {**(form.shape or {}), **axes}
    return axes


def _limits(limits: Limits, form: LimitsForm) -> Limits:
    def _or(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else value

    return Limits(
        wall_s=_or(form.wall_s, limits.wall_s),
        cpu_s=_or(form.cpu_s, limits.cpu_s),
        memory_bytes=int(_or(form.memory, limits.memory_bytes)),
        answer_bytes=int(_or(form.answer, limits.answer_bytes)),
        output_bytes=int(_or(form.output, limits.output_bytes)),
        processes=int(_or(form.processes, limits.processes)),
    )
