"""What is written for Python 3.12 and later is read by an older one, line for line, and means the same."""

from __future__ import annotations

import ast
import json
import sys
import typing

import pytest

from grader.kit.newer_python import in_older_words
from tests.kit.conftest import Load

older = pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads them itself")
FOUND = {"a": 1.5, "names": ["x", "y"], "n": 3, "deep": {"b": [7]}}
QUOTED = [
    ('f"{found["a"]}"', "1.5"),
    ("f'{found['a']:.2f}'", "1.50"),
    ('f"{found["deep"]["b"][0]} of {found["n"]}"', "7 of 3"),
    ('f"{\', \'.join(found["names"])}"', "x, y"),
    (r"""f"{'\n'.join(found['names'])}" """, "x\ny"),
    (r"""f"{"\t".join(found["names"])}!" """, "x\ty!"),
    (r"""f'{"it\'s \\ \"so\""}' """, 'it\'s \\ "so"'),
    (r"""f"\"{found["n"]}\" {{x}} \N{BULLET}" """, '"3" {x} •'),
    (r"""rf"\d{found["n"]}\{found["n"]}" """, "\\d3\\3"),
    ('f"{found["a"]:>{found["n"] + 2}}"', "  1.5"),
    ('f"{f"{found["n"]}"}"', "3"),
    ('f"{found["n"]!r} {found["n"] != 3}"', "3 False"),
    ("f'''{found['a']}''' + 'plain {x} \\'' + \"#\"", "1.5plain {x} '#"),
    ('f"{(lambda x: x["a"])(found)}"', "1.5"),
    ('f"{ {"k": 1}["k"] }"', "1"),
    ('f"{found["n"] if found["a"] > 1 else ""}"', "3"),
]


@older
@pytest.mark.parametrize(("text", "value"), QUOTED, ids=[text for text, _ in QUOTED])
def test_an_f_string_of_today_means_the_same(text: str, value: str) -> None:
    told = in_older_words(f"x = 1  # it's\nsaid = {text}\n")

    names: dict[str, object] = {"found": FOUND}
    exec(told or f"said = {text}", names)

    assert names["said"] == value


@older
@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = f'{y}' + \"it's\"\n",
        's = \'\'\'f"{a["b"]}"\'\'\'\n# f"{a["b"]}"\n',
        'buf = b"f{x["\n',
        "x = f'{y:>10}{z!r}' 'a\\\nb'\n",
    ],
)
def test_what_an_older_python_reads_is_left_alone(text: str) -> None:
    assert in_older_words(text) == ""


@older
@pytest.mark.parametrize(
    "text",
    [
        "x = 'never ends\n",
        'x = f"{never ends',
        'x = f"{a[',
        'x = f"{a:',
        'x = f"{\na["b"]}"',
        'x = f"{b"\\n"["a"]}"',
        'f"' + '{f"' * 1000,
        '"""' + "\\" * 9,
        "f'\\",
        "f'\\N{",
    ],
)
def test_what_cannot_be_said_is_left_to_the_message(text: str) -> None:
    assert in_older_words(text) == ""


@older
def test_every_line_stays_where_it_is() -> None:
    text = 'def f(x):\n    """Doc."""\n    return f"""{x["a"]}\n    {"\\n".join(x)}\n"""\n\ny = f"{x["a"]}"\n'

    told = in_older_words(text)

    assert told.count("\n") == text.count("\n")
    assert [node.lineno for node in ast.parse(told).body] == [1, 7]


@pytest.mark.parametrize("file", ["model.py", "work.ipynb"])
def test_a_hand_in_of_today_is_loaded(load: Load, file: str) -> None:
    source = "from itertools import batched\nfrom typing import override\nimport math\n\nclass NMT:\n    @override\n"
    source += '    def told(self, d):\n        return f"{d["k"]} {"\\n".join(d)} {list(batched("abc", 2))} '
    source += '{math.sumprod([1, 2], [3, 4])}"\n'
    text = source if file.endswith(".py") else f'{{"cells": [{{"cell_type": "code", "source": {json.dumps(source)}}}]}}'

    hw = load({file: text}, units=[{"name": "nmt_model", "defines": ["NMT"]}])

    assert hw.nmt_model.NMT().told({"k": 1}).startswith("1 k [('a', 'b'), ('c',)] 11")
    assert sys.version_info >= (3, 12) or {
        "stand-in itertools.batched",
        "stand-in typing.override",
        "stand-in math.sumprod",
    } <= set(hw.notes)


@pytest.mark.parametrize(
    "line", ["from typing import Neverland", "import math; math.never", "import itertools; itertools._x"]
)
def test_a_name_that_no_python_has_is_missing(load: Load, line: str) -> None:
    hw = load({"nmt_model.py": f"try:\n    {line}\n    NMT = 1\nexcept (ImportError, AttributeError):\n    NMT = 2\n"})

    assert vars(hw.nmt_model)["NMT"] == 2


@older
@pytest.mark.usefixtures("clean_imports")
def test_packages_are_told_the_truth(load: Load) -> None:
    load({"nmt_model.py": "NMT = 1\n"})
    asking = compile("import typing\nthere = hasattr(typing, 'override')", typing.__file__, "exec")
    names: dict[str, object] = {}

    exec(asking, names)

    assert names["there"] is False
