"""Which arrays become pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader import pictures
from grader.nouns.asked import Case, Part, Plot
from grader.nouns.judged import CheckResult, PartResult, Picture
from grader.nouns.plain import Array
from grader.nouns.seen import Observation
from grader.pictures import arrays_of, with_pictures

PART = Part(
    "1g",
    "Attention",
    2.0,
    "probe",
    probe="step",
    cases=(Case("ragged", {}), Case("pair", {}, public=True)),
    axes={"weights": "b s"},
)
CURVE = Plot("curve", output="losses", case="ragged", title="Loss", x="step", y="loss")


def result(*checks: CheckResult) -> PartResult:
    """The result of the part with these checks."""
    return PartResult("1g", "Attention", 0.0, 2.0, 0.0, "failed", "", 0.0, 0, checks=checks)


def failed(output: str = "weights", case: str = "ragged", verdict: Any = "failed") -> CheckResult:
    """A check that found this output wrong."""
    return CheckResult("values", "close", (output,), case, verdict, 0.0, 1.0, output=output)


def answered(**tensors: Any) -> Observation:
    """An answer with these arrays."""
    return Observation("answered", tensors={name: np.asarray(value) for name, value in tensors.items()})


def drawn(
    part: Part, judged: PartResult, expected: Observation | None, got: Observation | None, case: str = "ragged"
) -> tuple[tuple[Picture, ...], dict[str, Array]]:
    """The pictures of a part whose one case gave this."""
    sides = [{case: side} if side else {} for side in (expected, got)]
    told, yours = with_pictures(part, judged, *sides)
    return told.pictures, yours


WEIGHTS = answered(weights=[[1.0, 2.0]])


def test_a_wrong_output_is_drawn_beside_what_was_expected() -> None:
    ((picture,), yours) = drawn(PART, result(failed()), WEIGHTS, WEIGHTS)

    assert (picture.kind, picture.title, picture.axes) == ("matrices", "weights, case ragged", "b s")
    assert picture.yours == picture.expected == "1g/ragged/weights"
    assert list(yours) == ["1g/ragged/weights"]


@pytest.mark.parametrize("verdict", ["passed", "crashed", "stopped", "void", "broken"])
def test_only_what_failed_is_drawn(verdict: str) -> None:
    assert drawn(PART, result(failed(verdict=verdict)), WEIGHTS, WEIGHTS) == ((), {})


@pytest.mark.parametrize("check", [failed(output=""), failed(case="")], ids=["no output", "no case"])
def test_a_failure_that_names_no_array_is_not_drawn(check: CheckResult) -> None:
    assert drawn(PART, result(check), WEIGHTS, WEIGHTS) == ((), {})


def test_two_checks_of_one_output_give_one_picture() -> None:
    shown, _ = drawn(PART, result(failed(), failed()), WEIGHTS, WEIGHTS)

    assert len(shown) == 1


@pytest.mark.parametrize(("case", "public"), [("ragged", False), ("pair", True)])
def test_a_picture_is_public_if_its_case_is(case: str, public: bool) -> None:
    ((picture,), _) = drawn(PART, result(failed(case=case)), WEIGHTS, WEIGHTS, case)

    assert picture.public is public


def test_nothing_is_compared_where_the_student_gave_nothing() -> None:
    assert drawn(PART, result(failed()), WEIGHTS, None) == ((), {})


@pytest.mark.parametrize("side", ["yours", "expected"])
def test_a_plot_is_drawn_if_either_side_has_it(side: str) -> None:
    part = Part("1g", "", 2.0, "probe", cases=PART.cases, plots=(CURVE,))
    losses = answered(losses=[3.0, 2.0, 1.0])

    ((picture,), yours) = drawn(
        part, result(), losses if side == "expected" else None, losses if side == "yours" else None
    )

    assert (picture.kind, picture.title, picture.x, picture.y) == ("curve", "Loss", "step", "loss")
    assert list(yours) == (["1g/ragged/losses"] if side == "yours" else [])


def test_a_plot_that_nobody_can_fill_is_left_out() -> None:
    part = Part("1g", "", 2.0, "probe", cases=PART.cases, plots=(CURVE,))

    assert drawn(part, result(), WEIGHTS, WEIGHTS) == ((), {})


def test_plots_come_before_failures() -> None:
    part = Part("1g", "", 2.0, "probe", cases=PART.cases, plots=(CURVE,))
    both = answered(losses=[1.0], weights=[1.0])

    shown, _ = drawn(part, result(failed()), both, both)

    assert [picture.kind for picture in shown] == ["curve", "matrices"]


@pytest.mark.parametrize("size", [0, 7])
def test_an_array_that_is_empty_or_too_large_is_not_drawn(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(pictures, "MAX_VALUES", 6)

    assert drawn(PART, result(failed()), WEIGHTS, answered(weights=np.ones(size))) == ((), {})


def test_an_array_of_the_largest_size_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_VALUES", 6)

    assert len(drawn(PART, result(failed()), WEIGHTS, answered(weights=np.ones(6)))[0]) == 1


def test_the_reference_is_kept_under_the_names_that_pictures_use() -> None:
    kept = arrays_of({"1g": {"ragged": WEIGHTS, "pair": answered(weights=[])}, "1h": {"one": answered(bleu=7.0)}})

    assert {name: array.tolist() for name, array in kept.items()} == {
        "1g/ragged/weights": [[1.0, 2.0]],
        "1h/one/bleu": 7.0,
    }
