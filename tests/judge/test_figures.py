"""image and line: judged by what was drawn, in whatever way it was drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader.judge.part import judge_part
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation
from tests.drawings import observed, series, similarity
from tests.judge.conftest import make_check, make_observation, make_part, make_rubric

Judge = Callable[..., Verdict]
Array = np.ndarray[Any, Any]
Drawing = Callable[[Any, Array], object]
pytestmark = pytest.mark.filterwarnings("ignore")  # matplotlib's, about many figures and old protocols


def subplots_with_an_empty_one(plt: Any, matrix: Array) -> None:
    """Two figures of which the first has no axes."""
    plt.figure()
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1, 2, 3])
    figure.colorbar(right.imshow(matrix), ax=right)


def with_a_late_backend(plt: Any, matrix: Array) -> None:
    """As a script for a desktop does."""
    import matplotlib

    matplotlib.use("TkAgg")
    plt.imshow(matrix, cmap="hot", origin="lower", extent=(0, 1, 0, 1))
    plt.savefig("/nowhere/at/all.png")


def without_pyplot(plt: Any, matrix: Array) -> None:
    """A figure of its own."""
    from matplotlib.figure import Figure

    Figure().add_subplot().matshow(matrix)


def shown_and_then_another(plt: Any, matrix: Array) -> None:
    """Shown, and a new figure begun."""
    plt.imshow(matrix)
    plt.show()
    plt.plot([1, 2])
    plt.show()


def saved_and_cleared(plt: Any, matrix: Array) -> None:
    """One figure used twice."""
    plt.imshow(matrix)
    plt.savefig("/nowhere/at/all.png")
    plt.clf()
    plt.plot([1, 2])


def masked_diagonal(plt: Any, matrix: Array) -> None:
    """A masked array over the whole one."""
    plt.imshow(matrix)
    plt.imshow(np.ma.masked_where(np.eye(len(matrix)) > 0, matrix))


def one_of_several(plt: Any, matrix: Array) -> None:
    """Three maps, of which the second is right."""
    for each in (matrix**2, matrix, -matrix):
        plt.figure()
        plt.imshow(each)


MAPS: dict[str, Drawing] = {
    "imshow": lambda plt, m: plt.imshow(m),
    "matshow": lambda plt, m: plt.matshow(m),
    "pcolormesh": lambda plt, m: plt.pcolormesh(m),
    "pcolormesh with edges": lambda plt, m: plt.pcolormesh(np.arange(len(m) + 1), np.arange(len(m) + 1), m),
    "pcolormesh gouraud": lambda plt, m: plt.pcolormesh(m, shading="gouraud"),
    "pcolor": lambda plt, m: plt.pcolor(m),
    "a tensor": lambda plt, m: plt.imshow(torch.tensor(m)),
    "float64": lambda plt, m: plt.imshow(m.astype(np.float64)),
    "nested lists": lambda plt, m: plt.imshow(m.tolist()),
    "closed": lambda plt, m: (plt.imshow(m), plt.close("all")),
    "imsave": lambda plt, m: plt.imsave("/nowhere/at/all.png", m),
    "two figures, one empty": subplots_with_an_empty_one,
    "late backend": with_a_late_backend,
    "without pyplot": without_pyplot,
    "shown": shown_and_then_another,
    "saved and cleared": saved_and_cleared,
    "two images": masked_diagonal,
    "one of several": one_of_several,
    "without the padding": lambda plt, m: plt.imshow(np.delete(np.delete(m, 1, 0), 1, 1)),
    "without the first two": lambda plt, m: plt.imshow(m[2:, 2:]),
}

BLOCKS: dict[str, tuple[Drawing, str]] = {
    "the first ten": (lambda plt, m: plt.imshow(m[:10, :10]), "image: only 10 of 60 positions"),
    "from the middle": (lambda plt, m: plt.imshow(m[20:40, 20:40]), "image: only 20 of 60 positions"),
    "some rows": (lambda plt, m: plt.imshow(m[:10]), "image: only 10 of 60 positions"),
    "a blank cross": (
        lambda plt, m: plt.imshow(np.where((np.arange(60) == 1) | (np.arange(60)[:, None] == 1), np.nan, m)),
        "image: 119 cells are NaN: row and column 1",
    ),
    "half of it": (
        lambda plt, m: plt.imshow(np.where(np.tri(60) > 0, m, np.nan)),
        "image: 1770 cells are NaN, first at row 0, column 1",
    ),
    "an infinite cell": (
        lambda plt, m: plt.pcolormesh(np.where(np.eye(60)[:, ::-1] * (np.arange(60) > 58), np.inf, m)),
        "image: 1 cell is NaN, first at row 0, column 59",
    ),
}

WRONG_MAPS: dict[str, tuple[Drawing, str]] = {
    "nothing": (lambda plt, m: None, "nothing was drawn"),
    "empty figures": (lambda plt, m: [plt.figure() for _ in range(100)], "the figures are empty"),
    "a line": (lambda plt, m: plt.plot(m[0]), "a line, but no image"),
    "one cell": (lambda plt, m: plt.imshow(m[:1, :1]), "image: it is 1 x 1"),
    "one row": (lambda plt, m: plt.imshow(m[:1]), "image: it is 1 x 60"),
    "all NaN": (lambda plt, m: plt.imshow(m * np.nan), "image: it holds no finite cells"),
    "ones": (lambda plt, m: plt.imshow(np.ones_like(m)), "cells differ"),
    "zeros": (lambda plt, m: plt.imshow(np.zeros_like(m)), "cells differ"),
    "only the diagonal": (lambda plt, m: plt.imshow(np.where(np.eye(60)[2:, 2:] > 0, 1, np.nan)), "is the same"),
    "a random matrix": (lambda plt, m: plt.imshow(np.random.default_rng(1).random(m.shape)), "cells differ"),
    "one wrong cell": (
        lambda plt, m: plt.imshow(m + 0.01 * (np.arange(3600).reshape(60, 60) == 200)),
        "image: 1 of 3600 cells differ, worst 0.01 at row 3, column 20",
    ),
    "negated": (lambda plt, m: plt.imshow(-m), "; it is negated"),
    "one minus": (lambda plt, m: plt.imshow(1 - m), "; it shows one minus the expected values"),
    "distances": (lambda plt, m: plt.imshow(np.sqrt(2.0001 - 2 * m)), "; it falls where the expected one rises"),
    "products": (lambda plt, m: plt.imshow(8 * m), "; it is the expected one times 8"),
    "flipped": (lambda plt, m: plt.imshow(m[::-1]), "; it is flipped upside down"),
    "mirrored": (lambda plt, m: plt.imshow(m[:, ::-1]), "; it is flipped left to right"),
    "turned": (lambda plt, m: plt.imshow(m[::-1, ::-1]), "; it is turned by 180 degrees"),
    "scaled": (lambda plt, m: plt.imshow((m - m.min()) / (m.max() - m.min())), "; it is scaled to 0..1"),
    "as bytes": (lambda plt, m: plt.imshow(np.uint8(255 * (m - m.min()) / np.ptp(m))), "cells differ"),
    "colours": (lambda plt, m: plt.imshow(plt.get_cmap("hot")(m)), "image: it is a picture of colours"),
    "too large": (lambda plt, m: plt.imshow(np.pad(m, 1)), "image: it is 62 x 62, and at most 60 x 60 can be right"),
    "every third": (lambda plt, m: plt.imshow(m[2::3, 2::3]), "cells differ"),
    "the table": (lambda plt, m: plt.imshow(np.sin(m[:, :16] * 9)), "cells differ"),
}


def judged_image(verdict: Judge, got: Observation, **rule: Any) -> Verdict:
    """The verdict of an image check on what was drawn, beside the true similarities."""
    form = {"figures": "figures", "to": "similarity", "cells": "all", "without": [0, 1]} | rule
    return verdict("image", form, {"similarity": similarity()}, got)


@pytest.mark.parametrize("cells", ["finite", "all"])
@pytest.mark.parametrize("way", MAPS)
def test_the_matrix_is_right_in_whatever_way_it_is_drawn(verdict: Judge, way: str, cells: str) -> None:
    found = judged_image(verdict, observed(MAPS[way], similarity()), cells=cells)

    assert found.outcome == "passed", found.reason


@pytest.mark.parametrize("way", BLOCKS)
def test_a_part_of_the_matrix_is_right_but_not_complete(verdict: Judge, way: str) -> None:
    draw, reason = BLOCKS[way]
    got = observed(draw, similarity())

    assert judged_image(verdict, got, cells="finite").outcome == "passed"
    found = judged_image(verdict, got)
    assert (found.outcome, found.code, found.reason) == ("failed", "E-FIGURE", reason)


@pytest.mark.parametrize("way", WRONG_MAPS)
def test_a_wrong_map_is_told_for_what_it_is(verdict: Judge, way: str) -> None:
    draw, reason = WRONG_MAPS[way]
    found = judged_image(verdict, observed(draw, similarity()), cells="finite")

    assert (found.outcome, found.code) == ("failed", "E-FIGURE")
    assert reason in found.reason


ALLOWED: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "transposed": ("transposed", lambda m: m.T),
    "flipped": ("flipped", lambda m: m[::-1]),
    "mirrored": ("flipped", lambda m: m[:, ::-1]),
    "turned": ("flipped", lambda m: m[::-1, ::-1]),
    "scaled to 0..1": ("normalised", lambda m: (m - m.min()) / (m.max() - m.min())),
    "half": ("normalised", lambda m: (m + 1) / 2),
    "a block scaled to 0..1": ("normalised", lambda m: (m[9:29, 9:29] - m[9:29, 9:29].min()) / np.ptp(m[9:29, 9:29])),
}


@pytest.mark.parametrize("way", ALLOWED)
def test_what_the_rubric_allows_is_right_and_only_that(verdict: Judge, way: str) -> None:
    word, change = ALLOWED[way]
    matrix = similarity() + 0.1 * np.arange(60, dtype=np.float32)  # not symmetric
    got = observed(lambda plt, m: plt.imshow(change(m)), matrix)
    rule = {"figures": "figures", "to": "similarity", "cells": "finite"}
    reference = {"similarity": matrix}

    assert verdict("image", rule | {"may_be": [word]}, reference, got).outcome == "passed"
    assert verdict("image", rule, reference, got).outcome == "failed"


def test_the_verdict_names_the_image_that_was_judged(verdict: Judge) -> None:
    found = judged_image(verdict, observed(one_of_several, similarity()))

    assert found.output == "figures.1.0.0"


def test_grey_colours_hold_the_values_if_they_are_the_values(verdict: Judge) -> None:
    matrix = (similarity() + 1) / 2
    got = observed(lambda plt, m: plt.imshow(np.repeat(m[..., np.newaxis], 3, axis=2)), matrix)

    assert judged_image(verdict, got, may_be=["normalised"]).outcome == "passed"


def test_a_reference_that_is_no_matrix_is_our_fault(verdict: Judge) -> None:
    got = observed(MAPS["imshow"], similarity())
    found = verdict("image", {"figures": "figures", "to": "s", "cells": "all"}, {"s": np.ones(3)}, got)

    assert (found.outcome, found.code) == ("broken", "E-REFERENCE")


@pytest.mark.parametrize("kind", ["image", "line"])
def test_a_hand_in_without_figures_has_none(verdict: Judge, kind: str) -> None:
    rule = {"figures": "figures", "to": "s"}
    found = verdict(kind, rule, {"s": np.ones((2, 2))}, {"x": 1.0})

    assert (found.outcome, found.code, found.reason) == ("failed", "E-OUTPUT", "figures: is missing")


@pytest.mark.slow
# --- known mistakes ---


def named(draw: Drawing, *mistakes: Drawing) -> tuple[str, ...]:
    """The mistakes that a map is consistent with, of those that draw so; they are called m0, m1, ..."""
    rule = {"figures": "figures", "to": "similarity", "cells": "all"}
    part = make_part(make_check("image", rule))
    known = {f"m{at}": {"one": observed(mistake, similarity())} for at, mistake in enumerate(mistakes)}
    expected = {"one": make_observation(similarity=similarity())}
    got = {"one": observed(draw, similarity())}
    return judge_part(part, make_rubric(part), expected, got, known, {}).mistakes


def test_a_mistake_is_named_wherever_the_wrong_map_stands() -> None:
    def _in_the_second(plt: Any, matrix: Array) -> None:
        plt.figure()
        plt.subplots(1, 2)[1][1].pcolormesh(1 - matrix)

    negated, distance = WRONG_MAPS["negated"][0], WRONG_MAPS["one minus"][0]

    assert named(_in_the_second, negated, distance) == ("m1",)
    assert named(WRONG_MAPS["zeros"][0], negated, distance) == ()
    assert named(negated, negated, negated) == ()
    assert named(WRONG_MAPS["a line"][0], negated) == ()


# --- lines ----------------------------------------------------------------------------------------------------------


def point_by_point(plt: Any, norms: Array) -> None:
    """A call for every step."""
    for step, norm in enumerate(norms):
        plt.plot(step, norm, "b.")


def piece_by_piece(plt: Any, norms: Array) -> None:
    """A call for every two steps."""
    for step in range(len(norms) - 1):
        plt.plot([step, step + 1], norms[step : step + 2], "b")


def beside_others(plt: Any, norms: Array) -> None:
    """A smoothed and a thinned copy, a limit, and the series itself."""
    plt.plot(np.convolve(norms, np.ones(9) / 9, mode="same"))
    plt.plot(norms[::5])
    plt.axhline(1.0)
    plt.plot(norms, label="gnorm")
    plt.legend()


LINES: dict[str, Drawing] = {
    "plot": lambda plt, s: plt.plot(s),
    "a list of tensors": lambda plt, s: plt.plot([torch.tensor(norm) for norm in s]),
    "one tensor": lambda plt, s: plt.plot(torch.tensor(s)),
    "numbers": lambda plt, s: plt.plot(s.tolist()),
    "counted from one": lambda plt, s: plt.plot(range(1, len(s) + 1), s),
    "in epochs": lambda plt, s: plt.plot(np.arange(len(s)) / 16, s),
    "log axis": lambda plt, s: plt.semilogy(s),
    "both axes": lambda plt, s: plt.loglog(np.arange(1, len(s) + 1), s),
    "scatter": lambda plt, s: plt.scatter(range(len(s)), s),
    "markers": lambda plt, s: plt.plot(s, "r."),
    "markers on a line": lambda plt, s: plt.plot(s, "o-"),
    "bars": lambda plt, s: plt.bar(range(len(s)), s),
    "stem": lambda plt, s: plt.stem(s),
    "step": lambda plt, s: plt.step(range(len(s)), s),
    "stairs": lambda plt, s: plt.stairs(s),
    "point by point": point_by_point,
    "piece by piece": piece_by_piece,
    "beside others": beside_others,
    "two scales": lambda plt, s: plt.subplots()[1].twinx().plot(s),
    "left open in the second of two": lambda plt, s: (plt.figure(), plt.figure(), plt.plot(s)),
}

WRONG_LINES: dict[str, tuple[Drawing, str]] = {
    "nothing": (lambda plt, s: None, "nothing was drawn"),
    "an image": (lambda plt, s: plt.imshow(s.reshape(15, 16)), "an image, but no line"),
    "one per epoch": (lambda plt, s: plt.plot(s[::16]), "line: 15 points, expected one for each of 240 steps"),
    "one too few": (lambda plt, s: plt.plot(s[1:]), "line: 239 points, expected one for each of 240 steps"),
    "smoothed": (lambda plt, s: plt.plot(np.convolve(s, np.ones(5) / 5, mode="same")), "points differ"),
    "after clipping": (lambda plt, s: plt.plot(np.minimum(s, 1)), "; it is the series cut at 1, as after clipping"),
    "its logarithm": (lambda plt, s: plt.plot(np.log10(s)), "; it is the logarithm of the series"),
    "scaled": (lambda plt, s: plt.plot(65536 * s), "; it is the series times 65536"),
    "backwards": (lambda plt, s: plt.plot(s[::-1]), "; it runs backwards"),
    "sorted": (lambda plt, s: plt.plot(np.sort(s)), "points differ"),
    "added up": (lambda plt, s: plt.plot(np.cumsum(s)), "; it adds up all steps so far"),
    "its histogram": (lambda plt, s: plt.hist(s, bins=240), "points differ"),
    "one value off": (
        lambda plt, s: plt.plot(np.where(np.arange(240) == 7, 0.2, s)),
        "line: 1 of 240 points differ, first the one at place 7",
    ),
    "at one place": (lambda plt, s: plt.plot(0 * s, s), "the values are right, but x does not rise"),
    "gaps": (lambda plt, s: plt.plot(np.where(np.arange(240) == 7, np.nan, s)), "points differ"),
}


def judged_line(verdict: Judge, got: Observation, expected: Array, **rule: Any) -> Verdict:
    """The verdict of a line check on what was drawn."""
    return verdict("line", {"figures": "figures", "to": "gnorm"} | rule, {"gnorm": expected}, got)


@pytest.mark.parametrize("way", LINES)
def test_the_series_is_right_in_whatever_way_it_is_drawn(verdict: Judge, way: str) -> None:
    found = judged_line(verdict, observed(LINES[way], series()), series())

    assert found.outcome == "passed", found.reason


@pytest.mark.parametrize("way", WRONG_LINES)
def test_a_wrong_line_is_told_for_what_it_is(verdict: Judge, way: str) -> None:
    draw, reason = WRONG_LINES[way]
    found = judged_line(verdict, observed(draw, series()), series())

    assert (found.outcome, found.code) == ("failed", "E-FIGURE")
    assert reason in found.reason


OVERFLOWS: dict[str, Drawing] = {
    "as they are": lambda plt, s: plt.plot(s),
    "left out": lambda plt, s: plt.plot(s[np.isfinite(s)]),
    "left out, at their steps": lambda plt, s: plt.plot(np.flatnonzero(np.isfinite(s)), s[np.isfinite(s)]),
    "gaps": lambda plt, s: plt.plot(np.where(np.isfinite(s), s, np.nan)),
    "masked": lambda plt, s: plt.plot(np.ma.masked_invalid(s)),
    "as zero": lambda plt, s: plt.plot(np.where(np.isfinite(s), s, 0)),
    "scatter": lambda plt, s: plt.scatter(range(len(s)), s),
}


@pytest.mark.parametrize("way", OVERFLOWS)
def test_steps_that_are_not_finite_may_be_gaps_or_left_out(verdict: Judge, way: str) -> None:
    norms = series()
    norms[[0, 50, 239]] = [np.inf, np.nan, np.inf]

    assert judged_line(verdict, observed(OVERFLOWS[way], norms), norms).outcome == "passed"


@pytest.mark.parametrize("logarithm", [np.log, np.log10, np.log2])
def test_a_logarithm_is_right_where_the_rubric_allows_it(verdict: Judge, logarithm: Callable[[Array], Array]) -> None:
    got = observed(lambda plt, s: plt.plot(logarithm(s)), series())

    assert judged_line(verdict, got, series(), may_be=["logged"]).outcome == "passed"


def test_the_verdict_names_the_line_that_was_judged(verdict: Judge) -> None:
    found = judged_line(verdict, observed(beside_others, series()), series())

    assert found.output == "figures.0.0.3"
