"""Whether a rubric agrees with its reference folder: probes and their arguments, mistakes, variants, files, units.

Nothing of the folder is run here: functions and names are read from syntax trees.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import RubricError
from grader.nouns.plain import Json
from grader.rubric.build import RESERVED
from grader.rubric.faults import Faults, instead, listed
from grader.rubric.files import shown
from grader.rubric.outline import ProbeOutline, VersionOutline, probes_in, versions_in
from grader.rubric.perplexity_agreement import add_label_faults, files_of_perplexity
from grader.rubric.schema import PartForm, RubricForm, RuleForm

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Key

SECRET = ("solved", "mistakes.py")  # never enters the jail
NAME_IT = "name what students write"


def reference_folder(rubric: Path, assignment: str) -> Path | None:
    """The folder `reference/<assignment>/` beside a rubric or in the nearest folder above it; None if there is none."""
    above = [*rubric.parents, *rubric.absolute().parents]
    folders = (folder / "reference" / assignment for folder in above)
    return next((folder for folder in folders if folder.is_dir()), None)


def kit_folder(public: Path) -> Path | None:
    """The folder of the checks beside the `public.yaml` of a student kit; None if there is none."""
    folder = public.parent / "checks"
    return folder if folder.is_dir() else None


def add_reference_faults(form: RubricForm, folder: Path | None, faults: Faults, refused: Collection[Key]) -> None:
    """Adds a message wherever the rubric names what the reference folder does not hold, or the other way round."""
    if all(path[0] != "units" for path in refused if path):
        _fills(form, faults)
    if folder is None:
        if form.public:
            fact, help = "there is no folder checks/ beside it", "unpack the handout again; your own files may stay"
            faults.add(("assignment",), fact, "E-KIT", "the folder as it was handed out", help, label="needed")
        elif needs_folder(form):
            fact = f"there is no folder reference/{form.assignment}/"
            allowed = "beside the rubric, or in a folder above it"
            faults.add(("assignment",), fact, "E-RUBRIC-REFERENCE", allowed, "docs/rubric.md says what is in it")
        return
    _probes(form, folder, faults)
    add_label_faults(form, faults)
    _versions(form, folder, faults, refused)
    for path, file in _files(form):
        _exists(path, file, folder, faults)


def needs_folder(form: RubricForm) -> bool:
    """Whether anything in the rubric stands for a file in the reference folder."""
    named = [form.accept, list(_files(form)), [part for part in form.parts.values() if part.probe or part.mistakes]]
    return any(named)


def _fills(form: RubricForm, faults: Faults) -> None:
    for name, part in form.parts.items():
        for at, filled in enumerate(part.fills):
            unit = _unit_of(filled, form.units)
            path: Key = ("parts", name, "fills", at)
            if unit is None:
                word = filled.split(".")[0]
                help = instead(word, form.units, "name a unit, or add it under 'units'")
                faults.add(path, f"there is no unit '{word}'", "E-RUBRIC-UNIT", listed(form.units), help)
            elif unit == filled:
                fact = f"'{filled}' names a unit, but nothing in it"
                faults.add(path, fact, "E-RUBRIC-UNIT", "unit.function or unit.Class.function", NAME_IT)


def _unit_of(filled: str, units: Collection[str]) -> str | None:
    fitting = [unit for unit in units if filled == unit or filled.startswith(unit + ".")]
    return max(fitting, key=len, default=None)


def _probes(form: RubricForm, folder: Path, faults: Faults) -> None:
    wanted = {name: part for name, part in form.parts.items() if part.probe}
    if not wanted:
        return
    known = _outline_of_probes(folder, next(iter(wanted)), faults)
    if known is None:
        return
    for name, part in wanted.items():
        path: Key = ("parts", name)
        probe = known.get(part.probe or "")
        if probe is None:
            fact, help = f"there is no probe '{part.probe}'", instead(part.probe or "", known, "write it in probes.py")
            faults.add((*path, "probe"), fact, "E-RUBRIC-PROBE", listed(known), help)
            continue
        if not (probe.takes_hand_in and probe.takes_seed):
            fact = f"the probe '{probe.name}' must take the hand-in and a seed"
            faults.add((*path, "probe"), fact, "E-RUBRIC-PROBE", f"def {probe.name}(hw, *, ..., seed)", "add them")
        for case, keys in part.cases.items():
            _arguments((*path, "cases", case), keys, probe, faults)


def _outline_of_probes(folder: Path, part: str, faults: Faults) -> Mapping[str, ProbeOutline] | None:
    file = folder / "probes.py"
    if not file.is_file():
        fact = f"there is no file {shown(file)}"
        faults.add(
            ("parts", part, "probe"), fact, "E-RUBRIC-REFERENCE", "probes.py in the reference folder", "write it"
        )
        return None
    try:
        return probes_in(file)
    except RubricError as error:
        faults.take(error)
        return None


def _arguments(path: Key, keys: Mapping[str, Json], probe: ProbeOutline, faults: Faults) -> None:
    given = [key for key in keys if key not in RESERVED]
    allowed = listed(sorted(probe.arguments))
    for key in given:
        if key == "seed":
            fact = "'seed' is given to every probe by the grader"
            faults.add((*path, key), fact, "E-RUBRIC-ARGUMENT", allowed, "leave it out")
        elif key not in probe.arguments and not probe.anything:
            fact = f"the probe '{probe.name}' takes no '{key}'"
            help = instead(key, probe.arguments, "leave it out, or add it to the probe")
            faults.add((*path, key), fact, "E-RUBRIC-ARGUMENT", allowed, help)
    if "vary" in keys:
        _change(path, given, probe, faults)
    for key in sorted(probe.required - set(given)):
        fact = f"the probe '{probe.name}' needs '{key}'"
        faults.add(path, fact, "E-RUBRIC-ARGUMENT", allowed, f"add '{key}: ...' to the case")


def _change(path: Key, given: Collection[str], probe: ProbeOutline, faults: Faults) -> None:
    """A probe of a varied case is told by us what to change."""
    allowed = f"def {probe.name}(hw, *, ..., change=None, seed)"
    if "change" in given:
        fact = "'change' is given by the grader to the runs of a varied case"
        faults.add((*path, "change"), fact, "E-RUBRIC-ARGUMENT", allowed, "leave it out")
    elif "change" not in probe.optional and not probe.anything:
        fact = f"the probe '{probe.name}' cannot be told what to change"
        faults.add((*path, "vary"), fact, "E-RUBRIC-ARGUMENT", allowed, "let it take 'change=None'", key=True)


def _versions(form: RubricForm, folder: Path, faults: Faults, refused: Collection[Key]) -> None:
    file = folder / "mistakes.py"
    named = _named(form)
    if not file.is_file():
        if named:
            fact = f"there is no file {shown(file)}"
            faults.add(named[0][0], fact, "E-RUBRIC-REFERENCE", "mistakes.py in the reference folder", "write it")
        return
    try:
        known = versions_in(file)
    except RubricError as error:
        faults.take(error)
        return
    for path, name, kind in named:
        _version(path, name, kind, known, faults)
    if all(path[2:3] == ("checks",) for path in refused):
        _unnamed(form, known, {name for _, name, _ in named}, faults)


def _named(form: RubricForm) -> list[tuple[Key, str, str]]:
    """(path, name, kind) of every mistake and variant that the rubric names."""
    found: list[tuple[Key, str, str]] = [(("accept", at), name, "Variant") for at, name in enumerate(form.accept)]
    for part_name, part in form.parts.items():
        found += [(("parts", part_name, "mistakes", name), name, "Mistake") for name in part.mistakes]
    return found


def _version(path: Key, name: str, kind: str, known: Mapping[str, VersionOutline], faults: Faults) -> None:
    word, fitting = kind.lower(), [each.name for each in known.values() if each.kind in (kind, "unknown")]
    is_key = kind == "Mistake"
    if name not in known:
        fact, help = f"there is no {word} '{name}'", instead(name, fitting, "write it in mistakes.py")
        faults.add(path, fact, "E-RUBRIC-MISTAKE", f"a {word} in mistakes.py", help, key=is_key)
    elif name not in fitting:
        fact = f"'{name}' is no {word}"
        allowed = "mistakes under a part, variants under 'accept'"
        faults.add(path, fact, "E-RUBRIC-MISTAKE", allowed, "move it", key=is_key)


def _unnamed(form: RubricForm, known: Mapping[str, VersionOutline], named: Collection[str], faults: Faults) -> None:
    for version in known.values():
        if version.name in named or version.kind == "unknown":
            continue
        if version.kind == "Mistake":
            fact = f"the mistake '{version.name}' stands in no part of {faults.document.file}"
            help = "add what it keeps to a part: 'mistakes: {" + version.name + ": 0}'"
        else:
            fact = f"the variant '{version.name}' does not stand in {faults.document.file}"
            help = f"add '{version.name}' to 'accept'"
        faults.add_at(version.place, fact, "E-RUBRIC-MISTAKE", "versions that the rubric names", help)


def _files(form: RubricForm) -> list[tuple[Key, str]]:
    """(path, file) of every file in the reference folder that the rubric names."""
    found: list[tuple[Key, str]] = [(("staff_files", name), file) for name, file in form.staff_files.items()]
    found += [(("data", at), file) for at, file in enumerate(form.data)]
    for name, unit in form.units.items():
        found += [(("units", name, "given", module), file) for module, file in unit.given.items()]
    for name, part in form.parts.items():
        found += _files_of_part(name, part)
    return found


def _files_of_part(name: str, part: PartForm) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    for at, check in enumerate(part.checks):
        place: Key = ("parts", name, "checks", at)
        found += _files_of_rule(place, check)
        for number, subcheck in enumerate(check.all or []):
            found += _files_of_rule((*place, "all", number), subcheck)
    return found


def _files_of_rule(path: Key, rule: RuleForm) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    if rule.lines:
        found.append(((*path, "lines", "reference"), rule.lines.reference))
    if rule.bleu:
        named = enumerate(rule.bleu.references)
        found += [((*path, "bleu", "references", at), file) for at, file in named]
    if rule.bleu and rule.bleu.lines:
        found.append(((*path, "bleu", "lines"), rule.bleu.lines))
    return [*found, *files_of_perplexity(path, rule)]


def _exists(path: Key, file: str, folder: Path, faults: Faults) -> None:
    if not (folder / file).is_file():
        fact, help = f"there is no file {file} in {shown(folder)}", _meant(folder, file)
        faults.add(path, fact, "E-RUBRIC-REFERENCE", "a path under the reference folder", help)
    elif "checks" not in path and _is_secret(folder, folder / file):
        fact = f"{file} would be given to students"
        allowed = "files in stand_ins/, staff/ or data/, never solved/ or mistakes.py"
        faults.add(path, fact, "E-RUBRIC-SECRET", allowed, "put a file made for students there")


def _is_secret(folder: Path, file: Path) -> bool:
    """Whether a file, with all links followed, is a solution, an edit of one, or outside the folder."""
    top, real = folder.resolve(), file.resolve()
    return not real.is_relative_to(top) or real.relative_to(top).parts[0] in SECRET


def _meant(folder: Path, file: str) -> str:
    named_so = sorted(path for path in folder.rglob(Path(file).name) if path.is_file())
    near = (folder / file).parent
    beside = [path for path in near.glob("*") if path.is_file()] if near.is_dir() else []
    known = [path.relative_to(folder).as_posix() for path in named_so or beside]
    return instead(file, [name for name in known if Path(name).parts[0] not in SECRET], "put it there")
