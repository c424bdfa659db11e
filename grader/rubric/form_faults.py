"""The schema's complaints in the words of an author: what stands there, what may stand there, what to do."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError

from grader.nouns.plain import Json
from grader.rubric.faults import WRITE_IT, Faults, described, instead, listed
from grader.rubric.schema import KINDS, RubricForm, RuleForm
from grader.rubric.values import Form
from grader.safetext import safe_line

if TYPE_CHECKING:
    from grader.rubric.strict_yaml import Document, Key

KEY = "[key]"
EXPECTED = {
    "string_type": "a text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a group of keys with values",
    "model_type": "a group of keys with values",
    "string_too_short": "a text that is not empty",
}
BOUNDS = {"greater_than_equal": "{ge:g} or more", "less_than_equal": "{le:g} or less", "less_than": "less than {lt:g}"}
YES, NO = {"yes", "on", "y"}, {"no", "off", "n"}  # true and false in older YAML
SIZES = ("memory", "answer", "output")


def add_form_faults(error: ValidationError, faults: Faults, told: Collection[Key] = ()) -> list[Key]:
    """Adds a message for everything the schema refuses but what was told already; the paths of what it refused."""
    paths: list[Key] = []
    for item in error.errors(include_url=False):
        path: Key = tuple(item["loc"])
        paths.append(path)
        if path in told:
            continue
        _add(item["type"], path, item["input"], item.get("ctx", {}), faults)
    return paths


def add_empty_faults(document: Document, faults: Faults) -> list[Key]:
    """Adds a message for every key of the form without a value; the paths of these keys.

    Only an argument of a probe may be nothing.
    """
    data = document.data if isinstance(document.data, dict) else {}
    paths = [path for path in _empty(data, ()) if not (path[2:3] == ("cases",) and len(path) > 4)]
    known = {place for place, _ in document.faults}
    for path in (each for each in paths if document.place(each) not in known):
        fact = f"'{path[-1]}' has no value"
        is_case = path[2:3] == ("cases",) and len(path) == 4
        help = f"write '{path[-1]}: {{}}' for no arguments" if is_case else "write one, or leave the key out"
        faults.add(path, fact, "E-RUBRIC-TYPE", "a value behind the colon", help, key=True)
    return paths


def _empty(data: Json, path: Key) -> Iterator[Key]:
    steps: Iterable[tuple[str | int, Json]] = ()
    if isinstance(data, dict):
        steps = data.items()
    elif isinstance(data, list):
        steps = enumerate(data)
    for step, value in steps:
        if value is None and isinstance(step, str):
            yield (*path, step)
        yield from _empty(value, (*path, step))


def _add(kind: str, path: Key, value: Json, context: Mapping[str, Any], faults: Faults) -> None:
    if path and path[-1] == KEY:
        fact = f"'{path[-2]}' cannot be a name here"
        faults.add(path[:-1], fact, "E-RUBRIC-TYPE", context.get("allowed", ""), "rename it", key=True)
    elif kind == "extra_forbidden":
        _unknown(path, value, faults)
    elif kind == "missing":
        _missing(path, faults)
    else:
        many = kind in ("too_short", "too_long") and value
        fact = f"{_called(path)} {'has ' + counted(len(value)) if many else 'is ' + described(value)}"
        code = "E-RUBRIC-AXES" if "shape" in path else "E-RUBRIC-LIMIT" if "limits" in path else "E-RUBRIC-TYPE"
        faults.add(path, fact, code, _allowed(kind, path, context), _help(kind, value, context))


def _unknown(path: Key, value: Json, faults: Faults) -> None:
    name, form = str(path[-1]), _form_at(path[:-1])
    known = form.keys() if form else []
    if form and issubclass(form, RuleForm) and not _has_kind(path, faults):
        kinds = [kind for kind in KINDS if kind in known]
        fact, help = f"there is no check called '{name}'", instead(name, kinds, "write one of them")
        faults.add(path, fact, "E-CHECK-NAME", listed(kinds), help, key=True)
        return
    fact, help = f"there is no key '{name}'", instead(name, known, "leave it out")
    faults.add(path, fact, "E-RUBRIC-KEY", listed(known), help, key=True)


def _has_kind(path: Key, faults: Faults) -> bool:
    return any((*path[:-1], kind) in faults.document.keys for kind in KINDS)


def _missing(path: Key, faults: Faults) -> None:
    name, form = str(path[-1]), _form_at(path[:-1])
    meaning = (form.model_fields[name].description or "") if form else ""
    parent = path[:-1]
    key = bool(parent) and isinstance(parent[-1], str)  # a group that has a name is shown at its name
    fact, help = f"the key '{name}' is missing", f"add '{name}: ...'"
    faults.add(parent, fact, "E-RUBRIC-MISSING", meaning, help, label="expected", key=key)


def _called(path: Key) -> str:
    names = [step for step in path if isinstance(step, str)]
    if path and isinstance(path[-1], int):
        return f"item {path[-1] + 1} of '{names[-1]}'"
    return f"'{names[-1]}'" if names else "the rubric"


def _allowed(kind: str, path: Key, context: Mapping[str, Any]) -> str:
    if kind in EXPECTED:
        return EXPECTED[kind]
    if kind == "form":
        return str(context["allowed"])
    if kind == "literal_error":
        return str(context["expected"]).replace("'", "").replace(" or ", ", ")
    if kind == "greater_than":
        return f"more than {context['gt']:g}"
    if kind == "greater_than_equal" and path[-1] in SIZES:
        return f"{context['ge'] // 1024**2} MiB or more" if context["ge"] > 1 else "1 byte or more"
    if kind in BOUNDS:
        return BOUNDS[kind].format(**context)
    if kind in ("too_short", "too_long"):
        count = context.get("min_length" if kind == "too_short" else "max_length")
        return counted(count or 0) if count != 1 else "at least one item"
    return kind.replace("_", " ")


def _help(kind: str, value: Json, context: Mapping[str, Any]) -> str:
    if kind == "form" and context.get("help"):
        return str(context["help"])
    if kind == "string_type" and isinstance(value, (int, float)):
        return "put it in quotes"
    if kind in ("float_type", "int_type") and isinstance(value, str) and _is_number(value):
        return "write the number without quotes"
    if kind == "bool_type" and isinstance(value, str) and value.lower() in YES | NO:
        return f"write '{str(value.lower() in YES).lower()}'"
    if kind == "list_type" and isinstance(value, str):
        return f"write [{safe_line(value, columns=60)}]"
    return WRITE_IT if kind in ("literal_error", "bool_type") else "mend this value"


def counted(count: int) -> str:
    """How many items there are: `1 item`, `2 items`."""
    return f"{count} item{'' if count == 1 else 's'}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_unknown(path: Key) -> bool:
    """Whether the last step of a path is a key that the form does not know."""
    form = _form_at(path[:-1]) if path else None
    known = form.keys() if form else None
    return known is not None and path[-1] not in known


def _form_at(path: Key) -> type[Form] | None:
    """The form whose keys stand at a path; None where the keys are free."""
    here: Any = RubricForm
    for step in path:
        here = _step(here, step)
    here = _bare(here)
    return here if isinstance(here, type) and issubclass(here, Form) else None


def _step(annotation: Any, step: str | int) -> Any:
    bare = _bare(annotation)
    if isinstance(bare, type) and issubclass(bare, Form):
        known = bare.model_fields.get(str(step))
        return known.annotation if known else None
    inside = get_args(bare)
    return inside[-1] if inside else None


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    return annotation
