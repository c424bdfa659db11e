"""A part as a whole: points, verdict, reason, cases, mistakes, groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.judge.part import judge_part, not_run
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.judged import CaseResult, PartResult
from grader.nouns.plain import Fault, WrittenItem
from grader.nouns.seen import Observation, Usage

H0 = np.random.default_rng(1).normal(size=(4, 3))
C0 = np.random.default_rng(2).normal(size=(4, 3))
RIGHT = {"h0": H0, "c0": C0}

Judge = Callable[..., PartResult]


@pytest.fixture
def encoder(a_part: Callable[..., Part], a_check: Callable[..., Check]) -> Part:
    """Four points: shape 1, h0 1, c0 2; one public case."""
    return a_part(
        a_check("shape", {"h0": "b h", "c0": "b h"}, 1),
        a_check("close", "h0", 1, id="h0"),
        a_check("close", "c0", 2, id="c0", options={"atol": 0.01}),
        cases=(Case("one", {}, public=True),),
        axes={"h0": "b h", "c0": "b h"},
        mistakes={"swapped": 2.0},
    )


@pytest.fixture
def judged(encoder: Part, a_rubric: Callable[..., Rubric], answered: Callable[..., Observation]) -> Judge:
    """The result of what a student gives; known mistakes and hints as outputs and sentences."""

    def judge(
        got: Mapping[str, object] | Observation,
        part: Part = encoder,
        known: Mapping[str, Mapping[str, object]] | None = None,
        hints: Mapping[str, str] | None = None,
    ) -> PartResult:
        seen = got if isinstance(got, Observation) else answered(**got)
        mistakes = {name: {"one": answered(**{**RIGHT, **outputs})} for name, outputs in (known or {}).items()}
        return judge_part(part, a_rubric(part), {"one": answered(**RIGHT)}, {"one": seen}, mistakes, hints or {})

    return judge


def test_a_right_answer_gets_everything(judged: Judge) -> None:
    result = judged(RIGHT)

    assert (result.score, result.max, result.pending, result.verdict) == (4, 4, 0, "passed")
    assert (result.reason, result.group, result.mistakes) == ("h0 (4, 3), c0 (4, 3)", "", ())


def test_a_wrong_output_costs_the_points_of_its_check(judged: Judge) -> None:
    result = judged({**RIGHT, "c0": -C0})

    assert (result.score, result.verdict) == (2, "failed")
    assert [check.points for check in result.checks] == [1, 1, 0]
    assert result.reason == result.checks[2].reason
    assert result.reason.endswith("every sign is reversed")


def test_a_check_says_what_it_is_of_and_its_tolerance(judged: Judge) -> None:
    shape, _, c0 = judged(RIGHT).checks

    assert (shape.of, shape.tolerance) == (("h0", "c0"), "")
    assert (c0.id, c0.check, c0.of, c0.tolerance) == ("c0", "close", ("c0",), "|a - b| <= 0.01 + 0.0001 |b|")


def test_a_known_mistake_is_named_with_its_hint(judged: Judge) -> None:
    result = judged({**RIGHT, "c0": H0}, known={"swapped": {"c0": H0}}, hints={"swapped": "Use c_projection."})

    assert (result.mistakes, result.hint, result.group) == (("swapped",), "Use c_projection.", "")


def test_an_unknown_mistake_has_a_group_and_no_hint(judged: Judge) -> None:
    result = judged({**RIGHT, "c0": H0}, known={"swapped": {"c0": -C0}}, hints={"swapped": "Use c_projection."})

    assert (result.mistakes, result.hint) == ((), "")
    assert result.group.startswith("1d/c0/")


@pytest.mark.parametrize(
    ("observation", "verdict", "pending", "reason"),
    [
        (Observation("raised", fault=Fault("ValueError", "no")), "crashed", 0, "ValueError: no"),
        (Observation("import_error", fault=Fault("ImportError", "x")), "crashed", 0, "import error: ImportError: x"),
        (Observation("left", reason="segmentation fault"), "crashed", 0, "segmentation fault"),
        (Observation("unreadable", reason="a byte after the frame"), "crashed", 0, "a byte after the frame"),
        (Observation("stopped", limit="processes"), "stopped", 0, "stopped (processes): 64 processes allowed"),
        (Observation("missing", reason="NMT is missing"), "skipped", 0, "NMT is missing"),
        (Observation("untouched"), "skipped", 0, "the handout's stub is unchanged"),
        (Observation("broken", reason="no space"), "broken", 4, "our fault, it costs no points: no space"),
    ],
    ids=lambda value: value.ended if isinstance(value, Observation) else "",
)
def test_every_ending_has_its_verdict_and_only_ours_keeps_points_open(
    judged: Judge, observation: Observation, verdict: str, pending: float, reason: str
) -> None:
    result = judged(observation)

    assert (result.score, result.verdict, result.pending, result.reason) == (0, verdict, pending, reason)


def test_a_part_tells_how_its_cases_ran(judged: Judge) -> None:
    fault = Fault("ValueError", "no")
    usage = Usage(wall_s=0.5, cpu_s=0.4, peak_bytes=1000)

    result = judged(Observation("raised", fault=fault, reason="r", stdout="out", stderr="err", usage=usage))

    assert (result.seconds, result.peak_bytes) == (0.5, 1000)
    assert result.cases == (CaseResult("one", "raised", 0.5, 1000, "r", fault, "out", "err", True),)


def test_written_items_keep_a_part_pending(judged: Judge, encoder: Part) -> None:
    part = replace(encoder, written=(WrittenItem("why", "", 1.5),), points=5.5)

    result = judged(RIGHT, part)

    assert (result.score, result.max, result.pending, result.verdict) == (4, 5.5, 1.5, "pending")
    assert result.reason == "a person will read this: 1.5 points pending"
    assert judged({**RIGHT, "c0": H0}, part).verdict == "failed"


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (0, "a person may comment on this; it has no points"),
        (1, "a person will read this: 1 point pending"),
        (0.5, "a person will read this: 0.5 points pending"),
    ],
)
def test_a_pending_part_says_how_much_waits(judged: Judge, encoder: Part, points: float, reason: str) -> None:
    assert judged(RIGHT, replace(encoder, written=(WrittenItem("why", "", points),))).reason == reason


def test_a_part_that_is_only_looked_at_passes_if_it_runs(judged: Judge, encoder: Part) -> None:
    part = replace(encoder, checks=(), points=0)

    assert judged(RIGHT, part).verdict == "passed"
    assert judged(Observation("left"), part).verdict == "crashed"


def test_a_shape_of_a_parameter_is_no_picture(judged: Judge, encoder: Part, a_check: Callable[..., Check]) -> None:
    part = replace(encoder, checks=(a_check("parameters", "*.weight"),))

    (check,) = judged({**RIGHT, "helper.weight": [3]}, part).checks

    assert (check.code, check.output) == ("E-PARAMETERS", "")


def test_all_is_of_what_its_subchecks_are(judged: Judge, encoder: Part, a_check: Callable[..., Check]) -> None:
    robust = a_check("all", None, subchecks=(a_check("same", ["one.h0", "one.h0"]), a_check("finite", ["h0", "c0"])))

    (check,) = judged(RIGHT, replace(encoder, checks=(robust,))).checks

    assert check.of == ("one.h0", "h0", "c0")


def test_a_written_part_shows_the_answer(a_part: Callable[..., Part], a_rubric: Callable[..., Rubric]) -> None:
    part = a_part(source="answers", probe="", cases=(), written=(WrittenItem("i", "", 2),))
    answers = Observation("answered", texts={"answer": "Because."})

    result = judge_part(part, a_rubric(part), {}, {"answers": answers}, {}, {})

    assert (result.answer, result.verdict, result.pending, result.cases) == ("Because.", "pending", 2, ())


def test_a_claimed_bleu_is_remarked_and_costs_nothing(
    a_part: Callable[..., Part], a_rubric: Callable[..., Rubric], a_check: Callable[..., Check], tmp_path: Path
) -> None:
    sentence = "the cat sat on the mat today"
    (tmp_path / "test.en").write_text(f"{sentence}\n")
    check = a_check("bleu", {"references": "test.en", "above": 18}, 2, cases=())
    part = a_part(check, source="file", probe="", reads="out.txt", cases=())
    seen = Observation("answered", {"claimed_bleu": np.asarray(25.0)}, {"text": sentence})

    result = judge_part(part, a_rubric(part, folder=str(tmp_path)), {}, {"file": seen}, {}, {})

    assert (result.score, result.verdict, result.reason) == (2, "passed", "BLEU 100.00")
    assert result.remarks == ("does not add up: a log says BLEU 25.00, the outputs give 100.00 (bound 0.01)",)


def test_a_part_that_the_level_cannot_run_is_our_fault_and_keeps_all_points_open(encoder: Part) -> None:
    seen = not_run(encoder, "an answer", ["shared_memory"], "container")

    assert (seen.verdict, seen.score, seen.pending, seen.max) == ("broken", 0, 4, 4)
    assert seen.reason == (
        "our fault, it costs no points: the level 'container' offers no shared memory here, which this part needs"
    )
    assert {check.code for check in seen.checks} == {"E-BOX-LEVEL"}
    assert seen.answer == "an answer"
