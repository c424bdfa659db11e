"""Tests of grader/home/jsonable.py."""

from __future__ import annotations

import json
from dataclasses import replace

from grader.home.jsonable import checked_json
from tests.home.examples import SMALLEST, a_check, a_part, encoder, example_results

EXAMPLES = example_results()


def test_the_record_is_one_line_with_its_schema_first() -> None:
    text = checked_json(a_check(*(a_part(result, id_=kind) for kind, result in EXAMPLES.items()), first="crash"))

    assert "\n" not in text
    assert text.startswith('{"schema": 1, "assignment": "a4", ')
    assert json.loads(text)["first"] == "crash"


def test_its_fields_are_those_of_the_record() -> None:
    part = json.loads(checked_json(a_check(a_part(replace(encoder(), smallest=SMALLEST)))))["parts"][0]

    assert (part["state"], part["of"], part["result"]["verdict"]) == ("passed", 8.0, "passed")
    assert part["result"]["smallest"]["args"] == {"lengths": [2, 1]}


def test_no_number_is_infinite_or_nan() -> None:
    check = replace(encoder().checks[0], margin=float("inf"))
    odd = replace(encoder(), checks=(check,), seconds=float("nan"))

    part = json.loads(checked_json(a_check(a_part(odd))), parse_constant=lambda word: word)["parts"][0]

    assert part["result"]["checks"][0]["margin"] is None
    assert part["result"]["seconds"] is None


def test_letters_of_all_scripts_stay_as_they_are() -> None:
    assert "注意力" in checked_json(a_check(a_part(replace(encoder(), title="注意力"))))
