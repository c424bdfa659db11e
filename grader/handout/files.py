"""The files of a kit that lie in the reference folder: starter files, and what the checks need of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.errors import Message, RubricError
from grader.handout.public import IN_KIT, public_data
from grader.handout.starter import Starter, starter_of
from grader.kit_line import CHECKS, KIT_FILE, README
from grader.nouns.asked import Rubric
from grader.rubric.files import read_file, shown
from grader.rubric.versions import LEFT_OUT, reference_files

SOLVED: Final = "solved"
MISTAKES: Final = "mistakes.py"
CODE: Final = ".py"


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """What lies beside `checks/`: path in the kit -> content. `cut`: those of which answers were cut out."""

    files: Mapping[str, bytes]
    cut: Mapping[str, Starter]
    left_out: tuple[str, ...]  # solved files that students do not get


def starter_files(rubric: Rubric) -> StarterFiles:
    """The starter files of a rubric.

    Raises: RubricError that names every mark, file and path that is not right.
    """
    faults: list[Message] = []
    found = {**_standing(rubric, faults), **_named(rubric, faults)}
    files: dict[str, bytes] = {}
    cut: dict[str, Starter] = {}
    for path, (place, content, is_named) in sorted(found.items()):
        starter = _starter(place, content, faults) if path.endswith(CODE) else Starter("")
        if starter.regions:
            cut[path] = starter
            files[path] = starter.text.encode()
        elif is_named:
            files[path] = content
    if faults:
        raise RubricError(*faults)
    solved = reference_files(rubric)
    return StarterFiles(
        files, cut, tuple(path for path in solved if path not in cut and files.get(path) != solved[path])
    )


def check_files(rubric: Rubric) -> dict[str, bytes]:
    """What public cases need of the reference folder: probes, given modules, staff files, and data that are named.

    Raises: RubricError that names a file that cannot be read.
    """
    given = [path for unit in rubric.units for path in unit.given.values()]
    needed = ["probes.py"] if any(part.probe for part in rubric.parts) else []
    needed += [*given, *rubric.staff_files.values(), *public_data(rubric)]
    folder = Path(rubric.folder)
    return {IN_KIT + path: read_file(folder / path, f"a file that {rubric.path} names") for path in sorted(set(needed))}


_Found = tuple[str, bytes, bool]  # its name in messages, its content, and whether it goes in without a mark


def _standing(rubric: Rubric, faults: list[Message]) -> dict[str, _Found]:
    """The files of the starter folder, else the solved files of Python."""
    starter = rubric.student_kit.starter
    folder = Path(rubric.folder) / (starter or SOLVED)
    if starter and (not folder.is_dir() or _is_secret(starter, folder, rubric)):
        faults.append(_fault(rubric, f"there is no folder {starter} for students in the reference folder"))
        return {}
    found: dict[str, _Found] = {}
    for path in sorted(folder.rglob("*" if starter else f"*{CODE}")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(name in LEFT_OUT or name.startswith(".") for name in inside.parts):
            continue
        problem = _problem_of_starter(inside.as_posix(), path, rubric) if starter else ""
        if problem:
            faults.append(_fault(rubric, problem))
        else:
            found[inside.as_posix()] = (shown(path), read_file(path, "a starter file"), bool(starter))
    return found


def _problem_of_starter(path: str, file: Path, rubric: Rubric) -> str:
    source = file.relative_to(rubric.folder).as_posix()
    if _is_secret(source, file, rubric):
        return f"the starter folder would give {file.resolve().name} to students"
    return f"{source} would stand in the place of a file of the kit" if _is_taken(path) else ""


def _named(rubric: Rubric, faults: list[Message]) -> dict[str, _Found]:
    """What `handout.files` names beside the data of the checks."""
    found: dict[str, _Found] = {}
    for path, source in rubric.student_kit.files.items():
        file = Path(rubric.folder) / source
        problem = _problem(path, source, file, rubric)
        if problem:
            faults.append(_fault(rubric, problem))
        elif not path.startswith(IN_KIT):
            found[path] = (shown(file), read_file(file, "a file that handout.files names"), True)
    return found


def _problem(path: str, source: str, file: Path, rubric: Rubric) -> str:
    """Why a file may not stand at this path of a kit; empty if it may."""
    if not file.is_file():
        return f"handout.files names {source}, and there is no such file"
    if _is_secret(source, file, rubric):
        return f"handout.files would give {source} to students"
    if path.startswith(IN_KIT):
        is_data = path == IN_KIT + source and source in rubric.data
        return "" if is_data else f"{path} can only be a file of 'data' at its own path"
    return f"{path} is made by grade handout, or hidden" if _is_taken(path) or path.startswith(".") else ""


def _is_taken(path: str) -> bool:
    return path in (KIT_FILE, README) or path.split("/")[0] == CHECKS


def _is_secret(source: str, file: Path, rubric: Rubric) -> bool:
    """Whether it is a solution that is no code, an edit of one, outside the folder, or what is compared with."""
    top, real = Path(rubric.folder).resolve(), file.resolve()
    if not real.is_relative_to(top) or real == top:
        return True
    inside = real.relative_to(top).as_posix()
    if inside.split("/")[0] == SOLVED:
        return not inside.endswith(CODE)
    return inside == MISTAKES or {source, inside} & set(_compared_with(rubric)) != set()


def _compared_with(rubric: Rubric) -> Iterator[str]:
    """Files of labels and reference texts, which checks name."""
    for part in rubric.parts:
        for check in part.checks:
            for each in (check, *check.subchecks):
                yield from _files_in(each.rule)


def _files_in(rule: object) -> Iterator[str]:
    if isinstance(rule, Mapping):
        for key in ("labels_in", "references", "reference", "lines"):
            named = rule.get(key)
            yield from [named] if isinstance(named, str) else named or []


def _starter(place: str, content: bytes, faults: list[Message]) -> Starter:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        told = Message(place, "the file is not UTF-8", "E-RUBRIC-ENCODING", "text in UTF-8", "save it again so")
        faults.append(told)
        return Starter("")
    starter = starter_of(text, place)
    faults += starter.faults
    return starter


def _fault(rubric: Rubric, fact: str) -> Message:
    return Message(
        place=rubric.path,
        fact=fact,
        code="E-HANDOUT",
        allowed="files made for students, code of solved/ with its answers cut out, and data of public cases",
        help="correct 'handout', or put a file made for students into starter/ or data/",
    )


def written_in(starters: StarterFiles) -> dict[str, Sequence[str]]:
    """Starter file -> the names of the answers that are to be written in it."""
    return {path: [region.name for region in starter.regions] for path, starter in starters.cut.items()}
