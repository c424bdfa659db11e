"""Figures as data: whatever is drawn with matplotlib is told in data coordinates, however it was shown."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from grader import kit
from grader.figures import Artist, Figure, figures_of
from grader.kit import seaborn_plots
from grader.nouns.seen import Observation
from tests.drawings import drawn

Draw = Callable[[Any], object]
SERIES = np.linspace(1.0, 3.0, 20)
MATRIX = np.arange(12.0).reshape(3, 4)


def only(draw: Draw) -> Artist:
    """The one artist of the one figure that is drawn."""
    ((axes,),) = [figure.axes for figure in drawn(draw)]
    (artist,) = axes.artists
    return artist


def kinds(figures: tuple[Figure, ...]) -> list[list[str]]:
    """The kinds of artists in every figure."""
    return [[artist.kind for axes in figure.axes for artist in axes.artists] for figure in figures]


# --- however it is shown --------------------------------------------------------------------------------------------


def new_figure_after_show(plt: Any) -> None:
    """As in a notebook."""
    plt.plot(SERIES)
    plt.show()
    plt.imshow(MATRIX)


def saved_then_shown(plt: Any) -> None:
    """One figure, twice."""
    plt.plot(SERIES)
    plt.savefig("/nowhere/at/all.png")
    plt.axhline(1)
    plt.show()


def saved_cleared_saved(plt: Any) -> None:
    """One figure for two pictures."""
    plt.plot(SERIES)
    plt.savefig("/nowhere/at/all.png")
    plt.clf()
    plt.imshow(MATRIX)
    plt.savefig("/nowhere/at/all.pdf")


def frames(plt: Any) -> None:
    """One image, of which the data changes between two pictures, and then something is added."""
    image = plt.imshow(MATRIX)
    plt.savefig("/nowhere/at/all.png")
    image.set_data(-MATRIX)
    plt.savefig("/nowhere/at/all.png")
    plt.axvline(1)


def names_of_old(plt: Any) -> None:
    """A style and a function that are gone."""
    plt.style.use("seaborn-of-old")
    plt.plot(SERIES, color=plt.cm.get_cmap("viridis")(0.5))


def cleared_without_being_shown(plt: Any) -> None:
    """Nobody has seen the line."""
    plt.plot(SERIES)
    plt.cla()
    plt.imshow(MATRIX)


def without_a_manager(plt: Any) -> None:
    """Not of pyplot, and gone before the end."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    figure.add_subplot().plot(SERIES)


def not_blocking(plt: Any) -> None:
    """The figure stays."""
    plt.plot(SERIES)
    plt.show(block=False)
    plt.axvline(3)


def inner_figures(plt: Any) -> None:
    """Subfigures, insets and a second scale."""
    left, right = plt.figure().subfigures(1, 2)
    left.subplots().plot(SERIES)
    axes = right.subplots()
    axes.twinx().plot(SERIES)
    axes.inset_axes([0.5, 0.5, 0.4, 0.4]).imshow(MATRIX)
    axes.secondary_xaxis("top")


