"""Snippets: the right code is found in whatever style it is written, runs with our things, and never trains."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch.nn.functional import cosine_similarity

from grader.kit.handin import Handin, Missing
from tests.kit.conftest import write_files
from tests.kit.ways_to_plot import NORMS, SIMILARITIES, notebook

RULES = (
    {"name": "similarity", "reads": ["embed_positions"], "calls": [], "near": [], "take": "pick"},
    {"name": "norms", "reads": [], "calls": ["plot", "semilogy", "scatter", "bar"], "near": ["norm"], "take": "pick"},
)
Ask = Callable[[Mapping[str, str]], Handin]


@pytest.fixture
def hand_in(tmp_path: Path, clean_imports: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Loads files as a hand-in without units; figures are closed afterwards."""

    def loaded(files: Mapping[str, str]) -> Handin:
        write_files(tmp_path / "job", files)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["handin.py"])
        empty = tmp_path / "none"
        hw = Handin(tmp_path / "job", [], empty, empty, [], {}, str, snippets=RULES)
        hw.load_all()
        return hw

    plt.close("all")
    monkeypatch.setattr(plt, "show", lambda *args, **kwargs: None)
    yield loaded
    plt.close("all")


def stand_in() -> Any:
    """A model with a table for each half."""
    tables = torch.randn(2, 7, 6, generator=torch.Generator().manual_seed(5))
    halves = [SimpleNamespace(embed_positions=SimpleNamespace(weights=table)) for table in tables]
    return SimpleNamespace(decoder=halves[0], encoder=halves[1])


def drawn_images() -> list[Any]:
    """The arrays of all images and meshes of all open figures."""
    axes = [each for number in plt.get_fignums() for each in plt.figure(number).axes]
    found = [np.asarray(image.get_array()) for each in axes for image in (*each.images, *each.collections)]
    return [array for array in found if array.ndim == 2 and array.shape[0] == array.shape[1]]


def drawn_lines() -> list[list[float]]:
    """What stands along y in all lines of all open figures."""
    axes = [each for number in plt.get_fignums() for each in plt.figure(number).axes]
    return [[float(y) for y in line.get_ydata()] for each in axes for line in each.lines]


@pytest.mark.parametrize(("files", "where"), SIMILARITIES.values(), ids=SIMILARITIES)
def test_the_map_of_similarities_is_drawn(hand_in: Ask, files: dict[str, str], where: str) -> None:
    model = stand_in()
    table = model.decoder.embed_positions.weights

    best = hand_in(files).snippets("similarity")[0]
    best.run(best.with_model(model))

    assert best.where == where
    expected = cosine_similarity(table[:, None], table[None], dim=-1)
    assert [np.allclose(image, expected, atol=1e-5) for image in drawn_images()] == [True]
    assert not Path("trained").exists()


@pytest.mark.parametrize(("files", "where"), NORMS.values(), ids=NORMS)
def test_the_norms_are_drawn(hand_in: Ask, files: dict[str, str], where: str) -> None:
    series = [0.5, 3.25, 0.75, 1.5, 0.25, 2.0]

    best = hand_in(files).snippets("norms")[0]
    best.run(best.with_series([torch.tensor(value) for value in series]))

    assert best.where == where
    assert series in drawn_lines()
    assert not Path("trained").exists()


def test_marks_at_a_limit_of_their_settings_are_kept_though_training_reads_the_settings_too(hand_in: Ask) -> None:
    settings = "class Config:\n    clip_norm, n = 1.0, 5\nconfig = Config()\n"
    train = "def train(batches, n):\n    open('trained', 'w').close()\n    loss.backward()\n"
    marks = (
        "import matplotlib.pyplot as plt\ngnorm = train(batches, config.n)['gnorm']\nplt.plot(gnorm)\n"
        "hot = [s for s in range(len(gnorm)) if gnorm[s] > config.clip_norm]\n"
        "for s in hot:\n    plt.text(s, gnorm[s], 'here')\nplt.show()\n"
    )

    best = hand_in({"a.py": settings + train + marks}).snippets("norms")[0]
    best.run(best.with_series([0.5, 3.25, 0.75, 1.5]))

    assert [text.get_position()[0] for text in plt.gca().texts] == [1, 3]
    assert not Path("trained").exists()


