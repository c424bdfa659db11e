"""The JSON document of a run: written whole or not at all, and read only if every field is what it should be.

Its fields are the dataclasses in nouns/; docs/results.md says which of them others may rely on. A number is
always finite: a margin without bounds is written as 1e99, one that is not a number as null.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import HarnessError, Message, UsageError
from grader.kept.folder import write_whole
from grader.nouns.judged import Results
from grader.nouns.plain import Json
from grader.safetext import safe_line

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA: Final = 1
LARGEST_MARGIN: Final = 1e99
_JSON: Final = json.JSONEncoder(allow_nan=False, ensure_ascii=False)
_AGAIN: Final = "grade again with `grade run`; what has not changed is not run again"


def write_results(path: Path, results: Results) -> None:
    """Writes the document; whoever reads the file meanwhile sees the one before it.

    Raises: HarnessError if there is no room or no right to write; ValueError if points are not finite.
    """
    try:
        write_whole(path, results_json(results).encode("utf-8", "replace"))
    except OSError as error:
        raise HarnessError(_unwritten(path, error)) from error


def results_json(results: Results) -> str:
    """The document as text: every number finite, a line for every submission.

    Raises: ValueError if points are not finite.
    """
    return _text(_adapter().dump_python(results, mode="json"))


def read_results(path: Path) -> Results:
    """The document of an earlier run.

    Raises: UsageError if it is not there, is cut, has another schema, or a field that is not what it should be.
    """
    from pydantic import ValidationError

    text = _read(path)
    _check_schema(path, _document(path, text))
    try:
        return _adapter().validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        fact = f"{_dotted(first['loc'])}: {first['msg']}"
        raise UsageError(_message(path, fact, "every field as docs/results.md tells it")) from None


def results_schema() -> dict[str, Json]:
    """The JSON Schema of the document, for editors and other programs."""
    schema = _adapter().json_schema(mode="serialization")
    schema["properties"]["schema"] = {"const": SCHEMA, "title": "Schema", "type": "integer"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@cache
def _adapter() -> TypeAdapter[Results]:
    from pydantic import TypeAdapter

    return TypeAdapter(Results)


def _text(document: dict[str, Json]) -> str:
    """The schema first, a line for every field of the run, and one for every submission."""
    submissions = document.pop("submissions")
    for check in _checks(submissions):
        check["margin"] = _finite(check["margin"])
    rows = ",\n  ".join(map(_JSON.encode, submissions))
    run = {"schema": document.pop("schema"), **document}
    lines = [f"{_JSON.encode(key)}: {_JSON.encode(value)}" for key, value in run.items()]
    return "{\n " + ",\n ".join([*lines, f'"submissions": [\n  {rows}\n ]']) + "\n}\n"


def _checks(submissions: list[Json]) -> list[dict[str, Json]]:
    return [check for each in submissions for part in each["parts"] for check in part["checks"]]


def _finite(margin: float | None) -> float | None:
    if margin is None or math.isnan(margin):
        return None
    return max(-LARGEST_MARGIN, min(LARGEST_MARGIN, margin))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        fact, needed = "there is no such file", "the folder that `grade run` wrote its report to"
        raise UsageError(_message(path, fact, needed, code="E-RESULTS-MISSING")) from None
    except OSError as error:
        raise UsageError(_message(path, f"it cannot be read: {error.strerror}", "a file")) from None


def _document(path: Path, text: bytes) -> Json:
    whole = "a whole file as `grade run` writes it"
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise UsageError(_message(place, f"the JSON cannot be read: {error.msg}", whole)) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(_message(path, f"the JSON cannot be read: {safe_line(str(error))}", whole)) from None


def _no_constant(word: str) -> Json:
    raise ValueError(f"{word} is no number of JSON")


def _check_schema(path: Path, document: Json) -> None:
    found = document.get("schema") if isinstance(document, dict) else None
    if found == SCHEMA and type(found) is int:
        return
    told = f"the schema is {safe_line(json.dumps(found))}" if found is not None else "it has no `schema`"
    raise UsageError(_message(path, told, f"schema {SCHEMA}, which this version of grade writes", "E-RESULTS-SCHEMA"))


def _dotted(location: tuple[int | str, ...]) -> str:
    """`submissions[3].parts[0].verdict`."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return safe_line(steps.removeprefix(".")) or "the document"


def _message(path: Path | str, fact: str, needed: str, code: str = "E-RESULTS") -> Message:
    return Message(place=safe_line(str(path)), fact=fact, code=code, allowed=needed, help=_AGAIN, label="needed")


def _unwritten(path: Path, error: OSError) -> Message:
    return Message(
        place=safe_line(str(path)),
        fact=f"the results cannot be written: {error.strerror}",
        code="E-RESULTS-WRITE",
        allowed="a folder with room, where you may write",
        help="make room or name another folder with --out; finished work is kept where it could be",
        label="needed",
    )
