"""The public rubric: what stays of parts, checks and cases, and that nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grader.handout.public import public_check, public_data, public_part, public_yaml
from grader.kit_line import is_ours
from grader.nouns.asked import Case, Check, Part, Space
from grader.nouns.plain import Json, WrittenItem
from grader.rubric.load import load_rubric
from tests.handout import courses

FEW, SINGLE, HIDDEN = (
    Case("few", {"n": 2}, public=True),
    Case("single", {"n": 1}, public=True),
    Case("hidden", {"n": 9}),
)


def check(kind: str, rule: Json, *cases: str, subchecks: tuple[Check, ...] = ()) -> Check:
    """A check of one point."""
    return Check(kind, kind, rule, 1, cases, subchecks=subchecks)


def test_a_check_keeps_its_public_cases() -> None:
    asked = check("close", ["h0"], "few", "hidden")

    assert public_check(asked, {"few", "single"}) == check("close", ["h0"], "few")


NOTHING_LEFT = {
    "hidden cases only": check("close", ["h0"], "hidden"),
    "one side hidden": check("same", ["few.h0", "hidden.h0"], "few", "hidden"),
    "a file of the hand-in": check("bleu", {"references": "data/test.en", "above": 18}),
    "a number in answers.md": check("number", {"bleu": 0.4}),
    "labels in a file": check("perplexity", {"logits": "logits", "labels_in": "data/labels.txt"}, "few"),
    "counts of a file": check("perplexity", {"logits": "logits", "labels": "ids", "unigram": "data/t.txt"}, "few"),
    "an all of these": check("all", [], "hidden", subchecks=(check("close", ["h0"], "hidden"),)),
}


@pytest.mark.parametrize("asked", NOTHING_LEFT.values(), ids=NOTHING_LEFT)
def test_a_check_of_which_nothing_is_public_is_left_out(asked: Check) -> None:
    assert public_check(asked, {"few"}) is None


def test_of_an_all_only_what_is_public_stays() -> None:
    kept, other = check("close", ["h0"], "few"), check("close", ["h0"], "hidden")

    found = public_check(check("all", [], "few", "hidden", subchecks=(kept, other)), {"few"})

    assert found is not None
    assert (found.cases, found.subchecks) == (("few",), (kept,))


def a_part(*checks: Check, like: str = "few") -> Part:
    """A part with a case that no check looks at, a mistake and a written item."""
    return Part(
        id="1d",
        title="Encoder",
        points=8,
        source="probe",
        cases=(FEW, SINGLE, HIDDEN),
        checks=checks,
        smallest=Space(like, {"n": [1, 2]}),
        written=(WrittenItem("why", "because", 1),),
    )


def test_a_part_has_the_points_of_its_public_checks_and_says_what_it_is_worth() -> None:
    part = public_part(a_part(check("close", ["h0"], "few", "hidden"), check("equal", ["ids"], "hidden")))

    assert (part.points, part.of, part.cases) == (1, 8, (FEW,))
    assert part.smallest == Space("few", {"n": [1, 2]})


def test_small_inputs_go_with_the_case_that_they_are_like() -> None:
    assert public_part(a_part(check("close", ["h0"], "few"), like="single")).smallest is None


def test_the_file_begins_with_our_line_and_is_yaml(tmp_path: Path) -> None:
    text = public_yaml(load_rubric(courses.write_course(tmp_path)))

    assert is_ours(text)
    assert text.endswith("of: 1\n")
    assert max(map(len, text.split("\n"))) <= 120
    assert yaml.safe_load(text)["parts"]["c"] == {
        "title": "Context",
        "points": 2,
        "of": 2,
        "probe": "context",
        "fills": ["attention.Context.mean"],
        "after": ["w"],
        "limits": {"wall_s": 5},
        "cases": {"drawn": {"sizes": [3, 2, 4], "public": True}},
        "checks": [
            {
                "id": "both",
                "points": 2,
                "all": [{"close": "context", "hint": "One mean for each sentence."}, {"equal": "words"}],
            }
        ],
    }


@pytest.mark.parametrize(
    "word", ["918273645", "mistakes", "accept", "written", "plots", "reveal", "editions", "more.txt"]
)
def test_nothing_of_the_staff_s_is_written(tmp_path: Path, word: str) -> None:
    text = public_yaml(load_rubric(courses.write_course(tmp_path)))

    assert word not in text


def test_only_data_that_are_named_go_to_students(tmp_path: Path) -> None:
    assert public_data(load_rubric(courses.write_course(tmp_path))) == ("data/words.txt",)


@pytest.mark.parametrize("assignment", ["a4", "hw5", "hw9", "hw12"])
def test_every_public_check_asks_what_the_rubric_asks(assignment: str) -> None:
    """A check that is written and read again is the same check on its public cases."""
    from grader.handout.build import plain_kit

    rubric = load_rubric(Path(__file__).resolve().parents[2] / "rubrics" / f"{assignment}.yaml")

    public = plain_kit(rubric).public

    for asked, written in zip(map(public_part, rubric.parts), public.parts, strict=True):
        assert list(map(meant, written.checks)) == list(map(meant, asked.checks))
        assert written.cases == asked.cases
        assert not asked.checks or (written.limits, written.fills) == (asked.limits, asked.fills)
    assert (public.rtol, public.atol, public.repairs) == (rubric.rtol, rubric.atol, rubric.repairs)
    assert (public.units, public.snippets, public.student_kit.expects) == (
        rubric.units,
        rubric.snippets,
        rubric.student_kit.expects,
    )


def meant(check: Check) -> object:
    """All of a check but its place in a file."""
    told = (check.id, check.kind, check.rule, check.points, check.cases, check.options, check.voids, check.hint)
    return told if check.kind != "all" else (*told[:2], *told[3:], [meant(each) for each in check.subchecks])
