"""Line counts and BLEU, recomputed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.judge.checks import conclude, findings
from grader.judge.evidence import Evidence
from grader.judge.translation import claim_remarks
from grader.nouns.asked import Check, Part
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation

REFERENCE = [
    "the cat sat on the mat this morning",
    "nobody knows where the dog went after lunch",
    "she reads a long book about old trains",
]
RULE = {"references": "data/test.en", "above": 18, "tokenize": "13a"}

Judge = Callable[..., Verdict]


def text(*lines: str) -> Observation:
    """A file of these lines."""
    return Observation("answered", texts={"text": "".join(f"{line}\n" for line in lines)})


@pytest.fixture
def evidence_of(
    a_check: Callable[..., Check], a_part: Callable[..., Part], an_evidence: Callable[..., Evidence], tmp_path: Path
) -> Callable[..., Evidence]:
    """A part that reads a file, whose reference folder holds three lines and the numbers of two of them."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/test.en").write_text("\n".join(REFERENCE) + "\n")
    (tmp_path / "data/half.txt").write_text("1\n3\n")

    def make(kind: str, rule: Any, got: Observation) -> Evidence:
        part = a_part(a_check(kind, rule, cases=()), source="file", probe="", reads="outputs/test.txt", cases=())
        return an_evidence(part, {}, {"file": got}, folder=str(tmp_path))

    return make


@pytest.fixture
def judged(evidence_of: Callable[..., Evidence]) -> Judge:
    """The verdict of one check on a file."""

    def judge(kind: str, rule: Any, got: Observation) -> Verdict:
        evidence = evidence_of(kind, rule, got)
        (check,) = evidence.part.checks
        return conclude(check, findings(check, evidence))

    return judge


def test_as_many_lines_pass(judged: Judge) -> None:
    verdict = judged("lines", {"reference": "data/test.en"}, text("a", "", "c"))

    assert (verdict.outcome, verdict.reason) == ("passed", "3 lines")


@pytest.mark.parametrize("lines", [("a", "b"), ("a", "b", "c", "d"), ()], ids=["few", "many", "none"])
def test_another_number_of_lines_fails(judged: Judge, lines: tuple[str, ...]) -> None:
    verdict = judged("lines", {"reference": "data/test.en"}, text(*lines))

    assert (verdict.outcome, verdict.code) == ("failed", "E-LINES")
    assert verdict.reason == f"outputs/test.txt: {len(lines)} lines, expected 3"


def test_bleu_is_recomputed_and_told(judged: Judge) -> None:
    verdict = judged("bleu", RULE, text(*REFERENCE))

    assert (verdict.outcome, verdict.reason) == ("passed", "BLEU 100.00")
    assert verdict.margin == pytest.approx(0.18)
    assert "tok:13a" in verdict.detail


def test_bleu_at_or_below_the_bar_fails(judged: Judge) -> None:
    verdict = judged("bleu", {**RULE, "above": 100}, text(*REFERENCE[:2], "she reads a book"))

    assert (verdict.outcome, verdict.code) == ("failed", "E-BLEU")
    assert verdict.reason.startswith("BLEU ")
    assert verdict.reason.endswith(", the bar is 100")


@pytest.mark.parametrize("lines", [(), ("", "", "")], ids=["no-lines", "empty-lines"])
def test_nothing_translated_has_bleu_zero(judged: Judge, lines: tuple[str, ...]) -> None:
    verdict = judged("bleu", RULE, text(*lines))

    assert (verdict.outcome, verdict.reason, verdict.margin) == ("failed", "BLEU 0.00, the bar is 18", None)


def test_a_missing_line_counts_as_an_empty_one(judged: Judge) -> None:
    assert judged("bleu", RULE, text(*REFERENCE[:2])).reason == judged("bleu", RULE, text(*REFERENCE[:2], "")).reason


def test_bleu_may_look_at_some_lines_only(judged: Judge) -> None:
    got = text(REFERENCE[0], "not this one at all", REFERENCE[2])

    assert judged("bleu", {**RULE, "lines": "data/half.txt"}, got).reason == "BLEU 100.00"


def test_several_references_may_be_given(judged: Judge) -> None:
    assert judged("bleu", {**RULE, "references": ["data/test.en"] * 2}, text(*REFERENCE)).outcome == "passed"


@pytest.mark.parametrize("kind", ["lines", "bleu"])
def test_a_file_that_is_not_there_is_skipped(judged: Judge, kind: str) -> None:
    verdict = judged(kind, {**RULE, "reference": "data/test.en"}, Observation("missing", reason="not handed in"))

    assert (verdict.outcome, verdict.reason) == ("skipped", "not handed in")


def test_a_reference_file_that_is_not_there_is_our_fault(judged: Judge) -> None:
    verdict = judged("lines", {"reference": "data/none.en"}, text("a"))

    assert (verdict.outcome, verdict.code) == ("broken", "E-REFERENCE")
    assert "data/none.en: the reference file cannot be read" in verdict.detail


def test_an_unknown_tokenizer_is_our_fault(judged: Judge) -> None:
    assert judged("bleu", {**RULE, "tokenize": "none such"}, text(*REFERENCE)).outcome == "broken"


@pytest.mark.parametrize(
    ("claimed", "remarks"),
    [
        (100.0, ()),
        (99.995, ()),
        (1.0, ()),
        (25.0, ("does not add up: a log says BLEU 25.00, the outputs give 100.00 (bound 0.01)",)),
    ],
    ids=["right", "rounded", "as-share", "wrong"],
)
def test_a_claim_is_only_compared(
    evidence_of: Callable[..., Evidence], claimed: float, remarks: tuple[str, ...]
) -> None:
    got = Observation("answered", {"claimed_bleu": np.asarray(claimed)}, {"text": "\n".join(REFERENCE)})

    assert claim_remarks(evidence_of("bleu", RULE, got)) == remarks


def test_a_claim_without_outputs_is_remarked(evidence_of: Callable[..., Evidence]) -> None:
    got = Observation("missing", {"claimed_bleu": np.asarray(25.0)})

    assert claim_remarks(evidence_of("bleu", RULE, got)) == ("BLEU claimed without outputs: a log says 25.00",)


def test_without_a_bleu_check_or_a_claim_nothing_is_remarked(evidence_of: Callable[..., Evidence]) -> None:
    got = Observation("missing", {"claimed_bleu": np.asarray(25.0)})

    assert claim_remarks(evidence_of("lines", {"reference": "data/test.en"}, got)) == ()
    assert claim_remarks(evidence_of("bleu", RULE, text("a"))) == ()


def test_a_claim_that_cannot_be_checked_is_left_to_the_check(evidence_of: Callable[..., Evidence]) -> None:
    got = Observation("answered", {"claimed_bleu": np.asarray(25.0)}, {"text": "a"})

    assert claim_remarks(evidence_of("bleu", {**RULE, "references": "data/none.en"}, got)) == ()
