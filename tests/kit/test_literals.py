"""Settings are read from text: what a hand-in writes in any of many ways is known, and nothing of it runs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from grader.kit.literals import literal

SIZES = {"encoder_layers": 4, "decoder_layers": 3, "dropout": 0.25}
WAYS = {
    "keywords": "arch_args = Namespace(encoder_layers=4, decoder_layers=3, dropout=0.25)",
    "argparse.Namespace": "arch_args = argparse.Namespace(encoder_layers=4, decoder_layers=3, dropout=0.25)",
    "set later": (
        "arch_args = Namespace()\narch_args.encoder_layers = 4\narch_args.decoder_layers = 3\narch_args.dropout = 0.25"
    ),
    "a dict": 'arch_args = {"encoder_layers": 4, "decoder_layers": 3, "dropout": 0.25}',
    "items of a dict": (
        'arch_args = dict(encoder_layers=4)\narch_args["decoder_layers"] = 3\narch_args["dropout"] = 0.25'
    ),
    "a dict unpacked": (
        'sizes = {"encoder_layers": 4, "decoder_layers": 3}\narch_args = Namespace(**sizes, dropout=0.25)'
    ),
    "nested": "arch_args = Namespace(encoder=Namespace(layers=4), decoder=dict(layers=3), dropout=0.25)",
    "nested later": (
        "arch_args = Namespace(encoder=Namespace(), dropout=0.25)\n"
        "arch_args.encoder.layers = 4\narch_args.decoder.layers = 3"
    ),
    "names and sums": "N = 3\narch_args = Namespace(encoder_layers=N + 1, decoder_layers=N, dropout=1 / 4)",
    "a loop": (
        'arch_args = Namespace(dropout=0.25)\nfor side, n in [("encoder", 4), ("decoder", 3)]:\n'
        '    setattr(arch_args, f"{side}_layers", n)'
    ),
    "a function that sets": (
        "def base(args):\n    args.decoder_layers = getattr(args, 'decoder_layers', 3)\n"
        "    args.encoder_layers = getattr(args, 'encoder_layers', 6)\n"
        "arch_args = Namespace(encoder_layers=4, dropout=0.25)\nbase(arch_args)"
    ),
    "a function that makes": (
        "def make(layers, dropout=0.25):\n    made = Namespace(encoder_layers=layers)\n"
        "    made.decoder_layers = layers - 1\n    made.dropout = dropout\n    return made\narch_args = make(4)"
    ),
    "argparse": (
        "parser = argparse.ArgumentParser()\nparser.add_argument('--encoder-layers', type=int, default=4)\n"
        "parser.add_argument('-d', '--decoder_layers', default=3)\ngroup = parser.add_argument_group('more')\n"
        "group.add_argument('--dropout', default=0.25)\narch_args = parser.parse_args([])"
    ),
    "a class of constants": "class arch_args:\n    encoder_layers = 4\n    decoder_layers = 3\n    dropout = 0.25",
    "an object": (
        "class Settings:\n    encoder_layers = 4\n    def __init__(self, n):\n        self.decoder_layers = n\n"
        "        self.dropout = 0.25\narch_args = Settings(n=3)"
    ),
    "a dataclass": (
        "@dataclass\nclass Settings:\n    encoder_layers: int = 6\n    decoder_layers: int = 3\n"
        "    dropout: float = 0.25\narch_args = Settings(encoder_layers=4)"
    ),
    "vars and update": (
        "arch_args = Namespace(encoder_layers=4)\nvars(arch_args).update({'decoder_layers': 3}, dropout=0.25)"
    ),
    "inside main": (
        "def main():\n    arch_args = Namespace(encoder_layers=4, decoder_layers=3, dropout=0.25)\n"
        "    train(arch_args)\nif __name__ == '__main__':\n    main()"
    ),
    "two names at once": "arch_args = args = Namespace(encoder_layers=4, dropout=0.25)\nargs.decoder_layers = 3",
    "beside what fails": (
        "arch_args = Namespace(encoder_layers=4, decoder_layers=1 / 0)\nmodel = build(arch_args)\n"
        "arch_args.decoder_layers, arch_args.dropout = 3, 0.25"
    ),
}


def read(folder: Path, text: str, name: str = "config.py") -> dict[str, object] | None:
    (folder / name).write_text(text, encoding="utf-8")
    return literal(folder, "arch_args")


@pytest.mark.parametrize("way", WAYS)
def test_settings_are_read_however_they_are_written(tmp_path: Path, way: str) -> None:
    assert read(tmp_path, WAYS[way]) == SIZES


def test_settings_of_a_notebook_are_read(tmp_path: Path) -> None:
    cells = ["!pip install fairseq", "arch_args = Namespace(encoder_layers=4)", "arch_args.dropout = 0.25", "raise"]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4, "metadata": {}}

    assert read(tmp_path, json.dumps(notebook), "HW05.ipynb") == {"encoder_layers": 4, "dropout": 0.25}


def test_what_other_files_say_counts(tmp_path: Path) -> None:
    (tmp_path / "a_train.py").write_text("from config import arch_args\narch_args.dropout = RATE\n")
    (tmp_path / "sizes.py").write_text("LAYERS = 4\nRATE = 0.25\n")

    assert read(tmp_path, "from sizes import *\narch_args = Namespace(encoder_layers=LAYERS, dropout=0.9)") == {
        "encoder_layers": 4,
        "dropout": 0.25,
    }


def test_what_cannot_be_read_is_named_without_a_value(tmp_path: Path) -> None:
    assert read(tmp_path, "arch_args = Namespace(encoder_layers=load(), dropout=0.25)") == {
        "encoder_layers": None,
        "dropout": 0.25,
    }


def test_a_hand_in_without_the_name_has_no_settings(tmp_path: Path) -> None:
    assert read(tmp_path, "args = Namespace(encoder_layers=4)") is None


def test_nothing_is_run(tmp_path: Path) -> None:
    text = f"open({str(tmp_path / 'ran')!r}, 'w').close()\narch_args = Namespace(dropout=0.25)"

    assert read(tmp_path, text) == {"dropout": 0.25}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "text",
    [
        "arch_args = Namespace(n=" + "-" * 3000 + "1)",
        "arch_args = Namespace(n=9**9**9**9)",
        "x = 'a'\n" + "x = x + x\n" * 200 + "arch_args = Namespace(n=x)",
        "x = [1]\n" + "x = [x, x]\n" * 200 + "arch_args = Namespace(n=x)",
        "def f(n):\n    return f(n) + f(n)\narch_args = Namespace(n=f(1))",
        "class A(A):\n    pass\narch_args = A()",
        "arch_args = {}\narch_args['self'] = arch_args",
        "for a in [0] * 64:\n"
        + "".join(f"{' ' * depth}for b in range_of:\n" for depth in range(1, 90))
        + " " * 90
        + "0",
        "L = [" + "0, " * 20_000 + "]\nfor a in L:\n  for b in L:\n    arch_args.x = a",
    ],
    ids=["signs", "power", "text", "lists", "calls", "bases", "itself", "loops", "long lists"],
)
def test_hostile_settings_end_soon(tmp_path: Path, text: str) -> None:
    start = time.process_time()
    read(tmp_path, text)

    assert time.process_time() - start < 2
