"""Which public mistakes a kit tells: those that public cases tell from every other known one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.authoring import Mistake
from grader.handout.known import Told, known_of
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.seen import Observation

RIGHT = {"enc": np.arange(6.0), "h0": np.ones(3)}
PART = Part(
    id="1d",
    title="",
    points=2,
    source="probe",
    cases=(Case("few", {}, public=True),),
    checks=tuple(Check(name, "close", [name], 1, ("few",)) for name in RIGHT),
)
RUBRIC = Rubric("a4", "", 2, (PART,), (), 0, 1e-4, 1e-5, (), {}, {}, (), "none", "", "", "")
PUBLIC = {"public": True}


def told(**mistakes: Mapping[str, Any]) -> Told:
    """What is told of mistakes that give these outputs; a hint is the mistake's name unless another is given."""
    known, got = {}, {}
    for name, said in mistakes.items():
        outputs = {output: value for output, value in said.items() if output in RIGHT}
        known[name] = Mistake("a.py", "was", "now", said.get("hint", name), public=said.get("public", False))
        got[name] = {"few": Observation("answered", {**RIGHT, **outputs})}
    return known_of(PART, RUBRIC, {"few": Observation("answered", RIGHT)}, known, got)


def hints(found: Told) -> list[str]:
    """The hints that are told."""
    return [mistake.hint for mistake in found.known]


ENC, H0 = {"enc": np.zeros(6)}, {"h0": np.zeros(3)}


def test_a_public_mistake_is_told() -> None:
    found = told(one={**ENC, **PUBLIC}, other=H0)

    assert (hints(found), found.left_out) == (["one"], {})


def test_a_mistake_that_is_not_public_is_not_told() -> None:
    assert hints(told(one=ENC)) == []


def test_one_that_does_not_show_is_left_out() -> None:
    found = told(one=PUBLIC)

    assert (hints(found), found.left_out) == ([], {"one": "does not show on the public cases"})


def test_two_that_show_the_same_are_left_out() -> None:
    found = told(one={**ENC, **PUBLIC}, two={**ENC, **PUBLIC}, three=H0)

    assert hints(found) == []
    assert found.left_out == {
        "one": "cannot be told from two on the public cases",
        "two": "cannot be told from one on the public cases",
    }


def test_two_that_show_the_same_and_say_the_same_are_told() -> None:
    assert hints(told(one={**ENC, **PUBLIC, "hint": "Mind it."}, two={**ENC, "hint": "Mind it."})) == ["Mind it."]


def test_one_that_another_hides_is_left_out_unless_the_other_is_told() -> None:
    some, more = {**ENC, **PUBLIC}, {**ENC, **H0}

    assert told(some=some, more=more).left_out == {"some": "cannot be told from more on the public cases"}
    assert hints(told(some=some, more={**more, **PUBLIC})) == ["some", "more"]
