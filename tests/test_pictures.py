"""Which arrays become pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader import pictures
from grader.nouns.asked import Case, Check, Part, Plot
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


@pytest.mark.parametrize("kind", ["causal", "perplexity"])
def test_an_output_that_says_nothing_beside_the_reference_is_left_to_plots(kind: str) -> None:
    told, yours = drawn(PART, result(replace(failed(), check=kind)), WEIGHTS, WEIGHTS)

    assert (told, yours) == ((), {})


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


# --- what figures show ------------------------------------------------------------------------------------------------

NAN, INF = float("nan"), float("inf")
STEPS = np.arange(50.0)
NORMS = np.where(np.isin(STEPS, (11, 40)), 5.0, 0.5)
IMAGE = Plot("image", "figures", "decoder", "Similarity", beside="similarity")
SERIES = Plot("series", "gnorm", "own", "Norms", x="update", figures="figures", clip=1.0)
PLOTTED = Part("P", "", 2.0, "probe", cases=(Case("decoder", {}, public=True), Case("own", {})), plots=(IMAGE, SERIES))


def figures(*artists: tuple[str, Any], **tensors: Any) -> Observation:
    """An answer with one figure that shows these artists, and other arrays."""
    told = [{"kind": kind, "label": ""} for kind, _ in artists]
    words = {"title": "", "x_label": "", "y_label": "", "x_scale": "linear", "y_scale": "linear", "colour_bar": False}
    claim = {"figures": [{"shown": True, "axes": [{**words, "artists": told}]}]}
    values = {f"figures.0.0.{place}": np.asarray(each) for place, (_, each) in enumerate(artists)}
    text = np.frombuffer(json.dumps(claim).encode(), dtype=np.uint8)
    return answered(figures=text, **values, **tensors)


def of_figures(
    got: dict[str, Observation], *checks: CheckResult, part: Part = PLOTTED, **expected: Observation
) -> tuple[dict[str, Picture], dict[str, Array]]:
    """The pictures of a part by kind, and the arrays that are kept."""
    told, yours = with_pictures(part, result(*checks), expected, got)
    return {picture.kind: picture for picture in told.pictures}, yours


def test_the_largest_image_is_drawn_beside_the_references_tensor() -> None:
    seen = figures(("image", np.eye(2)), ("image", np.eye(9)))

    shown, yours = of_figures({"decoder": seen}, decoder=answered(similarity=np.eye(9)))

    assert (shown["image"].yours, shown["image"].expected) == ("P/decoder/figures.0.0.1", "P/decoder/similarity")
    assert list(yours) == ["P/decoder/figures.0.0.1"]


@pytest.mark.parametrize(
    ("case_public", "plot_public", "public", "hides_expected"),
    [(False, False, False, False), (False, True, True, True), (True, False, True, False), (True, True, True, False)],
)
def test_of_a_hidden_case_their_own_side_alone_can_be_public(
    case_public: bool, plot_public: bool, public: bool, hides_expected: bool
) -> None:
    case, plot = Case("decoder", {}, public=case_public), replace(IMAGE, public=plot_public)
    part = Part("P", "", 2.0, "probe", cases=(case,), plots=(plot,))

    shown, _ = of_figures({"decoder": figures(("image", np.eye(2)))}, part=part)

    assert (shown["image"].public, shown["image"].hides_expected) == (public, hides_expected)


def test_the_image_that_a_check_looked_at_is_drawn() -> None:
    seen = figures(("image", np.eye(2)), ("image", np.eye(9)))
    check = failed("figures.0.0.0", "decoder", "passed")

    assert of_figures({"decoder": seen}, check)[0]["image"].output == "figures.0.0.0"


def test_a_piece_of_a_figure_that_failed_is_no_picture_of_its_own() -> None:
    seen = figures(("image", np.eye(2)))

    assert list(of_figures({"decoder": seen}, failed("figures.0.0.0", "decoder"))[0]) == ["image"]


def test_without_an_image_of_theirs_the_references_stands_alone() -> None:
    shown, yours = of_figures({"decoder": figures()}, decoder=answered(similarity=np.eye(9)))

    assert (shown["image"].yours, yours) == ("", {})


def test_figures_that_break_their_form_are_not_drawn() -> None:
    broken = answered(figures=np.frombuffer(b"{", dtype=np.uint8))

    assert of_figures({"decoder": broken, "own": broken}) == ({}, {})


def test_a_series_is_kept_with_the_line_and_the_marks_drawn_of_it() -> None:
    curve, mark = np.stack([STEPS, NORMS], axis=1), np.array([[11.0, 5, 30, 9]])

    shown, yours = of_figures({"own": figures(("line", curve), ("note", mark), gnorm=NORMS)})

    picture = shown["series"]
    assert (picture.yours, picture.line) == ("P/own/gnorm", "P/own/figures.0.0.0")
    assert (picture.marks, picture.marked) == ("P/own/figures.marks", "P/own/figures.marked")
    assert (picture.clip, picture.x, picture.public) == (1.0, "update", False)
    assert yours["P/own/figures.marks"].tolist() == [[11, 5, 11, 5]]
    assert yours["P/own/figures.marked"].tolist() == [11]


@pytest.mark.parametrize(("within", "marked"), [(2, False), (9, True)])
def test_what_is_marked_is_what_the_check_of_marks_takes_for_marked(within: int, marked: bool) -> None:
    seen = figures(("line", np.stack([STEPS, NORMS], axis=1)), ("text", np.array([[20.0, 5]])), gnorm=NORMS)
    check = Check("marks", "marks", {"series": "gnorm", "within": within}, 1.0, ("own",))

    shown, _ = of_figures({"own": seen}, part=replace(PLOTTED, checks=(check,)))

    assert bool(shown["series"].marked) is marked


def test_a_line_without_its_series_is_kept_by_itself() -> None:
    shown, yours = of_figures({"own": figures(("line", np.stack([STEPS, NORMS], axis=1)))})

    assert (shown["series"].yours, shown["series"].line) == ("", "P/own/figures.0.0.0")
    assert list(yours) == ["P/own/figures.0.0.0"]


def test_a_series_that_was_not_drawn_is_kept_too() -> None:
    shown, _ = of_figures({"own": answered(gnorm=NORMS)})

    assert (shown["series"].yours, shown["series"].line, shown["series"].marks) == ("P/own/gnorm", "", "")


ENDS = (NAN, INF, -INF, 1e308, -1e308, 1e-320, 0.0, 1.0, 7.5)


@pytest.mark.parametrize("seed", range(20))
def test_figures_of_any_numbers_are_kept(seed: int) -> None:
    random = np.random.default_rng(seed)
    widths = {"line": 2, "points": 2, "bars": 4, "patch": 4, "note": 4, "text": 2, "rule": 4, "image": 3}
    artists = [(kind, random.choice(ENDS, (random.integers(0, 12), width))) for kind, width in widths.items()]
    seen = figures(*artists, gnorm=random.choice(ENDS, random.integers(1, 12)))

    assert "series" in of_figures({"decoder": seen, "own": seen})[0]


def test_a_large_array_is_kept_in_half_the_size() -> None:
    _, yours = of_figures({"decoder": figures(("image", np.ones((1026, 1026))))})

    assert yours["P/decoder/figures.0.0.0"].dtype == np.float32


def test_values_that_float32_cannot_hold_are_kept_whole() -> None:
    huge = np.full((300, 300), 1e300)

    assert arrays_of({"P": {"own": answered(huge=huge)}})["P/own/huge"].dtype == np.float64


# --- what was handed in as a picture ----------------------------------------------------------------------------------

PIXELS = np.zeros((4, 6, 3), dtype=np.uint8)


def handed_in(**pictures_by_name: Any) -> dict[str, Observation]:
    """Cases with a heat map, and these pictures."""
    named = {name.replace("_", "."): array for name, array in pictures_by_name.items()}
    return {"decoder": figures(("image", np.eye(2))), "handed_in": answered(**named)}


def test_a_picture_that_was_handed_in_stands_beside_the_first_plot_of_a_figure() -> None:
    shown, yours = of_figures(handed_in(picture=PIXELS, picture_1=PIXELS + 1, picture_10=PIXELS))

    names = ("P/handed_in/picture", "P/handed_in/picture.1", "P/handed_in/picture.10")
    assert shown["image"].pixels == names
    assert [name for name in yours if "handed_in" in name] == list(names)


def test_it_stands_alone_where_the_plot_is_hidden_from_its_author() -> None:
    hidden = Part("P", "", 2.0, "probe", cases=(Case("decoder", {}),), plots=(IMAGE,))

    shown, _ = of_figures(handed_in(picture=PIXELS), part=hidden)

    assert (shown["image"].pixels, shown["image"].public) == ((), False)
    assert (shown["pixels"].pixels, shown["pixels"].public) == (("P/handed_in/picture",), True)


def test_at_most_four_are_shown() -> None:
    many = {f"picture_{number}": PIXELS for number in range(9)}

    assert len(of_figures(handed_in(**many))[0]["image"].pixels) == pictures.MAX_HANDED_IN


@pytest.mark.parametrize(
    "array", [np.zeros((4, 6)), np.zeros((2001, 2000, 3), np.uint8)], ids=["no colours", "too large"]
)
def test_what_is_no_picture_is_not_shown(array: Array) -> None:
    assert of_figures(handed_in(picture=array))[0]["image"].pixels == ()