WAYS: dict[str, tuple[Draw, list[list[str]]]] = {
    "nothing": (lambda plt: None, []),
    "left open": (lambda plt: plt.plot(SERIES), [["line"]]),
    "closed": (lambda plt: (plt.plot(SERIES), plt.close()), [["line"]]),
    "all closed": (lambda plt: (plt.plot(SERIES), plt.figure(), plt.close("all")), [["line"], []]),
    "new after show": (new_figure_after_show, [["line"], ["image"]]),
    "saved then shown": (saved_then_shown, [["line", "rule"]]),
    "saved, cleared, saved": (saved_cleared_saved, [["line"], ["image"]]),
    "cleared unseen": (cleared_without_being_shown, [["image"]]),
    "frames": (frames, [["image"], ["image", "rule"]]),
    "names of old": (names_of_old, [["line"]]),
    "without a manager": (without_a_manager, [["line"]]),
    "not blocking": (not_blocking, [["line", "rule"]]),
    "figure.show": (lambda plt: plt.subplots()[0].show(), [[]]),
    "inside": (inner_figures, [["line", "line", "image"]]),
    "imsave": (lambda plt: plt.imsave("/nowhere/at/all.png", MATRIX), [["image"]]),
    "interactive": (lambda plt: (plt.ion(), plt.plot(SERIES), plt.ioff()), [["line"]]),
    "invisible": (lambda plt: (plt.plot(SERIES)[0].set_visible(False), plt.plot([1], [1])), [[]]),
    "seaborn": (lambda plt: seaborn_plots.heatmap(MATRIX, cmap="viridis", cbar=True), [["image"]]),
    "seaborn lines": (lambda plt: seaborn_plots.lineplot({"g": SERIES}, y="g"), [["line"]]),
    "seaborn points": (lambda plt: seaborn_plots.scatterplot(x=SERIES, y=SERIES), [["points"]]),
    "seaborn bars": (lambda plt: seaborn_plots.barplot(x=SERIES, y=SERIES), [["bars"]]),
    "in three dimensions": (lambda plt: plt.figure().add_subplot(projection="3d").scatter([1], [2], [3]), [["points"]]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
def test_a_figure_is_seen_however_it_is_shown(way: str) -> None:
    draw, expected = WAYS[way]

    assert kinds(drawn(draw)) == expected


def test_a_figure_says_whether_it_was_shown() -> None:
    figures = drawn(new_figure_after_show)

    assert [figure.was_shown for figure in figures] == [True, False]


@pytest.mark.parametrize("backend", ["TkAgg", "QtAgg", "Agg", "pdf"])
def test_no_backend_is_missed(backend: str) -> None:
    def _draw(plt: Any) -> None:
        matplotlib.use(backend)
        plt.switch_backend(backend)
        plt.plot(SERIES)
        plt.show()

    assert kinds(drawn(_draw)) == [["line"]]


def test_nothing_waits() -> None:
    def _draw(plt: Any) -> None:
        plt.plot(SERIES)
        plt.pause(60)
        plt.waitforbuttonpress()
        plt.show(block=True)

    began = time.perf_counter()
    drawn(_draw)

    assert time.perf_counter() - began < 5


def test_what_can_be_written_is_written(tmp_path: Path) -> None:
    drawn(lambda plt: (plt.plot(SERIES), plt.savefig(tmp_path / "here.png", dpi=20)))

    assert (tmp_path / "here.png").read_bytes().startswith(b"\x89PNG")


def test_a_file_is_written_smaller_than_it_would_take_long_to_draw(tmp_path: Path) -> None:
    drawn(lambda plt: (plt.figure(figsize=(10, 10)), plt.plot(SERIES), plt.savefig(tmp_path / "here.png", dpi=2000)))

    assert plt.imread(tmp_path / "here.png").shape[:2] == (2000, 2000)


def test_a_million_shapes_are_not_written(tmp_path: Path) -> None:
    figures = drawn(lambda plt: (plt.pcolormesh(np.zeros((1000, 1000))), plt.savefig(tmp_path / "here.svg")))

    assert kinds(figures) == [["image"]]
    assert not (tmp_path / "here.svg").exists()


def test_settings_are_as_before() -> None:
    before = dict(matplotlib.rcParams)
    drawn(lambda plt: (plt.rc("text", usetex=True), plt.ion()))

    assert dict(matplotlib.rcParams) == before


def test_afterwards_all_is_as_before() -> None:
    before = (matplotlib.figure.Figure.savefig, matplotlib.figure.Figure.__init__, plt.switch_backend)
    drawn(lambda plt: plt.plot(SERIES))

    assert before == (matplotlib.figure.Figure.savefig, matplotlib.figure.Figure.__init__, plt.switch_backend)
    assert plt.get_fignums() == []


def test_figures_are_seen_up_to_the_error_that_ends_a_hand_in() -> None:
    with pytest.raises(ZeroDivisionError), kit.watched() as figures:
        plt.plot(SERIES)
        _ = 1 / 0

    assert len(figures) == 1


def test_getting_ready_leaves_no_thread_and_no_figure() -> None:
    program = (
        "import threading\nfrom grader import kit\nkit.ready_to_watch()\n"
        "import matplotlib.pyplot as plt\nprint(threading.active_count(), plt.get_fignums())"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "1 []\n"


# --- what is drawn --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "kept"),
    [("float32", "float32"), ("float64", "float64"), ("uint8", "uint8"), ("int64", "float64"), ("float16", "float32")],
)
@pytest.mark.parametrize("way", ["imshow", "pcolormesh", "pcolor"])
def test_an_image_is_the_array_as_it_was_given(way: str, dtype: str, kept: str) -> None:
    artist = only(lambda plt: getattr(plt, way)(MATRIX.astype(dtype)))

    assert (artist.kind, artist.values.tolist(), artist.values.shape) == ("image", MATRIX.tolist(), (3, 4))
    assert artist.values.dtype.name == kept or way != "imshow"


def test_what_is_masked_or_not_finite_is_nan() -> None:
    holes = np.ma.masked_equal(np.where(MATRIX == 5, np.inf, MATRIX), 3)

    values = only(lambda plt: plt.imshow(holes)).values

    assert np.argwhere(np.isnan(values)).tolist() == [[0, 3], [1, 1]]


def test_a_colour_bar_is_no_axes_of_its_own() -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: (plt.matshow(MATRIX), plt.colorbar()))]

    assert axes.has_colour_bar
    assert [artist.kind for artist in axes.artists] == ["image"]