# --- finding ---


def test_code_that_draws_comes_before_code_that_only_looks(hand_in: Ask) -> None:
    look = "print(model.decoder.embed_positions.weights.size())"
    draw = "plt.imshow(torch.cdist(model.decoder.embed_positions.weights, model.decoder.embed_positions.weights))"

    found = hand_in({"a.ipynb": notebook(look, draw, look)}).snippets("similarity")

    assert [snippet.where for snippet in found][:1] == ["a.ipynb[cell 2]"]


def test_the_same_code_twice_is_one_snippet(hand_in: Ask) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot(gnorm)\n"

    found = hand_in({"a.ipynb": notebook(code), "a.py": code, "answers.md": f"```\n{code}```\n"}).snippets("norms")

    assert [snippet.where for snippet in found] == ["a.ipynb[cell 1]"]


def test_at_most_eight_are_found(hand_in: Ask) -> None:
    cells = [f"plt.plot(gnorm, label='{number}')" for number in range(20)]

    assert len(hand_in({"a.ipynb": notebook(*cells)}).snippets("norms")) == 8


def test_what_is_not_there_is_missing_and_said_so(hand_in: Ask) -> None:
    hw = hand_in({"a.py": "x = 1\n"})

    assert hw.snippets("similarity") == []
    with pytest.raises(Missing, match=r"no code that reads 'embed_positions' was found; expected: it in a \.py file"):
        hw.snippets("similarity", needed=True)
    with pytest.raises(KeyError):
        hw.snippets("nothing of the rubric")


@pytest.mark.parametrize(
    "code",
    ["plt.plot(losses)", "x = gnorm", "class M:\n    def forward(self, x):\n        return plt.plot(norms)"],
    ids=["another word", "no plot", "within a model"],
)
def test_what_does_not_fit_is_not_found(hand_in: Ask, code: str) -> None:
    assert hand_in({"a.py": f"import matplotlib.pyplot as plt\n{code}\n"}).snippets("norms") == []


# --- running ---


def test_an_error_of_theirs_is_raised_with_its_cell_and_line(hand_in: Ask) -> None:
    (snippet,) = hand_in({"a.ipynb": notebook("x = 1", "\nplt.plot(gnorm[0] / 0)\n")}).snippets("norms")

    with pytest.raises(ZeroDivisionError) as error:
        snippet.run({"gnorm": [1.0]})

    last = error.traceback[-1]
    assert (Path(str(last.frame.code.raw.co_filename)).name, last.lineno + 1) == ("a.ipynb[cell 2]", 2)


def test_what_needs_a_name_that_nobody_gave_is_left_out_and_noted(hand_in: Ask) -> None:
    code = "plt.plot(gnorm)\nplt.savefig(f'{where}.png', metadata=gnorm and None)\nplt.title('norm')\n"
    hw = hand_in({"a.ipynb": notebook(code)})
    (snippet,) = hw.snippets("norms")

    snippet.run({"gnorm": [1.0, 2.0]})

    assert drawn_lines() == [[1.0, 2.0]]
    assert snippet.free == ("gnorm",)


def test_a_name_missing_by_their_own_fault_is_their_error(hand_in: Ask) -> None:
    (snippet,) = hand_in({"a.ipynb": notebook("def draw(norms):\n    plt.plot(norm)\ndraw(gnorms)")}).snippets("norms")[
        :1
    ]

    snippet.run({"gnorms": [1.0]})

    assert snippet.notes == ["a.ipynb[cell 1]: line 3 left out: nothing gives norm"]


def test_our_things_win_over_theirs(hand_in: Ask) -> None:
    code = "gnorm = [5.0, 6.0]\nclip = 2.0\nplt.plot(gnorm)\n"
    (snippet,) = hand_in({"a.ipynb": notebook(code)}).snippets("norms")

    names = snippet.run({"gnorm": [1.0, 2.0]})

    assert (drawn_lines(), names["gnorm"]) == ([[1.0, 2.0]], [1.0, 2.0])


