"""How names that must be given are used."""

from __future__ import annotations

import ast

import pytest

from grader.kit.census import Piece
from grader.kit.program import Program
from grader.kit.uses import is_alias, routes, sorted_lists, uses_of


def program(text: str) -> Program:
    tree = ast.parse(text)
    return Program([(Piece("work.py", text, tree), tree.body)])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("plt.plot(gnorm)", {"gnorm": "series"}),
        ("plt.plot(steps, gnorm)", {"steps": "x", "gnorm": "series"}),
        ("plt.plot(gnorm, 'r-')", {"gnorm": "series"}),
        ("plt.plot(s['gnorm'])\nplt.plot(s['loss'])", {"s": "series"}),
        ("plt.plot(losses)\nplt.plot(gnorm)", {"losses": "other", "gnorm": "series"}),
        ("plt.plot(g)", {"g": "series"}),
        ("plt.plot(train_loss)", {"train_loss": "other"}),
        ("for e in history:\n    all += e['gnorm']", {"history": "epochs"}),
        ("x = [g for e in norms for g in e]", {"norms": "epochs"}),
        ("x = [g.item() for g in norms]", {"norms": "series"}),
        ("for i, v in enumerate(norms):\n    plt.scatter(i, v)", {"norms": "series"}),
        ("x = np.concatenate(norms)", {"norms": "epochs"}),
        ("def draw(v):\n    plt.plot(v)\ndraw(norms)", {"norms": "series"}),
        ("n = stats['gnorm']\nplt.plot(n)", {"stats": "series"}),
        ("plt.plot(trainer.grad_norms)", {"trainer": "series"}),
        ("plt.axhline(clip_norm)", {}),
        ("norms()", {}),
    ],
)
def test_lists_are_told_apart(text: str, kinds: dict[str, str]) -> None:
    found = program(text)
    names = ["steps", "gnorm", "s", "losses", "g", "train_loss", "history", "norms", "stats", "trainer", "clip_norm"]

    assert dict(sorted_lists(uses_of(found.steps, found), names, ["norm"])) == kinds


def test_limits_are_known_by_their_name() -> None:
    found = program("plt.axhline(config.clip_norm)\nx = max_norm")

    assert uses_of(found.steps, found).limits == {"config": {"clip_norm"}, "max_norm": set()}


@pytest.mark.parametrize(
    ("text", "name", "route"),
    [
        ("model.decoder.table", "model", ("decoder", "table")),
        ("models[0].table", "models", ("[]", "table")),
        ("net = model.decoder\nnet.table", "model", ("decoder", "table")),
        ("for m in models:\n    m.table", "models", ("[]", "table")),
        ("def f(m):\n    return m.table\nf(model.decoder)", "model", ("decoder", "table")),
        ("load(3).decoder.table", "load", ("()", "decoder", "table")),
        ("getattr(model.decoder, 'table')", "model", ("decoder", "table")),
    ],
)
def test_ways_lead_to_what_is_read(text: str, name: str, route: tuple[str, ...]) -> None:
    found = program(text)

    assert routes(found.steps, found, ["table"])[name] == route


@pytest.mark.parametrize(
    ("text", "alias"),
    [("a = b.c", True), ("a = b.eval().cuda()", True), ("a = b", True), ("a = b(3)", False), ("a = b.make(3)", False)],
)
def test_an_alias_only_renames(text: str, alias: bool) -> None:
    assert is_alias(ast.parse(text).body[0]) is alias
