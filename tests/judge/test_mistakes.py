"""Which known mistake wrong outputs are consistent with: unique, per output, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.judge.checks import findings
from grader.judge.evidence import Evidence
from grader.judge.mistakes import consistent_with, needs_known
from grader.nouns.asked import Case, Check, Part, Rubric
from grader.nouns.judged import Verdict
from grader.nouns.plain import Fault
from grader.nouns.seen import Observation

RNG = np.random.default_rng(5)
ENC, H0, C0 = RNG.normal(size=(4, 7, 6)), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
OTHER_ENC, OTHER_H0, OTHER_C0 = RNG.normal(size=(4, 7, 6)), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))
RIGHT = {"enc": ENC, "h0": H0, "c0": C0}
CRASH = Observation("raised", fault=Fault("RuntimeError", "theirs"))

Named = Callable[..., tuple[str, ...]]


@pytest.fixture
def encoder(a_part: Callable[..., Part], a_check: Callable[..., Check]) -> Part:
    """Two cases; enc, h0 and c0 are compared in both."""
    cases = ("ragged", "alone")
    return a_part(
        a_check("close", "enc", 3, cases),
        a_check("close", ["h0", "c0"], 3, cases, id="h0c0"),
        cases=tuple(Case(name, {}) for name in cases),
        mistakes={"one": 5.0},
    )


@pytest.fixture
def named(encoder: Part, an_evidence: Callable[..., Evidence], answered: Callable[..., Observation]) -> Named:
    """The mistakes that are named. Each side says what is not right, in both cases unless it names one."""

    def observed(wrong: Mapping[str, Any]) -> dict[str, Observation]:
        plain = {name: value for name, value in wrong.items() if name not in ("ragged", "alone")}
        cases = {}
        for case in ("ragged", "alone"):
            own = wrong.get(case, {})
            if isinstance(own, Observation):
                cases[case] = own
            else:
                outputs = {**RIGHT, **plain, **own}
                cases[case] = answered(**{name: value for name, value in outputs.items() if value is not None})
        return cases

    def name(got: Mapping[str, Any], **known: Mapping[str, Any]) -> tuple[str, ...]:
        evidence = an_evidence(encoder, observed({}), observed(got))
        wrong = [verdict for check in encoder.checks for verdict in findings(check, evidence)]
        return consistent_with(evidence, wrong, {mistake: observed(outputs) for mistake, outputs in known.items()})

    return name


def test_a_mistake_that_gives_the_same_wrong_output_is_named(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"c0": OTHER_C0}, two={"h0": OTHER_H0}) == ("one",)


def test_float_noise_does_not_hide_it(named: Named) -> None:
    assert named({"c0": OTHER_C0 + 1e-6}, one={"c0": OTHER_C0}) == ("one",)


def test_nothing_is_named_where_nothing_is_wrong(named: Named) -> None:
    assert named({}, one={"c0": OTHER_C0}) == ()


def test_nothing_is_named_that_gives_something_else(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"c0": 2 * OTHER_C0}, two={}) == ()


def test_two_mistakes_that_give_the_same_are_not_named(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"c0": OTHER_C0}, two={"c0": OTHER_C0}) == ()


def test_two_independent_mistakes_are_both_named(named: Named) -> None:
    got = {"h0": OTHER_H0, "c0": OTHER_C0}

    assert named(got, one={"c0": OTHER_C0}, two={"h0": OTHER_H0}) == ("two", "one")


def test_one_mistake_that_explains_everything_beats_two_that_explain_a_part(named: Named) -> None:
    got = {"h0": OTHER_H0, "c0": OTHER_C0}

    assert named(got, one=got, two={"h0": OTHER_H0}) == ("one",)


def test_a_mistake_is_named_for_its_output_beside_an_unknown_one(named: Named) -> None:
    assert named({"h0": OTHER_H0, "c0": OTHER_C0}, one={"c0": OTHER_C0}) == ("one",)


def test_zeros_that_are_shared_name_nobody_who_is_wrong_elsewhere_in_another_way(named: Named) -> None:
    zeros = np.zeros((4, 3))

    assert named({"c0": zeros, "enc": OTHER_ENC}, one={"c0": zeros, "enc": 2 * OTHER_ENC}) == ()
    assert named({"c0": zeros, "enc": OTHER_ENC}, one={"c0": zeros}) == ("one",)


def test_a_mistake_is_not_named_where_it_would_be_wrong_and_the_student_is_right(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"enc": OTHER_ENC, "c0": OTHER_C0}) == ()


def test_a_mistake_must_fit_in_every_case(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"ragged": {"c0": OTHER_C0}}) == ()
    assert named({"ragged": {"c0": OTHER_C0}}, one={"c0": OTHER_C0}) == ()
    assert named({"ragged": {"c0": OTHER_C0}}, one={"ragged": {"c0": OTHER_C0}}) == ("one",)


def test_a_mistake_that_leaves_an_output_right_does_not_explain_it(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"c0": C0, "h0": OTHER_H0}) == ()


def test_a_crash_is_matched_by_its_kind_of_exception(named: Named) -> None:
    same = Observation("raised", fault=Fault("RuntimeError", "of the mistake"))
    other = Observation("raised", fault=Fault("IndexError", ""))

    assert named({"alone": CRASH}, one={"alone": same}, two={"alone": other}) == ("one",)


def test_a_mistake_that_crashes_is_not_named_where_the_student_answers(named: Named) -> None:
    assert named({"c0": OTHER_C0}, one={"c0": OTHER_C0, "alone": CRASH}) == ()


def test_a_crash_in_one_case_does_not_hide_a_mistake_in_another(named: Named) -> None:
    assert named({"c0": OTHER_C0, "alone": CRASH}, one={"c0": OTHER_C0}) == ("one",)


def test_missing_outputs_are_matched(named: Named) -> None:
    assert named({"c0": None}, one={"c0": None}, two={"c0": OTHER_C0}) == ("one",)
    assert named({"c0": OTHER_C0}, one={"c0": None}) == ()


def test_texts_are_matched(named: Named) -> None:
    assert named({"c0": "no tensor"}, one={"c0": "no tensor"}, two={"c0": "nothing"}) == ("one",)


def test_shapes_are_matched(named: Named) -> None:
    assert named({"enc": ENC.swapaxes(0, 1)}, one={"enc": ENC.swapaxes(0, 1)}) == ("one",)


def test_an_unknown_case_of_a_mistake_fits_nothing(
    encoder: Part, an_evidence: Callable[..., Evidence], answered: Callable[..., Observation]
) -> None:
    evidence = an_evidence(encoder, {}, {"ragged": answered(c0=C0)})
    wrong = [Verdict("failed", case="ragged", output="c0")]

    assert consistent_with(evidence, wrong, {"one": {}}) == ()


@pytest.mark.parametrize(("c0", "needed"), [(C0, False), (OTHER_C0, True)], ids=["right", "wrong"])
def test_mistakes_are_run_only_where_something_is_wrong(
    encoder: Part,
    a_rubric: Callable[..., Rubric],
    answered: Callable[..., Observation],
    c0: Any,
    needed: bool,
) -> None:
    right = dict.fromkeys(("ragged", "alone"), answered(**RIGHT))
    got = dict.fromkeys(("ragged", "alone"), answered(**RIGHT | {"c0": c0}))

    assert needs_known(encoder, a_rubric(encoder), right, got) is needed


def test_mistakes_are_not_run_where_none_is_known(
    a_part: Callable[..., Part], a_check: Callable[..., Check], a_rubric: Callable[..., Rubric]
) -> None:
    part = a_part(a_check("close", "x"))

    assert not needs_known(part, a_rubric(part), {}, {})
