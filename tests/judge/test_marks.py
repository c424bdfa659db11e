"""marks: places marked on a curve, by whatever means, at steps of the student's own series above a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.figures import Artist, Axes, Figure, Kind
from grader.judge.marks import best_marks
from grader.judge.part import judge_part
from grader.nouns.asked import Case
from grader.nouns.judged import Verdict
from grader.nouns.seen import Observation
from tests.drawings import EXPLOSIONS, STEPS, observed, series
from tests.judge.conftest import make_check, make_observation, make_part, make_rubric

Judge = Callable[..., Verdict]
Array = np.ndarray[Any, Any]
Drawing = Callable[[Any, Any, Array, list[int]], object]
RULE = {"figures": "figures", "series": "gnorm", "above": 1.0, "within": 2, "at_least": 2}
TWO = [30, 90]


def circles(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Ellipses, as wide as they must be to be seen."""
    from matplotlib.patches import Ellipse

    for step in at:
        ax.add_patch(Ellipse((step + 1, s[step]), 20, 5, fill=False))


def ellipses_in_fractions(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Placed by eye, in fractions of the axes."""
    from matplotlib.patches import Ellipse

    ax.set_xlim(-10, 250)
    for step in at:
        ax.add_patch(Ellipse(((step + 10) / 260, 0.8), 0.05, 0.1, transform=ax.transAxes, fill=False))


def fancy_arrows(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Arrows with a tail elsewhere."""
    from matplotlib.patches import FancyArrowPatch

    for step in at:
        ax.add_patch(FancyArrowPatch((step + 25, 20), (step, float(s[step])), arrowstyle="->", mutation_scale=10))


def backward_arrows(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Arrows whose head is at the beginning."""
    for step in at:
        ax.annotate("", xy=(step + 25, 20), xytext=(step, s[step]), arrowprops={"arrowstyle": "<-"})


def in_one_collection(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Circles in a collection."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    ax.add_collection(PatchCollection([Circle((step, s[step]), 6) for step in at], facecolor="none"))


def on_the_figure(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Added to the figure, in the data of the axes."""
    from matplotlib.patches import Ellipse

    for step in at:
        ax.figure.add_artist(Ellipse((step, s[step]), 20, 5, transform=ax.transData, fill=False))


def by_hand(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Circles drawn as lines."""
    turn = np.linspace(0, 2 * np.pi, 60)
    for step in at:
        plt.plot(step + 8 * np.cos(turn), s[step] + 2 * np.sin(turn), "r")


def boxes_around(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Rectangles that hold an explosion, but not in their middle."""
    for step in at:
        ax.add_patch(plt.Rectangle((step - 3, 0), 10, s[step] + 1, fill=False))


def spans(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Bands of colour."""
    for step in at:
        plt.axvspan(step - 2, step + 5, alpha=0.3)


def coloured_scatter(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """All steps as points, those above the limit in red."""
    plt.scatter(range(len(s)), s, c=["r" if norm > 1 else "b" for norm in s])


def only_what_is_above(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """A copy of the series with gaps."""
    plt.plot(np.where(s > 1, s, np.nan), "ro")


def beside_rules_of_epochs(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
    """Two circles, a rule at each epoch, a limit and a legend text."""
    circles(plt, ax, s, at)
    for epoch in range(0, len(s), 16):
        plt.axvline(epoch, ls=":")
    plt.axhline(1.0)
    plt.text(200, 40, "clip norm")


MARKS: dict[str, Drawing] = {
    "circles": circles,
    "circles in fractions": ellipses_in_fractions,
    "circles in a collection": in_one_collection,
    "circles on the figure": on_the_figure,
    "circles by hand": by_hand,
    "large points": lambda plt, ax, s, at: plt.scatter(at, s[at], s=500, facecolors="none", edgecolors="r"),
    "points, one by one": lambda plt, ax, s, at: [plt.plot(step, s[step], "ro") for step in at],
    "points at once": lambda plt, ax, s, at: plt.plot(at, s[at], "rx"),
    "points on a line": lambda plt, ax, s, at: plt.plot(at, s[at], "r--o"),
    "markevery": lambda plt, ax, s, at: plt.plot(s, "-o", markevery=at),
    "all above the limit": lambda plt, ax, s, at: plt.plot(np.flatnonzero(s > 1), s[s > 1], "r*"),
    "only what is above": only_what_is_above,
    "coloured scatter": coloured_scatter,
    "notes with arrows": lambda plt, ax, s, at: [
        ax.annotate("boom", (step, s[step]), xytext=(step + 30, 30), arrowprops={"facecolor": "r"}) for step in at
    ],
    "notes without arrows": lambda plt, ax, s, at: [ax.annotate("boom", xy=(step, s[step])) for step in at],
    "notes by points": lambda plt, ax, s, at: [
        ax.annotate("boom", (step, s[step]), (0, 20), textcoords="offset points", arrowprops={}) for step in at
    ],
    "notes by the axis": lambda plt, ax, s, at: [
        ax.annotate("boom", xy=(step, 0.9), xycoords=("data", "axes fraction")) for step in at
    ],
    "arrows": lambda plt, ax, s, at: [plt.arrow(step, s[step] + 9, 0, -6, head_length=2) for step in at],
    "arrows from afar": fancy_arrows,
    "arrows backwards": backward_arrows,
    "texts": lambda plt, ax, s, at: [plt.text(step, s[step], "explosion") for step in at],
    "rules": lambda plt, ax, s, at: [plt.axvline(step, color="r") for step in at],
    "rules as lines": lambda plt, ax, s, at: [plt.plot([step, step], [0, 50], "r--") for step in at],
    "vlines": lambda plt, ax, s, at: plt.vlines(at, 0, s[at]),
    "boxes": boxes_around,
    "spans": spans,
    "bars": lambda plt, ax, s, at: plt.bar(at, s[at], width=3),
    "circle and note at each": lambda plt, ax, s, at: (circles(plt, ax, s, at), plt.text(92, 46, "here")),
    "beside rules of epochs": beside_rules_of_epochs,
}

WRONG: dict[str, tuple[Drawing, str]] = {
    "nothing": (lambda plt, ax, s, at: None, "nothing is marked"),
    "a limit": (lambda plt, ax, s, at: (plt.axhline(1.0), plt.plot([0, 239], [1, 1])), "nothing is marked"),
    "one circle": (lambda plt, ax, s, at: circles(plt, ax, s, at[:1]), "1 explosion is marked, 2 are asked for"),
    "one, twice": (
        lambda plt, ax, s, at: (circles(plt, ax, s, [90]), plt.text(92, 46, "x"), plt.plot(90, 46, "o")),
        "1 explosion is marked, 2 are asked for",
    ),
    "below the limit": (
        lambda plt, ax, s, at: circles(plt, ax, s, [50, 120]),
        "no mark stands within 2 steps of an explosion; others stand at steps 51, 121",
    ),
    "three steps off": (
        lambda plt, ax, s, at: plt.plot([at[0] - 3, at[1] + 3], [4, 46], "ro"),
        "no mark stands within 2 steps of an explosion; others stand at steps 27, 93",
    ),
    "every step": (
        lambda plt, ax, s, at: plt.scatter(range(len(s)), s + 0.5),
        "marks at 240 of 240 steps, explosions or not, point at nothing",
    ),
    "every tenth step": (lambda plt, ax, s, at: plt.plot(range(0, 240, 10), s[::10], "ro"), "marks at 24 of 240 steps"),
    "every third step": (lambda plt, ax, s, at: plt.vlines(range(0, 240, 3), 0, 9), "marks at 80 of 240 steps"),
    "the curve in points": (lambda plt, ax, s, at: plt.scatter(range(len(s)), s), "nothing is marked"),
    "the largest and the smallest": (
        lambda plt, ax, s, at: circles(plt, ax, s, [int(s.argmax()), int(s.argmin())]),
        "1 explosion is marked, 2 are asked for; others stand at step",
    ),
    "one wide box": (lambda plt, ax, s, at: plt.axvspan(0, 239), "no mark stands within 2 steps of an explosion"),
    "boxes everywhere": (
        lambda plt, ax, s, at: [plt.axvspan(left, left + 12) for left in range(0, 240, 12)],
        "marks at 20 of 240 steps",
    ),
    "elsewhere": (
        lambda plt, ax, s, at: [plt.text(2 * step + 7, 5, "boom") for step in (100, 110)],
        "nothing is marked",
    ),
    "in another figure": (
        lambda plt, ax, s, at: (plt.figure(), plt.plot(s[:100]), plt.plot([30, 60], [4, 4], "ro")),
        "nothing is marked",
    ),
}


def marked(draw: Drawing, norms: Array, x: Array | None = None) -> Observation:
    """A curve with marks, and its series."""

    def _draw(plt: Any) -> None:
        ax = plt.subplots()[1]
        ax.plot(np.arange(len(norms)) if x is None else x, norms)
        draw(plt, ax, norms, TWO)

    return observed(_draw, gnorm=norms)


@pytest.mark.parametrize("way", MARKS)
def test_two_explosions_are_marked_by_whatever_means(verdict: Judge, way: str) -> None:
    found = verdict("marks", RULE, {}, marked(MARKS[way], series()))

    assert found.outcome == "passed", found.reason


@pytest.mark.parametrize("way", WRONG)
def test_what_does_not_point_at_two_explosions_is_no_mark(verdict: Judge, way: str) -> None:
    draw, reason = WRONG[way]
    found = verdict("marks", RULE, {}, marked(draw, series()))

    assert (found.outcome, found.code) == ("failed", "E-MARKS")
    assert reason in found.reason


@pytest.mark.parametrize(
    "x",
    [np.arange(STEPS) + 1, np.arange(STEPS) / 16 + 0.5, np.arange(1, STEPS + 1) ** 2.0, 10 * np.arange(STEPS)],
    ids=["from one", "epochs", "squares", "every tenth"],
)
def test_marks_are_read_in_the_steps_of_the_curve(verdict: Judge, x: Array) -> None:
    def _right(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
        plt.plot(x[at], s[at], "ro")
        plt.xscale("log")

    def _wrong(plt: Any, ax: Any, s: Array, at: list[int]) -> None:
        plt.plot(x[[50, 120]], s[at], "ro")

    assert verdict("marks", RULE, {}, marked(_right, series(), x)).outcome == "passed"
    assert verdict("marks", RULE, {}, marked(_wrong, series(), x)).outcome == "failed"


def test_the_verdict_tells_the_steps_and_names_the_curve(verdict: Judge) -> None:
    found = verdict("marks", RULE, {}, marked(circles, series()))

    assert (found.reason, found.output) == ("2 marked: steps 30, 90", "figures.0.0.0")


def test_without_a_curve_over_the_steps_no_mark_stands_for_a_step(verdict: Judge) -> None:
    def _per_epoch(plt: Any) -> None:
        plt.plot(series()[::16])
        plt.plot([30 / 16, 90 / 16], [1, 2], "ro")

    found = verdict("marks", RULE, {}, observed(_per_epoch, gnorm=series()))

    assert (found.outcome, found.reason) == ("failed", "no curve is drawn over the steps")


def test_marks_on_a_thinned_or_smoothed_curve_are_read_too(verdict: Judge) -> None:
    def _thinned(plt: Any) -> None:
        plt.plot(range(0, STEPS, 10), series()[::10])
        plt.plot([30, 90], [1, 2], "ro")

    assert verdict("marks", RULE, {}, observed(_thinned, gnorm=series())).outcome == "passed"


def test_a_series_with_one_explosion_has_one_to_mark(verdict: Judge) -> None:
    norms = np.minimum(series(), 0.9)
    norms[30] = 5

    assert verdict("marks", RULE, {}, marked(lambda plt, ax, s, at: plt.plot(30, 5, "ro"), norms)).outcome == "passed"
    assert verdict("marks", RULE, {}, marked(lambda plt, ax, s, at: None, norms)).outcome == "failed"


@pytest.mark.parametrize(
    ("norms", "reason"),
    [
        (None, "no series 'gnorm' was handed in, so a person looks at the marks"),
        (np.full(STEPS, 0.5), "the series never rises above 1, so a person looks at the marks"),
        (np.full(STEPS, np.nan), "the series never rises above 1, so a person looks at the marks"),
        (np.zeros((2, 3)), "no series 'gnorm' was handed in, so a person looks at the marks"),
        (np.zeros(0), "the series never rises above 1, so a person looks at the marks"),
    ],
    ids=["none", "low", "nan", "matrix", "empty"],
)
def test_without_explosions_a_person_looks(verdict: Judge, norms: Array | None, reason: str) -> None:
    got = marked(circles, series())
    given = {} if norms is None else {"gnorm": norms}
    tensors = {name: values for name, values in got.tensors.items() if name != "gnorm"} | given
    found = verdict("marks", RULE, {}, Observation("answered", tensors=tensors))

    assert (found.outcome, found.code, found.reason) == ("pending", "E-SERIES", reason)


def test_points_of_pending_marks_stay_open() -> None:
    line = make_check("finite", "gnorm", points=1, cases=("ours",))
    part = make_part(
        line, make_check("marks", RULE, points=1, cases=("own",)), cases=(Case("ours", {}), Case("own", {}))
    )
    ours = make_observation(gnorm=series())
    both = {"ours": ours, "own": make_observation(figures=np.zeros(0, np.uint8))}
    result = judge_part(part, make_rubric(part), {"ours": ours, "own": ours}, both, {}, {})

    assert (result.score, result.pending, result.max, result.verdict) == (1, 1, 2, "pending")
    assert [check.verdict for check in result.checks] == ["passed", "pending"]


def test_a_case_that_fails_says_more_than_one_that_waits() -> None:
    check = make_check("marks", RULE, points=1, cases=("a", "b"))
    part = make_part(check, cases=(Case("a", {}), Case("b", {})))
    nothing = make_observation(figures=np.zeros(0, np.uint8))
    empty = marked(lambda plt, ax, s, at: None, series())
    result = judge_part(part, make_rubric(part), {}, {"a": nothing, "b": empty}, {}, {})

    assert (result.verdict, result.pending) == ("failed", 0)


def test_more_may_be_asked_for_than_are_marked(verdict: Judge) -> None:
    found = verdict("marks", RULE | {"at_least": 3}, {}, marked(circles, series()))

    assert found.reason == "2 explosions are marked, 3 are asked for"


NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(NUMBERS, min_size=1, max_size=12),
    st.lists(st.tuples(*[NUMBERS] * 4), max_size=12),
    st.sampled_from(["line", "points", "bars", "patch", "note", "text", "rule", "image"]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_drawn_it_is_judged(norms: list[float], rows: list[tuple[float, ...]], kind: Kind) -> None:
    values = np.array(rows).reshape(-1, 4)
    values = values[:, :2] if kind in ("line", "points", "text") else values
    curve = Artist("line", np.column_stack([np.arange(len(norms), dtype=np.float64), norms]))
    axes = Axes("", "", "", "linear", "linear", False, (curve, Artist(kind, values)))
    found = best_marks((Figure((axes,), was_shown=True),), "figures", np.array(norms), 1.0, 2.0, 2)

    assert found.outcome in ("passed", "failed")


@given(
    st.lists(st.integers(0, STEPS - 1), min_size=2, max_size=5, unique=True),
    st.floats(-1e3, 1e3),
    st.floats(1e-3, 1e3),
    st.lists(st.floats(-2, 2), min_size=5, max_size=5),
    st.sampled_from(["points", "patch", "note", "rule", "text"]),
    st.permutations([0, 1, 2]),
)
@settings(max_examples=60, deadline=None)
def test_marks_count_wherever_the_curve_is_placed(
    at: list[int], start: float, step: float, off: list[float], kind: Kind, order: list[int]
) -> None:
    norms = np.full(STEPS, 0.5)
    norms[at] = 3.0
    x = start + step * np.arange(STEPS)
    places = start + step * (np.array(at) + 0.99 * np.array(off[: len(at)]))
    rows = {
        "points": (places, places * 0),
        "text": (places, places * 0),
        "patch": (places - 3 * step, places * 0, places + 3 * step, places * 0 + 1),
        "note": (places, places * 0, places + 50 * step, places * 0),
        "rule": (places, places * np.nan, places, places * np.nan),
    }
    curve, marks = Artist("line", np.column_stack([x, norms])), Artist(kind, np.column_stack(rows[kind]))
    figures = [
        Figure((), was_shown=True),
        Figure((Axes("", "", "", "linear", "linear", False, (marks, curve)),), was_shown=True),
        Figure((Axes("", "", "", "linear", "linear", False, (curve,)),), was_shown=False),
    ]
    distinct = len({round(place) for place in (places - start) / step})
    found = best_marks(tuple(figures[place] for place in order), "figures", norms, 1.0, 2.0, min(2, distinct))

    assert found.outcome == "passed" or kind == "text", found.reason


def test_explosions_are_those_of_the_table() -> None:
    assert tuple(np.flatnonzero(series() > 1)) == EXPLOSIONS