def test_what_they_make_of_a_given_list_is_drawn(hand_in: Ask) -> None:
    cells = ("stats = train(model)\ngnorm = stats['gnorm']", "gnorm = [g * 2 for g in gnorm]\nplt.plot(gnorm)")
    (snippet,) = hand_in({"a.ipynb": notebook(*cells)}).snippets("norms")

    snippet.run({"gnorm": [1.0, 2.0]})

    assert drawn_lines() == [[2.0, 4.0]]


def test_their_own_numbers_are_drawn_where_nothing_is_free(hand_in: Ask) -> None:
    (snippet,) = hand_in({"a.ipynb": notebook("norms = [5.0, 6.0]", "plt.plot(norms)")}).snippets("norms")

    snippet.run(snippet.with_series([1.0, 2.0]))

    assert (snippet.free, drawn_lines()) == ((), [[5.0, 6.0]])


def test_two_runs_see_nothing_of_each_other(hand_in: Ask) -> None:
    (snippet,) = hand_in(
        {"a.ipynb": notebook("for i in range(len(g)):\n    g[i] += 1\nplt.plot(g)\nplt.title('norm')")}
    ).snippets("norms")

    for _ in range(2):
        snippet.run(snippet.with_series([1.0, 2.0]))

    assert drawn_lines()[-1] == [2.0, 3.0]


@pytest.mark.parametrize(
    ("code", "lists"),
    [
        ("plt.plot(gnorms)", ("gnorms",)),
        ("plt.plot(losses)\nplt.title('norm')", ()),
        ("plt.plot(stats['gnorm'], lw=width)", ("stats",)),
        ("plt.plot(draw_norms(3))", ()),
        ("plt.plot(epochs, grads)\nplt.title('norm')", ("grads",)),
        ("plt.bar(range(len(norms)), height=norms)", ("norms",)),
    ],
)
def test_the_lists_that_may_be_the_series_are_told(hand_in: Ask, code: str, lists: tuple[str, ...]) -> None:
    (snippet,) = hand_in({"a.ipynb": notebook(code)}).snippets("norms")

    assert snippet.lists == lists


@pytest.mark.parametrize("root", ["encoder.embed_positions", "model.encoder.embed_positions"])
def test_the_other_half_of_the_model_stays_the_other_half(hand_in: Ask, root: str) -> None:
    model = stand_in()
    (snippet,) = hand_in(
        {"a.py": f"import matplotlib.pyplot as plt\nw = {root}.weights\nplt.imshow(w @ w.T)\n"}
    ).snippets("similarity")

    names = snippet.run(snippet.with_model(model))

    assert names["w"] is model.encoder.embed_positions.weights


def test_asking_runs_nothing(hand_in: Ask) -> None:
    code = "import os\nos.mkdir('ran')\nimport matplotlib.pyplot as plt\nplt.plot(gnorm)\n"

    assert hand_in({"a.py": code}).snippets("norms")[0].text
    assert not Path("ran").exists()


# --- odd sources ---

DRAWING = "import matplotlib.pyplot as plt\nplt.plot(gnorm)\n"


@pytest.mark.parametrize(
    "files",
    [
        {"a.ipynb": notebook(*[f"x{number} = {number}" for number in range(1000)], DRAWING)},
        {"a.py": DRAWING + "def a():\n    b()\ndef b():\n    a()\n"},
        {"a.py": "".join(f"def f{n}(x):\n    f{n + 1}(x)\n" for n in range(300)) + DRAWING},
        {"a.py": DRAWING + "y = [" + "+".join("1" * 500) + "]\n"},
        {"a.py": "g = 1\n" + "g += 1\n" * 500 + DRAWING.replace("(gnorm", "(gnorm, [g]*3")},
        {"a.ipynb": notebook("\ufeffimport os\r\n", DRAWING.replace("\n", "\r\n"))},
        {"a.ipynb": notebook("!ls\n" * 500, "\t" + DRAWING.replace("\n", "\n\t"))},
    ],
    ids=["many cells", "a circle", "a long chain", "a long sum", "many steps", "line ends", "magics and tabs"],
)
def test_odd_sources_are_searched_as_well(hand_in: Ask, files: dict[str, str]) -> None:
    best = hand_in(files).snippets("norms")[0]
    best.run(best.with_series([1.0, 2.0, 3.0]))

    assert len(drawn_lines()) == 1
