"""The values of a rubric file: names, sizes, fractions, bounds, and what all its forms have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(KiB|MiB|GiB)")
UNITS = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
FRACTION = re.compile(r"(-?\d+)/([1-9]\d*)")
AXIS = re.compile(r"\d*[A-Za-z_]\w*([+-]\d+)?|\d+")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
NAME = re.compile(r"\w+(-\w+)*")
PART = re.compile(r"\w+([.-]\w+)*")


def _wrong(allowed: str, help: str = "") -> PydanticCustomError:
    return PydanticCustomError("form", "{allowed}", {"allowed": allowed, "help": help})


def _names(value: Any) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise _wrong("a name, or a list of names")
    return names


def _bytes(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _wrong("a size as in '512 MiB' or '2 GiB'")
    return int(float(match[1]) * UNITS[match[2]])


def _axes(value: str) -> str:
    for term in value.split():
        if not AXIS.fullmatch(term):
            raise _wrong("one term for each axis, between blanks: b, 3, 2h, t-1", f"mend '{term}'")
    return value


def _fraction(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    match = FRACTION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _wrong("a number, or a fraction as in 4/9")
    return int(match[1]) / int(match[2])


def _bound(value: Any) -> Any:
    if isinstance(value, dict) and list(value) == ["times"]:
        return {"times": _bound(value["times"])}
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong("a number, or {times: number} for so many times the reference's largest value")
    return float(value)


def _matching(pattern: re.Pattern[str], allowed: str) -> AfterValidator:
    def _checked(value: str) -> str:
        if not pattern.fullmatch(value):
            raise _wrong(allowed)
        return value

    return AfterValidator(_checked)


def _inside(value: str) -> str:
    if not value or value.startswith("/") or ".." in value.split("/") or "\\" in value:
        raise _wrong("a relative path with '/', without '..'")
    return value


Text: TypeAlias = Annotated[str, Field(min_length=1)]
Points: TypeAlias = Annotated[float, Field(ge=0)]
Name: TypeAlias = Annotated[str, _matching(NAME, "letters, digits, '_' and '-'")]
PartId: TypeAlias = Annotated[str, _matching(PART, "letters, digits, '_', '-' and '.'")]
Dotted: TypeAlias = Annotated[str, _matching(DOTTED, "names between dots, as in nmt_model.NMT.encode")]
FilePath: TypeAlias = Annotated[str, AfterValidator(_inside)]
Names: TypeAlias = Annotated[
    list[str],
    BeforeValidator(_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
Size: TypeAlias = Annotated[
    int,
    BeforeValidator(_bytes),
    Field(ge=1),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": f"^{SIZE.pattern}$"}, {"type": "integer"}]}),
]
Number: TypeAlias = Annotated[
    float,
    BeforeValidator(_fraction),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{FRACTION.pattern}$"}]}),
]
Bound: TypeAlias = Annotated[
    Any,
    BeforeValidator(_bound),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number"},
                {"type": "object", "properties": {"times": {"type": "number"}}, "additionalProperties": False},
            ]
        }
    ),
]
Axes: TypeAlias = Annotated[str, AfterValidator(_axes)]
Tolerance: TypeAlias = Annotated[float, Field(ge=0)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=86_400)]
MEMORY_AT_LEAST = 64 * 1024**2


class Form(BaseModel):
    """What all keys have in common: nothing unknown, and no type is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def keys(cls) -> list[str]:
        """The keys that may stand here, as they are written in the file."""
        return [known.alias or name for name, known in cls.model_fields.items()]
