"""The JSON Schema of rubrics, as editors use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from grader.rubric.schema import KINDS, Dotted, FilePath, Name, Names, Number, PartId, Points, Size, rubric_schema
from grader.rubric.strict_yaml import read_yaml

SCHEMA = rubric_schema()


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, form in [("Rubric", schema), *schema["$defs"].items()]:
        yield from ((name, key, field) for key, field in form["properties"].items())


@pytest.mark.parametrize("place", [f"{form}.{key}" for form, key, _ in fields(SCHEMA)])
def test_every_key_says_what_it_means(place: str) -> None:
    form, key = place.split(".")
    field = {(name, each): value for name, each, value in fields(SCHEMA)}[form, key]

    assert field["description"].endswith(".")


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_rubric_fits_the_schema(course: Path) -> None:
    jsonschema.validate(read_yaml(course).data, SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        {"titel": "x"},
        {"points": "10"},
        {"limits": {"memory": "2 GB"}},
        {"reveal": "some"},
        {"parts": {}},
        {"parts": {"1a": {"title": "A", "points": 1, "checks": [{"close": "a", "equal": "a", "points": 1}]}}},
        {"parts": {"1a": {"title": "A", "points": 1, "checks": [{"points": 1}]}}},
    ],
)
def test_an_editor_shows_what_loading_would_refuse(change: dict[str, Any], course: Path) -> None:
    data = read_yaml(course).data | change

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


def test_a_check_offers_every_kind() -> None:
    offered = [branch["required"] for branch in SCHEMA["$defs"]["CheckForm"]["oneOf"]]

    assert offered == [[kind] for kind in KINDS]


def test_a_subcheck_offers_every_kind_but_all() -> None:
    offered = [branch["required"] for branch in SCHEMA["$defs"]["SubcheckForm"]["oneOf"]]

    assert offered == [[kind] for kind in KINDS if kind != "all"]


# --- what a value may be ---


def read_as(form: Any, value: Any) -> Any:
    """The value as the rubric holds it."""
    return TypeAdapter(form).validate_python(value)


@pytest.mark.parametrize(
    ("form", "written", "meant"),
    [
        (Size, "512 MiB", 512 * 1024**2),
        (Size, "1.5GiB", 3 * 512 * 1024**2),
        (Size, 7, 7),
        (Number, "4/9", 4 / 9),
        (Number, "-1/2", -0.5),
        (Number, 3, 3.0),
        (Names, "h0", ["h0"]),
        (Names, ["h0", "c0"], ["h0", "c0"]),
        (FilePath, "data/test..en", "data/test..en"),
        (PartId, "1a.2", "1a.2"),
        (Name, "no-mask_2", "no-mask_2"),
        (Dotted, "nmt_model.NMT.encode", "nmt_model.NMT.encode"),
    ],
)
def test_a_value_is_read_as_it_is_meant(form: Any, written: Any, meant: Any) -> None:
    assert read_as(form, written) == meant


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Size, "2 GB"),
        (Size, "0 KiB"),
        (Size, 0),
        (Size, True),
        (Size, 1.5),
        (Number, "1/0"),
        (Number, "1/-2"),
        (Number, "half"),
        (Number, True),
        (Names, []),
        (Names, ""),
        (Names, ["a", 1]),
        (FilePath, "/etc/passwd"),
        (FilePath, "../x"),
        (FilePath, "a/../x"),
        (FilePath, "a\\x"),
        (FilePath, ""),
        (PartId, "1a/b"),
        (PartId, ".."),
        (Name, "no mask"),
        (Dotted, "nmt_model."),
        (Dotted, "1a.b"),
        (Points, -1),
        (Points, float("nan")),
    ],
)
def test_a_value_that_can_mean_nothing_is_refused(form: Any, written: Any) -> None:
    with pytest.raises(ValidationError):
        read_as(form, written)
