"""Loads a rubric: YAML, then its form, then whether it agrees with itself and with its reference folder, then nouns.

All faults are collected and raised together. A fault in one check or part does not hide those of the others: what
the form refuses is taken out, and the rest is looked at as if it had not stood there.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from grader.errors import RubricError
from grader.nouns.asked import Rubric
from grader.nouns.plain import Json
from grader.rubric.agreement import add_agreement_faults
from grader.rubric.build import rubric_of
from grader.rubric.faults import Faults
from grader.rubric.form_faults import add_empty_faults, add_form_faults, is_unknown
from grader.rubric.reference_agreement import add_reference_faults, kit_folder, reference_folder
from grader.rubric.schema import RubricForm
from grader.rubric.strict_yaml import Document, Key, read_yaml

# What stands in for something refused, so that the rest can still be looked at and the other checks keep their numbers.
BLANK_CHECK: Json = {"finite": "-", "points": 0}
BLANKS: Json = {"assignment": "-", "title": "-", "points": 0, "seed": 0}


def load_rubric(path: Path) -> Rubric:
    """The rubric in a file, with every name in it known to exist.

    Raises: RubricError with all faults of the rubric, each with its line and column.
    """
    document = read_yaml(path)
    faults = Faults(document)
    form, refused = _form(document, faults)
    add_agreement_faults(form, faults, refused)
    folder = kit_folder(path) if form.public else reference_folder(path, form.assignment)
    if ("assignment",) not in refused:
        add_reference_faults(form, folder, faults, refused)
    faults.stop_if_any()
    assert not refused, "something was taken out of the rubric in silence"
    return rubric_of(form, document, folder)


def _form(document: Document, faults: Faults) -> tuple[RubricForm, list[Key]]:
    """The form of what was not refused, and the paths of what was; a refused check is named by its own path."""
    empty = add_empty_faults(document, faults)
    refused = [_whole(path) for path in empty]
    try:
        form = RubricForm.model_validate(document.data)
        if not refused:
            return form, []
    except ValidationError as error:
        refused += [_whole(path) for path in add_form_faults(error, faults, empty)]
    try:
        return RubricForm.model_validate(_rest(document.data, refused)), refused
    except ValidationError:
        raise RubricError(*faults.messages()) from None


def _whole(path: Key) -> Key:
    return path[:4] if path[2:3] == ("checks",) else path


def _rest(data: Json, refused: Sequence[Key]) -> Json:
    rest = copy.deepcopy(data)
    for path in refused:
        if not path or not isinstance(rest, dict):
            return None
        if path[0] == "parts" and len(path) > 1:
            _take_out_of_parts(rest["parts"], path[1:])
        elif is_unknown(path):
            _group(rest, path[:-1]).pop(path[-1], None)
        elif path[0] in BLANKS:
            rest[path[0]] = BLANKS[path[0]]
        else:
            rest.pop(path[0], None)
    return rest


def _take_out_of_parts(parts: Json, path: Key) -> None:
    part = parts.get(path[0])
    if len(path) == 3 and path[1] == "checks" and isinstance(part, dict) and isinstance(part["checks"], list):
        part["checks"][int(path[2])] = BLANK_CHECK
    elif is_unknown(("parts", *path)):
        _group(part, path[1:-1]).pop(path[-1], None)
    else:
        parts.pop(path[0], None)


def _group(data: Json, path: Key) -> Json:
    """The group of keys at a path; an empty one where it was taken out already."""
    for step in path:
        data = data[int(step)] if isinstance(data, list) else (data or {}).get(step)
    return data if isinstance(data, dict) else {}
