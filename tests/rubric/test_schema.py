"""The JSON Schema of rubrics, as editors use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.rubric.schema import KINDS, rubric_schema
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
