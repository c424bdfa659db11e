"""Lines with a BLEU, its precisions and its brevity penalty."""

from __future__ import annotations

from random import Random

import pytest

from grader.judge.logs.bleu import score_findings, score_in
from grader.judge.logs.series import Line
from grader.nouns.judged import LogFinding
from tests.judge.logs import simulated as sim

# The handout's own: every number of it agrees with the others.
EXAMPLE = "BLEU = 23.85 57.1/31.7/18.3/11.2 (BP = 0.966 ratio = 0.967 hyp_len = 108100 ref_len = 111811)"


def found(text: str) -> list[LogFinding]:
    """What does not add up in a line."""
    score = score_in(Line("run.log", 3, text))
    return [] if score is None else list(score_findings(score))


def test_the_example_adds_up() -> None:
    assert found(EXAMPLE) == []


def test_every_number_is_read() -> None:
    score = score_in(Line("run.log", 3, f"2023-03-14 | INFO | {EXAMPLE}"))

    assert score is not None
    assert (score.bleu.value, score.penalty.value, score.ratio.value) == (23.85, 0.966, 0.967)
    assert [each.value for each in score.precisions] == [57.1, 31.7, 18.3, 11.2]
    assert (score.hyp_len, score.ref_len) == (108100, 111811)


def test_the_way_of_fairseq_is_read_too() -> None:
    line = "Generate: BLEU4 = 23.85, 57.1/31.7/18.3/11.2 (BP=0.966, ratio=0.967, syslen=108100, reflen=111811)"

    assert score_in(Line("run.log", 3, line)) is not None
    assert found(line) == []


@pytest.mark.parametrize(
    "name",
    ["BLEU|nrefs:1|case:mixed|tok:zh|smooth:exp|version:2.3.1", "BLEU+case.mixed+numrefs.1+tok.zh+version.1.5.1"],
)
def test_a_line_with_its_signature_is_read_too(name: str) -> None:
    assert score_in(Line("run.log", 3, EXAMPLE.replace("BLEU", name))) is not None


@pytest.mark.parametrize(
    ("was", "now", "rule"),
    [
        ("23.85", "24.85", "BLEU is BP times the geometric mean of the precisions"),
        ("0.966", "0.996", "BP is min(1, exp(1 - ref_len / hyp_len))"),
        ("0.967", "0.987", "ratio is hyp_len / ref_len"),
        ("57.1", "67.1", "BLEU is BP times the geometric mean of the precisions"),
        ("108100", "109100", "ratio is hyp_len / ref_len"),
    ],
    ids=["bleu", "bp", "ratio", "precision", "length"],
)
def test_a_number_that_was_changed_is_found(was: str, now: str, rule: str) -> None:
    rules = [each.rule for each in found(EXAMPLE.replace(was, now))]

    assert rule in rules


def test_a_finding_gives_both_numbers_and_the_bound() -> None:
    (each,) = found(EXAMPLE.replace("23.85", "24.85"))

    assert (each.expected, each.found) == ("23.8407", "24.85")
    assert float(each.bound) == pytest.approx(0.075, abs=0.001)


def test_honest_lines_add_up() -> None:
    random = Random(9)

    assert [found(sim.bleu_line(random)) for _ in range(200)] == [[]] * 200


@pytest.mark.parametrize(
    "line",
    [
        "BLEU = 0.00 0.0/0.0/0.0/0.0 (BP = 0.000 ratio = 0.000 hyp_len = 0 ref_len = 111811)",
        "BLEU = 0.00 12.1/0.3/0.0/0.0 (BP = 1.000 ratio = 1.000 hyp_len = 111811 ref_len = 111811)",
        "BLEU = 0.12 5.3/0.4/0.1/0.0 (BP = 1.000 ratio = 1.500 hyp_len = 1500 ref_len = 1000)",
        "BLEU = nan nan/nan/nan/nan (BP = nan ratio = nan hyp_len = 10 ref_len = 10)",
        "BLEU = 100.00 100.0/100.0/100.0/100.0 (BP = 1.000 ratio = 1.000 hyp_len = 10 ref_len = 10)",
    ],
    ids=["nothing", "zeros", "tiny", "nan", "perfect"],
)
def test_lines_at_the_edges_add_up(line: str) -> None:
    assert found(line) == []
