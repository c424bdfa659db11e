"""Where parts stand: their order, what waits for what, and which one comes first."""

from __future__ import annotations

import pytest

from grader.home.states import in_order, placed, to_mend_first
from grader.nouns.asked import Case, Part
from grader.nouns.judged import PartResult
from grader.nouns.plain import Outcome
from grader.nouns.seen import Observation


def part(id: str, *after: str, probe: str = "p", reads: str = "") -> Part:
    cases = (Case("plain", {}, public=True),) if probe else ()
    source = "probe" if probe else "file" if reads else "person"
    return Part(id, id.upper(), 1.0, source, probe=probe, reads=reads, cases=cases, after=after, of=3.0)  # type: ignore[arg-type]


def result(id: str, verdict: Outcome) -> PartResult:
    return PartResult(id, id.upper(), 0.0, 1.0, 0.0, verdict, "", 0.0, 0)


def states(parts: list[Part], **verdicts: Outcome) -> dict[str, str]:
    """Part -> its state, and behind a colon what it waits for."""
    results = {id: result(id, verdict) for id, verdict in verdicts.items()}
    found = placed(parts, results, {}, [])
    return {each.result.id: f"{each.state}:{each.waits_for}".rstrip(":") for each in found}


def test_parts_stand_behind_those_they_build_on_and_else_as_in_the_rubric() -> None:
    parts = [part("e", "d"), part("a"), part("d", "b"), part("b"), part("f")]
    assert [each.id for each in in_order(parts)] == ["b", "d", "e", "a", "f"]


def test_a_circle_ends() -> None:
    assert {each.id for each in in_order([part("a", "b"), part("b", "a")])} == {"a", "b"}


def test_what_builds_on_a_wrong_part_waits_for_it() -> None:
    parts = [part("d"), part("e", "d"), part("f", "e"), part("g")]
    found = states(parts, d="failed", e="crashed", f="failed", g="passed")
    assert found == {"d": "failed", "e": "waiting:d", "f": "waiting:d", "g": "passed"}


def test_what_is_right_does_not_wait() -> None:
    assert states([part("d"), part("e", "d")], d="failed", e="passed") == {"d": "failed", "e": "passed"}


def test_what_was_not_begun_does_not_wait_either() -> None:
    found = states([part("d"), part("e", "d"), part("f", "e")], d="skipped", e="skipped", f="crashed")
    assert found == {"d": "not started", "e": "not started", "f": "waiting:e"}


def test_our_fault_is_never_told_as_waiting() -> None:
    assert states([part("d"), part("e", "d")], d="failed", e="broken") == {"d": "failed", "e": "broken"}


@pytest.mark.parametrize(
    ("verdicts", "first"),
    [
        ({"d": "passed", "e": "failed"}, "e"),
        ({"d": "crashed", "e": "failed"}, "d"),
        ({"d": "skipped", "e": "stopped"}, ""),
        ({"d": "passed", "e": "passed"}, ""),
    ],
)
def test_the_first_to_mend_is_wrong_and_waits_for_nothing(verdicts: dict[str, Outcome], first: str) -> None:
    results = {id: result(id, verdict) for id, verdict in verdicts.items()}
    assert to_mend_first(placed([part("d"), part("e", "d")], results, {}, [])) == first


def test_points_are_those_of_the_whole_part() -> None:
    (found,) = placed([part("d")], {"d": result("d", "passed")}, {}, [])
    assert found.of == 3.0


def of_file(read: dict[str, Observation], files: list[str], **kind: str) -> tuple[str, str]:
    asked = part("h", probe="", **kind)
    (found,) = placed([asked], {"h": result("h", "skipped")}, {"h": read}, files)
    return found.state, found.note


def test_a_file_that_is_looked_at_later_is_found_or_missing() -> None:
    there, gone = Observation("answered"), Observation("missing", reason="x was not handed in")
    assert of_file({"file": there}, [], reads="out/x.txt") == ("found", "out/x.txt; looked at after hand-in")
    assert of_file({"file": gone}, [], reads="out/x.txt") == ("missing", "out/x.txt is not there yet")


def test_a_written_answer_is_found_in_answers_md_or_may_stand_in_a_document() -> None:
    there, gone = Observation("answered"), Observation("missing", reason="answers.md has nothing under a heading 'h'")
    assert of_file({"answers": there}, []) == ("found", "answers.md; read after hand-in")
    assert of_file({"answers": gone}, ["a.py"]) == ("missing", "answers.md has nothing under a heading 'h'")
    later = ("later", "nothing in answers.md; notebooks and PDFs are read after hand-in")
    assert of_file({"answers": gone}, ["report.PDF"]) == later
    assert of_file({}, []) == ("missing", "answers.md is not there yet")
