"""What a statement does with names."""

from __future__ import annotations

import ast

import pytest

from grader.kit.facts import called, chain, facts_of


def statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


@pytest.mark.parametrize(
    ("text", "reads", "binds"),
    [
        ("x = y + z", ["y", "z"], {"x"}),
        ("x = x + 1", ["x"], {"x"}),
        ("x += y", ["x", "y"], {"x"}),
        ("x: int = y", ["y"], {"x"}),
        ("a, (b, *c) = d", ["d"], {"a", "b", "c"}),
        ("[i * k for i in xs if i]", ["xs", "k"], set()),
        ("{k: v for k, v in pairs.items()}", ["pairs"], set()),
        ("[y := f(x) for x in xs]", ["xs", "f"], {"y"}),
        ("if (n := len(xs)) > m:\n    print(n)", ["len", "xs", "m", "print"], {"n"}),
        ("for i in range(n):\n    t = i\n    u = t", ["range", "n"], {"i", "t", "u"}),
        ("with torch.no_grad() as g:\n    y = g", ["torch"], {"g", "y"}),
        ("try:\n    x = 1\nexcept E as e:\n    print(e)", ["E", "print"], {"x", "e"}),
        ("import a.b, c as d", [], {"a", "d"}),
        ("from a import b as c", [], {"c"}),
        ("f = lambda x, y=z: x + y + w", ["z", "w"], {"f"}),
        ("def f(x=d):\n    y = x + g\n    return y", ["d", "g"], {"f"}),
        ("@dec\ndef f():\n    def inner():\n        return outer\n    return inner", ["dec", "outer"], {"f"}),
        ("class C(Base):\n    a = b\n    def f(self):\n        return a", ["Base", "b", "a"], {"C"}),
        ("del x[0]", ["x"], set()),
        ("match v:\n    case [x, *y]:\n        z = x", ["v"], {"x", "y", "z"}),
        ("async def f():\n    await g()", ["g"], {"f"}),
        ("位置 = 模型.解码器", ["模型"], {"位置"}),
    ],
)
def test_names_are_read_and_bound(text: str, reads: list[str], binds: set[str]) -> None:
    facts = facts_of(statement(text))

    assert list(facts.reads) == reads
    assert facts.binds == binds


@pytest.mark.parametrize(
    ("text", "now", "later"),
    [
        ("x.append(1)", {"x"}, set()),
        ("x[0] = 1", {"x"}, set()),
        ("x.y.z = 1", {"x"}, set()),
        ("x += 1", {"x"}, set()),
        ("del x[0]", {"x"}, set()),
        ("x.mean()", set(), set()),
        ("def f():\n    x.append(1)", set(), {"x"}),
        ("def f():\n    global x\n    x = 1", set(), {"x"}),
        ("def f(x):\n    x.append(1)", set(), set()),
        ("def f():\n    x = []\n    x.append(1)", set(), set()),
    ],
)
def test_objects_are_altered_at_once_or_in_a_call(text: str, now: set[str], later: set[str]) -> None:
    facts = facts_of(statement(text))

    assert (facts.alters, facts.alters_later) == (now, later)


def test_what_a_function_calls_happens_later() -> None:
    facts = facts_of(statement("def f():\n    g()\n    return [h() for _ in x]"))

    assert (facts.calls, [called(call) for call in facts.calls_later]) == ([], ["g", "h"])


@pytest.mark.parametrize(
    ("text", "root", "route"),
    [
        ("x", "x", ()),
        ("models[0].decoder.eval().weights", "models", ("[]", "decoder", "eval", "()", "weights")),
        ("getattr(net.decoder, 'table')", "net", ("decoder", "table")),
        ("load()(x).y", "load", ("()", "()", "y")),
        ("(a + b).c", "", ("c",)),
        ("3", "", ()),
    ],
)
def test_an_expression_starts_from_a_name(text: str, root: str, route: tuple[str, ...]) -> None:
    assert chain(ast.parse(text, mode="eval").body) == (root, route)


@pytest.mark.parametrize(
    "text",
    ["x = a" + ".b" * 2_000, "x = " + "+".join(["y"] * 2_000), "x = " + "-" * 90 + "y", "x = " + "[" * 90 + "]" * 90],
    ids=["attributes", "sums", "signs", "brackets"],
)
def test_depth_does_no_harm(text: str) -> None:
    assert facts_of(statement(text)).binds == {"x"}