def test_axes_tell_their_words_and_scales() -> None:
    def _draw(plt: Any) -> None:
        plt.semilogy(SERIES, label="norm 範數 $\\alpha$")
        plt.title("x" * 1000)
        plt.xlabel("\ud800 step")

    ((axes,),) = [figure.axes for figure in drawn(_draw)]

    assert (axes.x_scale, axes.y_scale, axes.title) == ("linear", "log", "x" * 200)
    assert (axes.x_label, axes.artists[0].label) == ("\\ud800 step", "norm 範數 $\\alpha$")


PLACES: dict[str, tuple[Draw, str, list[list[float]]]] = {
    "circle": (lambda plt: plt.gca().add_patch(plt.Circle((5, 2), 1)), "patch", [[4, 1, 6, 3]]),
    "in fractions": (
        lambda plt: plt.gca().add_patch(plt.Rectangle((0.2, 0.2), 0.5, 0.5, transform=plt.gca().transAxes)),
        "patch",
        [[2, 2, 7, 7]],
    ),
    "annotation": (lambda plt: plt.annotate("a", (5, 2), (6, 3), arrowprops={}), "note", [[5, 2, 6, 3]]),
    "annotation in fractions": (
        lambda plt: plt.annotate("a", (0.5, 0.2), (6, 3), xycoords="axes fraction", textcoords="data"),
        "note",
        [[5, 2, 6, 3]],
    ),
    "annotation, mixed": (
        lambda plt: plt.annotate("a", (5, 0.2), (6, 3), xycoords=("data", "axes fraction"), textcoords="data"),
        "note",
        [[5, 2, 6, 3]],
    ),
    "arrow": (
        lambda plt: plt.arrow(6, 3, -1, -1, length_includes_head=True, head_width=0.1),
        "note",
        [[5, 2, 6, 3]],
    ),
    "text": (lambda plt: plt.text(5, 2, "here"), "text", [[5, 2]]),
    "text in fractions": (lambda plt: plt.text(0.5, 0.2, "here", transform=plt.gca().transAxes), "text", [[5, 2]]),
    "axvline": (lambda plt: plt.axvline(5), "rule", [[5, np.nan, 5, np.nan]]),
    "axhline": (lambda plt: plt.axhline(5), "rule", [[np.nan, 5, np.nan, 5]]),
    "axvspan": (lambda plt: plt.axvspan(5, 6), "rule", [[5, np.nan, 6, np.nan]]),
    "axhspan": (lambda plt: plt.axhspan(5, 6), "rule", [[np.nan, 5, np.nan, 6]]),
    "vlines": (lambda plt: plt.vlines([5, 6], 0, 2), "rule", [[5, 0, 5, 2], [6, 0, 6, 2]]),
    "an upright line": (lambda plt: plt.plot([5, 5], [0, 2]), "rule", [[5, 0, 5, 2]]),
    "a line across": (
        lambda plt: plt.plot([0.1, 0.9], [0.2, 0.2], transform=plt.gca().transAxes),
        "rule",
        [[1, 2, 9, 2]],
    ),
    "scatter": (lambda plt: plt.scatter([5, 6], [2, 3], s=500, facecolors="none"), "points", [[5, 2], [6, 3]]),
    "one point": (lambda plt: plt.plot(5, 2, "ro"), "points", [[5, 2]]),
    "points, one by one": (lambda plt: [plt.plot(x, 2, "ro") for x in (5, 6)], "points", [[5, 2], [6, 2]]),
    "bars": (lambda plt: plt.bar([5, 6], [2, -3], width=1), "bars", [[4.5, 0, 5.5, 2], [5.5, 0, 6.5, -3]]),
    "bars, one by one": (
        lambda plt: [plt.bar(x, 2, width=1, color="r") for x in (5, 6)],
        "bars",
        [[4.5, 0, 5.5, 2], [5.5, 0, 6.5, 2]],
    ),
    "fill": (lambda plt: plt.fill_between([5, 6], [2, 3]), "patch", [[5, 0, 6, 3]]),
}


