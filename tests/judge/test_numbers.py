"""The check `number`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.judge.answers import read_answers
from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.nouns.asked import Check, Part
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation

Judge = Callable[..., Verdict]


@pytest.fixture
def judged(a_check: Callable[..., Check], a_part: Callable[..., Part], an_evidence: Callable[..., Evidence]) -> Judge:
    """The verdict on the lines of an answers.md."""

    def judge(rule: dict[str, Any], lines: str | None, **options: Any) -> Verdict:
        check = a_check("number", rule, 2, cases=(), options=options)
        files = {} if lines is None else {"answers.md": f"# 2c\n{lines}".encode()}
        part = a_part(check, source="answers", probe="", cases=())
        evidence = an_evidence(part, {}, {"answers": read_answers(files, "2c")})
        return conclude(check, findings(check, evidence))

    return judge


@pytest.mark.parametrize("lines", ["p1 = 4/9", "p1 = 0.444", "p1 = 44.4 %", "p1 = 44.4", "P1: 0,4444"])
@pytest.mark.parametrize("rule", [4 / 9, "4/9", "44.44 %"])
def test_a_right_number_passes_however_it_is_written(judged: Judge, lines: str, rule: object) -> None:
    assert judged({"p1": rule}, lines).outcome == "passed"


def test_a_wrong_number_fails_without_telling_the_right_one(judged: Judge) -> None:
    verdict = judged({"p1": 0.375}, "p1 = 0.5")

    assert (verdict.outcome, verdict.code, verdict.reason) == ("failed", "E-NUMBER", "p1: 0.5 is not the right number")
    assert verdict.detail == "p1 = 0.5, expected 0.375"
    assert verdict.margin == pytest.approx(125)


def test_a_share_may_be_in_hundredths_but_a_length_may_not(judged: Judge) -> None:
    assert judged({"bleu": 0.327}, "bleu = 32.7").outcome == "passed"
    assert judged({"len": 9}, "len = 900").outcome == "failed"


@pytest.mark.parametrize(("off", "outcome"), [(0.00099, "passed"), (0.00101, "failed")], ids=["inside", "outside"])
def test_the_third_decimal_counts(judged: Judge, off: float, outcome: str) -> None:
    assert judged({"bp": 0.8007}, f"bp = {0.8007 + off}").outcome == outcome


def test_the_tolerance_can_be_given(judged: Judge) -> None:
    assert judged({"bp": 0.8}, "bp = 0.85", atol=0.1).outcome == "passed"
    assert judged({"n": 9}, "n = 9", atol=0).outcome == "passed"
    assert judged({"n": 9}, "n = 9.001", atol=0).outcome == "failed"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("p2 = 1", "p1: no line 'p1 = ...' in answers.md; a person will look for it"),
        (None, "p1: answers.md was not handed in; a person will look for it"),
    ],
    ids=["other-lines", "no-file"],
)
def test_a_number_that_is_not_there_as_text_waits_for_a_person(judged: Judge, lines: str | None, reason: str) -> None:
    """It may stand in a PDF."""
    verdict = judged({"p1": 0.5}, lines)

    assert (verdict.outcome, verdict.reason) == ("pending", reason)


def test_all_numbers_of_a_check_must_be_right(judged: Judge) -> None:
    assert judged({"p1": 1, "p2": 2}, "p1 = 1\np2 = 2").outcome == "passed"
    assert judged({"p1": 1, "p2": 2}, "p1 = 1\np2 = 3").reason == "p2: 3 is not the right number"


def test_a_rule_that_is_no_number_is_our_fault(judged: Judge) -> None:
    verdict = judged({"p1": "about four"}, "p1 = 4")

    assert (verdict.outcome, verdict.code) == ("broken", "E-NUMBER")
    assert "number 'p1': 'about four' is no number" in verdict.detail


@pytest.mark.parametrize("observation", [None, Observation("broken")])
def test_answers_that_were_not_read_are_our_fault(
    a_check: Callable[..., Check],
    a_part: Callable[..., Part],
    an_evidence: Callable[..., Evidence],
    observation: Observation | None,
) -> None:
    check = a_check("number", {"p1": 1})
    got = {} if observation is None else {"answers": observation}

    assert conclude(check, findings(check, an_evidence(a_part(check), {}, got))).outcome == "broken"
