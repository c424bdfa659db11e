"""What the steps of a file may do when they are run."""

from __future__ import annotations

import ast

import pytest

from grader.kit.census import Piece
from grader.kit.program import Program, Step, spread, without_guard


def program(text: str) -> Program:
    tree = ast.parse(text)
    return Program([(Piece("work.py", text, tree), tree.body)])


def last(text: str) -> tuple[Program, Step]:
    found = program(text)
    return found, found.steps[-1]


@pytest.mark.parametrize(
    ("text", "trains"),
    [
        ("loss.backward()", True),
        ("optimizer.step()", True),
        ("ax.step(x, y)", False),
        ("stats = train_one_epoch(model)", True),
        ("def f():\n    loss.backward()\nf()", True),
        ("def f():\n    loss.backward()\ndef g():\n    f()\ng()", True),
        ("def f():\n    loss.backward()", False),
        ("class T:\n    def go(self):\n        loss.backward()\nt.go()", True),
        ("class T:\n    def go(self):\n        loss.backward()\n    def plot(self):\n        pass\nt.plot()", False),
        ("def main():\n    print(1)\nmain()", False),
        ("for x in loader:\n    loss.backward()", True),
        ("import random\nrandom.seed(1)", False),
    ],
)
def test_training_is_seen_through_functions(text: str, trains: bool) -> None:
    found, step = last(text)

    assert found.trains(step.facts) is trains


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("x = open('f').read()", True),
        ("x = torch.load('f')", True),
        ("def f():\n    return open('f')\nx = f()", True),
        ("model = build_model(args)", True),
        ("class M(nn.Module):\n    pass\nm = M()", True),
        ("class M:\n    def forward(self, x):\n        pass\ndef make():\n    return M()\nm = make()", True),
        ("class C:\n    size = 3\nc = C()", False),
        ("x = [1, 2]", False),
    ],
)
def test_files_and_models_count_as_acting(text: str, acts: bool) -> None:
    found, step = last(text)

    assert found.acts(step.facts) is acts


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("x = [y.item() for y in z]", True),
        ("import numpy as np\nx = np.log10(z)", True),
        ("x = torch.tensor(z).cumsum(0)", True),
        ("x = sorted(z, key=len)", True),
        ("x = something(z)", False),
        ("x = thing.something(z)", False),
        ("def f(z):\n    return z + 1\nx = f(z)", True),
    ],
)
def test_what_only_computes_is_quiet(text: str, quiet: bool) -> None:
    found, step = last(text)

    assert found.is_quiet(step.facts) is quiet


def test_drawing_is_seen_through_functions() -> None:
    found, step = last("import matplotlib.pyplot as plt\ndef f(x):\n    plt.plot(x)\nf(3)")

    assert found.draws(step.facts)
    assert found.shows(step.facts)


def test_a_title_shows_no_data() -> None:
    found, step = last("import matplotlib.pyplot as plt\nplt.title('x')")

    assert (found.draws(step.facts), found.shows(step.facts)) == (True, False)


def test_the_body_of_a_main_guard_stands_in_its_place() -> None:
    body = ast.parse("a = 1\nif __name__ == '__main__':\n    b = 2\nc = 3").body

    assert [ast.unparse(each) for each in without_guard(body)] == ["a = 1", "b = 2", "c = 3"]


def test_spreading_ends_in_circles() -> None:
    assert spread({"a"}, {"a": ["b"], "b": ["a", "c"], "d": ["e"]}) == {"a", "b", "c"}
