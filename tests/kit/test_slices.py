"""A slice holds what a step needs and what depends on it, and names what must be given."""

from __future__ import annotations

import ast

import pytest

from grader.kit.census import Piece
from grader.kit.program import Program
from grader.kit.slices import Slice, Slicer, Stretch, needed_part


def cut(*cells: str, seed: str, given: tuple[str, ...] = (), modules: dict[str, str] | None = None) -> Slice:
    """The slice around the steps that hold this text."""

    def program(*texts: str) -> Program:
        trees = [ast.parse(text) for text in texts]
        return Program([(Piece("w", text, tree), tree.body) for text, tree in zip(texts, trees, strict=True)])

    found = program(*cells)
    seeds = [at for at, step in enumerate(found.steps) if seed in ast.unparse(step.node)]
    others = {name: program(text) for name, text in (modules or {}).items()}
    return Slicer(Stretch(found, found.steps), given, others.get).slice(seeds)


def lines(found: Slice) -> list[str]:
    return [ast.unparse(step.node) for step in found.steps]


def test_imports_definitions_and_constants_come_along() -> None:
    cell = "import math\nimport os\nWIDTH = 3\ndef f(x):\n    return math.pi * x * WIDTH\n"

    found = cut(cell, "unused = 1", "y = f(2)", seed="y =")

    assert [line.partition("\n")[0] for line in lines(found)] == ["import math", "WIDTH = 3", "def f(x):", "y = f(2)"]
    assert found.free == ()


def test_what_depends_on_the_seed_follows() -> None:
    found = cut("a = seed()", "b = a + 1\nother = 2", "print(b)", "a = 3\nprint(a)", seed="seed()")

    assert lines(found) == ["a = seed()", "b = a + 1", "print(b)"]


@pytest.mark.parametrize(
    "made",
    [
        "g = train()",
        "g = json.load(open('g.json'))",
        "g = []\nfor x in loader:\n    loss.backward()\n    g.append(1)",
        "g = []\ntrain(g)",
        "g = {}\ntrain(g)",
        "g, h = [], []\ntrain(g, h)",
        "g = []\ndef step():\n    loss.backward()\n    g.append(1)\nstep()",
        "class Log:\n    pass\ng = Log()\ntrain(g)",
        "with open('x') as f:\n    g = f.read()",
        "g = thing.that_nobody_knows()",
        "from training import g",
        "",
    ],
)
def test_what_comes_from_training_or_files_is_free(made: str) -> None:
    training = "g = []\nfor x in y:\n    loss.backward()\n    g += [1]\n"

    assert cut(made, "plot(g)", seed="plot", modules={"training": training}).free[-1:] == ("g",)


@pytest.mark.parametrize(
    "made",
    [
        "g = [1, 2]",
        "g = 3\ntrain(g)",
        "g = [1, 2]\ntrain(g)",
        "import argparse\ng = argparse.Namespace(clip=1.0)\ntrain(g)",
        "g = []\nfor i in range(3):\n    g.append(i)",
        "from settings import g",
        "from settings import *",
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--x')\ng = parser.parse_args()",
    ],
)
def test_what_is_plain_comes_along(made: str) -> None:
    found = cut(made, "print(g)", seed="print", modules={"settings": "g = 3\n"})

    assert (found.free, lines(found)[0]) == ((), made.partition("\n")[0])


def test_what_is_given_is_not_looked_for() -> None:
    assert lines(cut("model = make(3)", "x = model.w", seed="model.w", given=("model",))) == ["x = model.w"]


def test_free_names_stand_in_the_order_of_first_use() -> None:
    assert cut("x = z + a", "plot(c, x, b)", seed="plot", given=("plot",)).free == ("z", "a", "c", "b")


def test_what_draws_in_the_same_cell_comes_along_if_it_asks_for_nothing_more() -> None:
    cell = "plt.figure()\nplt.plot(g)\nplt.plot(losses)\nplt.axhline(cfg.clip_norm)\nplt.savefig(args.out)\nplt.show()"

    found = cut(cell, seed="plot(g)")

    assert lines(found) == ["plt.figure()", "plt.plot(g)", "plt.axhline(cfg.clip_norm)", "plt.show()"]
    assert (found.free, found.supplied) == (("g", "cfg"), {"plt"})


def test_a_definition_in_a_later_cell_is_found() -> None:
    assert lines(cut("y = f(1)", "def f(x):\n    return x", seed="y ="))[-1] == "y = f(1)"


def test_an_import_is_reduced_to_what_is_wanted() -> None:
    node = ast.parse("from a import b, c as d, e").body[0]

    assert ast.unparse(needed_part(node, {"b", "d"}, {"b": 1})) == "from a import c as d"
