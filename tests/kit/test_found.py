"""Where in a file something fits."""

from __future__ import annotations

import ast

from grader.kit.census import Piece
from grader.kit.found import Place, Search
from grader.kit.program import Program


def places(*cells: str, reads: tuple[str, ...] = (), calls: tuple[str, ...] = ("plot",)) -> list[Place]:
    trees = [ast.parse(text) for text in cells]
    pieces = [(Piece("w", text, tree), tree.body) for text, tree in zip(cells, trees, strict=True)]
    return Search(Program(pieces), reads, calls if not reads else (), ["norm"] if not reads else ()).places()


def seeds(found: list[Place]) -> list[list[str]]:
    return [[ast.unparse(place.stretch.steps[at].node) for at in place.seeds] for place in found]


def test_each_cell_is_a_place_and_the_later_comes_first() -> None:
    assert seeds(places("plot(norm)", "x = 1", "plot(2 * norm)")) == [["plot(2 * norm)"], ["plot(norm)"]]


def test_a_word_nearby_is_enough_but_one_in_the_call_is_better() -> None:
    assert seeds(places("plot(a)\ntitle('grad norm')")) == [["plot(a)"]]
    assert seeds(places("plot(losses)\nplot(norms)")) == [["plot(norms)"]]
    assert seeds(places("plot(losses)")) == []


def test_a_block_that_trains_is_opened_and_one_that_computes_is_not() -> None:
    assert seeds(places("for i in r:\n    loss.backward()\n    plot(norm)")) == [["plot(norm)"]]
    assert seeds(places("for i in r:\n    plot(norm[i])")) == [["for i in r:\n    plot(norm[i])"]]


def test_what_reads_files_comes_last() -> None:
    assert seeds(places("plot(load(norm))", "plot(norm)", "plot(open(norm))"))[0] == ["plot(norm)"]


def test_functions_are_places_of_their_own() -> None:
    text = "def f(norm):\n    plot(norm)\ndef main():\n    train(m)\n    f(m.norm)\nmain()"

    assert seeds(places(text)) == [["f(m.norm)"], ["plot(norm)"]]


def test_models_and_generators_are_none() -> None:
    assert places("class M(nn.Module):\n    def forward(self, x):\n        return m.table(x)", reads=("table",)) == []
    assert places("def f(norm):\n    yield plot(norm)") == []


def test_what_a_class_keeps_for_itself_is_not_read() -> None:
    assert places("class C:\n    def f(self):\n        return self.table", reads=("table",)) == []


def test_a_name_in_a_text_counts_as_read() -> None:
    assert seeds(places("x = state['decoder.table.weights']", reads=("table",))) == [
        ["x = state['decoder.table.weights']"]
    ]