@pytest.mark.parametrize("way", PLACES)
def test_places_are_told_in_data(way: str) -> None:
    draw, kind, expected = PLACES[way]
    artist = only(lambda plt: (draw(plt), plt.xlim(0, 10), plt.ylim(0, 10)))

    assert artist.kind == kind
    np.testing.assert_allclose(artist.values, expected, atol=1e-9)


def test_places_on_logarithmic_axes_are_told_in_data() -> None:
    def _draw(plt: Any) -> None:
        plt.loglog([1, 100], [1, 100])
        plt.xlim(1, 100)
        plt.ylim(1, 100)
        plt.text(0.5, 0.5, "middle", transform=plt.gca().transAxes)

    ((axes,),) = [figure.axes for figure in drawn(_draw)]

    np.testing.assert_allclose(axes.artists[1].values, [[10, 10]])


def test_a_line_with_some_markers_is_a_line_and_its_points() -> None:
    ((axes,),) = [figure.axes for figure in drawn(lambda plt: plt.plot(SERIES, "-o", markevery=[3, 7]))]
    line, points = axes.artists

    assert (line.kind, points.kind, points.values[:, 0].tolist()) == ("line", "points", [3, 7])


@pytest.mark.parametrize(
    "given",
    [SERIES.tolist(), torch.tensor(SERIES), [torch.tensor(value) for value in SERIES], tuple(SERIES)],
    ids=["numbers", "tensor", "tensors", "tuple"],
)
def test_series_are_read_as_matplotlib_reads_them(given: Any) -> None:
    np.testing.assert_allclose(only(lambda plt: plt.plot(given)).values[:, 1], SERIES, rtol=1e-6)


def test_gaps_in_a_line_are_nan() -> None:
    values = only(lambda plt: plt.plot(np.ma.masked_greater(SERIES, 2.9))).values

    assert np.isnan(values[:, 1]).tolist() == (SERIES > 2.9).tolist()


# --- how much -------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_of_many_figures_the_fullest_are_told() -> None:
    def _draw(plt: Any) -> None:
        for count in range(80):
            plt.figure()
            plt.plot(range(count), "-")
            plt.close()

    lengths = sorted(len(figure.axes[0].artists[0].values) for figure in drawn(_draw))

    assert lengths == list(range(64, 80))


def test_of_many_lines_the_longest_are_told_and_all_marks() -> None:
    def _draw(plt: Any) -> None:
        plt.axvline(3)
        for count in range(3, 103):
            plt.plot(range(count), [number % 7 for number in range(count)])

    ((axes,),) = [figure.axes for figure in drawn(_draw)]

    assert sorted(len(artist.values) for artist in axes.artists) == [1, *range(40, 103)]


def test_what_is_too_large_is_left_out() -> None:
    figures = drawn(lambda plt: (plt.plot(SERIES), plt.imshow(np.zeros((2001, 2000), np.uint8))))

    assert kinds(figures) == [["line"]]


def test_the_outputs_go_under_the_name_that_is_asked_for() -> None:
    with kit.watched() as figures:
        plt.plot(SERIES)
    outputs = figures.outputs("plots")
    tensors = {name: value.numpy() for name, value in outputs.items() if isinstance(value, torch.Tensor)}

    assert list(outputs) == ["plots", "plots.0.0.0"]
    assert isinstance(figures_of(Observation("answered", tensors=tensors), "plots"), tuple)


def test_figures_are_closed_before_the_next_code_draws() -> None:
    plt.figure()
    kit.close_figures()
    assert plt.get_fignums() == []
