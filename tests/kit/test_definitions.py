"""A script is not run while it is imported; a module is, as Python runs it."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from grader.kit.census import Piece
from grader.kit.definitions import run_module


def run(text: str, *, definitions_only: bool = False) -> tuple[ModuleType, str]:
    """The module that a text makes, and the note about it."""
    module = ModuleType("theirs")
    note = run_module(module, [Piece("theirs.py", text, ast.parse(text))], definitions_only=definitions_only)
    return module, note


@pytest.mark.parametrize(
    ("action", "note"),
    [
        ("args = argparse.ArgumentParser().parse_args()", "line 2 (parse_args)"),
        ("args = docopt(__doc__)", "line 2 (docopt)"),
        ("path = sys.argv[1]", "line 2 (sys.argv)"),
        ("for epoch in range(10):\n    loss.backward()", "line 2 (backward)"),
        ("if True:\n    main()", "line 2 (main)"),
        ("with open('/data/x') as f:\n    model.train()", "line 2 (train)"),
        ("name = input()", "line 2 (input)"),
    ],
)
def test_of_a_script_that_acts_only_the_definitions_are_taken(action: str, note: str) -> None:
    module, said = run(f"import math\n{action}\ndef area(r):\n    return math.pi * r\nrate = 1e-3\n")

    assert said == f"{note} acts on import; only its definitions were taken"
    assert module.area(1) == pytest.approx(3.14159, abs=1e-5)
    assert module.rate == 1e-3


@pytest.mark.parametrize(
    "action",
    [
        "if len(sys.argv) < 99:\n    print('usage')\n    sys.exit(2)",
        "if not torch.cuda.is_available():\n    raise SystemExit('no GPU')",
        "if True:\n    exit()",
    ],
)
def test_a_script_that_leaves_since_it_lacks_something_still_has_its_definitions(action: str) -> None:
    module, said = run(f"import sys, torch\n{action}\ndef area(r):\n    return 3 * r\n")

    assert said == "line 2 raised SystemExit on import; only its definitions were taken"
    assert module.area(1) == 3


@pytest.mark.parametrize(
    "adds", ["setattr(Shape, 'area', area)", "for f in (area,):\n    setattr(Shape, f.__name__, f)"]
)
def test_a_script_that_acts_may_give_its_classes_methods_from_outside(adds: str) -> None:
    module, _ = run(f"class Shape:\n    r = 2\ndef area(self):\n    return 3 * self.r\n{adds}\nargs = parse_args()\n")

    assert module.Shape().area() == 6


@pytest.mark.parametrize("action", ["sys.exit(0)", "raise SystemExit('score: 100')", "for _ in 'x':\n    sys.exit()"])
def test_a_module_that_leaves_for_no_reason_has_left(action: str) -> None:
    with pytest.raises(SystemExit):
        run(f"import sys\n{action}\ndef area(r):\n    return 3 * r\n")


@pytest.mark.parametrize(
    "text",
    [
        "import random\nrandom.seed(1)\nx = random.random()\n",
        "print('hello')\nx = 1\n",
        "x = sum(i for i in range(3))\nif __name__ == '__main__':\n    main()\n",
        "def main():\n    args = parse_args()\nx = 2\n",
        "x = [i for i in range(3)]\nfor i in x:\n    print(i)\n",
        "run = lambda: main()\nx = 1\n",
    ],
    ids=["seeds", "prints", "main guard", "actions in functions", "loops", "lambda"],
)
def test_an_ordinary_module_runs_whole(text: str) -> None:
    module, note = run(text)

    assert note == ""
    assert hasattr(module, "x")


@pytest.mark.parametrize(
    "line",
    [
        "model.cuda()",
        "data = open('/home/me/data.txt').read()",
        "size = 1 / 0",
        "for x in undefined:\n    pass",
        "with open('/home/me/data.txt') as file:\n    pass",
        "assert False",
    ],
)
def test_a_top_level_action_that_raises_leaves_the_definitions(line: str) -> None:
    module, note = run(f"def area(r):\n    return r\n{line}\nlater = 3\n")

    assert note.startswith("line 3 raised ")
    assert note.endswith(" on import; only its definitions were taken")
    assert (module.area(2), module.later) == (2, 3)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import nowhere_at_all\n", ImportError),
        ("class Model(Undefined):\n    pass\n", NameError),
        ("def f(x=undefined):\n    pass\n", NameError),
    ],
)
def test_a_definition_that_raises_is_their_fault(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run(text)


def test_leaving_python_is_no_action_to_be_forgiven() -> None:
    with pytest.raises(SystemExit):
        run("class Model: pass\nimport sys\nsys.exit(0)\n")


def test_constants_and_their_makers_are_definitions() -> None:
    text = (
        "from argparse import Namespace\nfrom collections import namedtuple\n"
        "config = Namespace(rate=1)\nconfig.rate = 2\nconfig.width: int = 3\nconfig.rate += 1\n"
        "Pair = namedtuple('Pair', ['a', 'b'])\n"
        "try:\n    import nowhere_at_all\nexcept ImportError:\n    nowhere_at_all = None\n"
        "if config.rate > 1:\n    size = 4\nelse:\n    size = 5\n"
        "model = Model(config)\n"
    )

    module, _ = run(text, definitions_only=True)

    assert (module.config.rate, module.config.width, module.Pair(1, 2).b) == (3, 3, 2)
    assert (module.nowhere_at_all, module.size) == (None, 4)
    assert not hasattr(module, "model")


def test_a_constant_made_from_an_action_is_left_out() -> None:
    module, _ = run("args = parse_args()\nsize = args.size\ndef f():\n    return 1\n")

    assert module.f() == 1
    assert not hasattr(module, "size")


def test_a_script_may_import_what_was_not_handed_in_with_it() -> None:
    text = "import math\nfrom not_handed_in import Corpus\nfor batch in Corpus():\n    batch.backward()\n"

    module, _ = run(f"{text}def area(r):\n    return math.pi * r\ndef text():\n    return Corpus()\n")

    assert module.area(0) == 0
    with pytest.raises(NameError, match="Corpus"):
        module.text()


def test_conditions_keep_their_definitions_and_lose_their_actions() -> None:
    text = (
        "main()\nif True:\n    print('working')\n    def f():\n        return 1\ntry:\n    run()\nfinally:\n    x = 1\n"
    )

    module, _ = run(text)

    assert (module.f(), module.x) == (1, 1)


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        ("table = {}\nfor size in range(3):\n    table[size] = 2 * size\n", {0: 0, 1: 2, 2: 4}),
        ("import json\nwith open(__file__) as file:\n    table = json.load(file)\n", {"a": 1}),
        ("table = []\nwhile len(table) < 2:\n    table.append(0)\n", [0, 0]),
        ("table = []\ntable.extend([1])\n", [1]),
        ("import sys\ntable = sys.argv[9] if len(sys.argv) > 9 and sys.argv[1].startswith('-') else 'none'\n", "none"),
    ],
    ids=["for", "with", "while", "call", "argv"],
)
def test_tables_that_are_filled_beside_an_action_are_filled(tmp_path: Path, lines: str, made: object) -> None:
    data = tmp_path / "data.json"
    data.write_text('{"a": 1}')
    text = f"__file__ = {str(data)!r}\n{lines}main()\n"

    module, note = run(text)

    assert "acts on import" in note
    assert module.table == made


def test_a_loop_that_does_not_end_by_itself_is_left_out() -> None:
    module, _ = run("def f():\n    return 1\nwhile True:\n    x = 1\n", definitions_only=True)

    assert module.f() == 1
    assert not hasattr(module, "x")


def test_what_a_function_needs_is_made_unless_its_maker_acts() -> None:
    text = (
        "def shut():\n    return make('x')\ndef make(word):\n    return word.upper()\n"
        "def fit():\n    loss.backward()\n"
        "def f(size):\n    own = 1\n    return MASK, MODEL\n"
        "MASK = shut()\nMODEL = fit()\nown = shut()\nsize = shut()\n"
    )

    module, _ = run(text, definitions_only=True)

    assert module.MASK == "X"
    assert not {"MODEL", "own", "size"} & set(vars(module))


def test_what_a_class_needs_is_made_whatever_makes_it() -> None:
    text = (
        "def pick_device():\n    return 'cpu'\n"
        "class Machine:\n    def where(self):\n        return helper(DEVICE)\n"
        "PLACE = str.upper('at ')\n"
        "def helper(device):\n    return PLACE + device\n"
        "DEVICE = pick_device()\nother = pick_device()\n"
    )

    module, _ = run(text, definitions_only=True)

    assert module.Machine().where() == "AT cpu"
    assert not hasattr(module, "other")


def test_what_a_class_needs_is_not_made_by_an_action() -> None:
    text = "def train():\n    raise SystemExit\nMODEL = train()\nclass User:\n    model = lambda self: MODEL\n"

    module, _ = run(text, definitions_only=True)

    assert not hasattr(module, "MODEL")


def test_annotations_stay_text_where_the_script_says_so() -> None:
    module, note = run(
        "from __future__ import annotations\nimport logging\nopen('/nowhere/at/all', 'w')\n"
        "class Model:\n    def load() -> Model:\n        pass\n"
    )

    assert note.startswith("line 3 raised FileNotFoundError")
    assert module.Model.load.__annotations__ == {"return": "Model"}
