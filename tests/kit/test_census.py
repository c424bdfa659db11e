"""Which file holds what, and in which order several that hold it are taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.kit import census
from grader.kit.census import Census, SourceFile
from grader.kit.handin import Handin, Missing
from tests.kit.conftest import write_files
from tests.kit.hand_ins import EMBEDDINGS, MODEL, UTILS, beside

Load = Callable[..., Handin]


def source(folder: Path, text: str | bytes, name: str = "work.py") -> SourceFile:
    """A file with this text."""
    write_files(folder, {name: text})
    return SourceFile(folder, folder / name)


def counted(folder: Path, *paths: str, text: str = "class NMT: pass\n") -> Census:
    """A census of files that all hold the same."""
    write_files(folder, dict.fromkeys(paths, text))
    return Census(folder)


def paths(files: list[SourceFile]) -> list[str]:
    """Their paths."""
    return [file.relative for file in files]


# --- one file ---


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(): pass\nasync def g(): pass\nclass C: x = 1\n", {"f", "g", "C"}),
        ("a = b = 1\nc: int = 2\nd, (e, *f) = 3, (4, 5)\n", {"a", "b", "c", "d", "e", "f"}),
        ("if True:\n    def f(): pass\nelse:\n    g = 1\n", {"f", "g"}),
        ("try:\n    a = 1\nfinally:\n    b = 1\n", {"a", "b"}),
        ("with open('x') as file:\n    def f(): pass\n", {"f"}),
        ("import torch\nfrom utils import pad_sents\n", set()),
        ("def f():\n    inner = 1\n    def g(): pass\n", {"f"}),
        ("", set()),
    ],
    ids=["definitions", "variables", "if", "try", "with", "imports do not count", "insides do not count", "empty"],
)
def test_names_are_what_the_top_level_binds(tmp_path: Path, text: str, names: set[str]) -> None:
    assert source(tmp_path, text).names == names


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("class NMT(nn.Module):\n", True),
        ("    def NMT():\n", True),
        ("NMT = make()\n", True),
        ("x, NMT = 1, 2\n", True),
        ("class NMT2: pass\n", False),
        ("from nmt_model import NMT\n", False),
        ("print(NMT)\n", False),
    ],
)
def test_a_file_that_only_uses_a_name_does_not_mention_it(tmp_path: Path, text: str, mentioned: bool) -> None:
    assert source(tmp_path, text).mentions("NMT") is mentioned


@pytest.mark.parametrize(
    "text", ["def f(:\n", "x = 1\0\n", "x = " + "(" * 300 + ")" * 300 + "\n"], ids=["syntax", "null", "too deep"]
)
def test_a_file_that_does_not_parse_has_no_pieces_and_says_why(tmp_path: Path, text: str) -> None:
    file = source(tmp_path, text)

    assert (file.pieces, file.names) == ((), frozenset())
    assert isinstance(file.syntax_error, SyntaxError)


def test_a_file_without_text_says_why(tmp_path: Path) -> None:
    file = source(tmp_path, b"")

    assert (file.text, file.why_unreadable) == ("", "is empty")


def test_a_notebook_is_one_piece_for_each_cell_that_parses(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": text} for text in ("class NMT: pass", "def f(", "x = 1")]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}

    file = source(tmp_path, json.dumps(notebook), "work.ipynb")

    assert [piece.text.strip() for piece in file.pieces] == ["class NMT: pass", "x = 1"]
    assert file.names == {"NMT", "x"}
    assert file.notes[0].startswith("work.ipynb: cell 2 skipped: it ")


# --- all files ---


def test_only_source_is_counted_and_hidden_files_are_not(tmp_path: Path) -> None:
    found = counted(tmp_path, "a.py", "b.ipynb", ".c.py", "d.txt", "e.pyc", "f/g.py", ".h/i.py")

    assert paths(found.files) == ["a.py", "b.ipynb", "f/g.py"]


def test_a_virtual_environment_is_told_by_its_mark(tmp_path: Path) -> None:
    found = counted(tmp_path, "mine/pyvenv.cfg", "mine/lib/nmt_model.py", "env/nmt_model.py")

    assert paths(found.files) == ["env/nmt_model.py"]


def test_a_folder_that_is_called_like_a_source_is_no_file(tmp_path: Path) -> None:
    found = counted(tmp_path, "nmt_model.py/readme.txt", "nmt_model.py/real.py")

    assert paths(found.files) == ["nmt_model.py/real.py"]


def test_a_flood_of_files_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "MOST_FILES", 3)

    assert len(counted(tmp_path, *(f"x{number}.py" for number in range(5))).files) == 3


def test_a_file_that_defines_none_of_the_names_is_no_candidate(tmp_path: Path) -> None:
    write_files(tmp_path, {"nmt_model.py": "from other import NMT\n", "other.py": "class NMT: pass\n"})

    assert paths(Census(tmp_path).candidates("nmt_model", ["NMT"])) == ["other.py"]


def test_the_file_with_most_of_the_names_comes_first(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "x = 1\n", "deep/b.py": "x = 1\ny = 2\n"})

    assert paths(Census(tmp_path).candidates("a", ["x", "y"])) == ["deep/b.py", "a.py"]


def test_settled_folders_decide_between_files_of_one_depth(tmp_path: Path) -> None:
    found = counted(tmp_path, "a/nmt_model.py", "b/nmt_model.py")
    write_files(tmp_path, {"b/utils.py": UTILS})
    found = Census(tmp_path)
    before = paths(found.candidates("nmt_model", ["NMT"]))

    found.settle([["NMT"], ["pad_sents"]])

    assert (before[0], paths(found.candidates("nmt_model", ["NMT"]))[0]) == ("a/nmt_model.py", "b/nmt_model.py")


@pytest.mark.parametrize("spelled", ["nmt", "Nmt", "N_M_T", "_NMT"])
def test_a_near_miss_differs_in_case_and_underscores_only(tmp_path: Path, spelled: str) -> None:
    found = counted(tmp_path, "a.py", text=f"class {spelled}: pass\nclass NMT2: pass\n")

    assert [name for name, _ in found.near_misses("NMT")] == [spelled]


def test_files_of_a_stem_are_told_nearest_the_top_first_and_copies_last(tmp_path: Path) -> None:
    found = counted(tmp_path, "backup/utils.py", "src/lib/utils.py", "src/utils.py", "utils.ipynb", "other.py")

    assert paths(found.by_stem("utils")) == ["src/utils.py", "src/lib/utils.py", "backup/utils.py"]


# --- what a hand-in takes ---


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (["nmt_model.py", "solution/nmt_model.py"], "nmt_model.py"),
        (["z/nmt_model.py", "backup/nmt_model.py"], "z/nmt_model.py"),
        (["nmt_model_old.py", "src/nmt_model.py"], "src/nmt_model.py"),
        (["nmt_model (1).py", "nmt_model.py"], "nmt_model.py"),
        (["attempt.py", "nmt_model.py"], "nmt_model.py"),
        (["a/b/nmt_model.py", "a/other.py"], "a/other.py"),
    ],
    ids=["nearest the top", "no backup", "no old copy", "no download copy", "the handout's name", "depth before name"],
)
def test_of_several_candidates_the_best_is_taken_and_noted(load: Load, files: list[str], chosen: str) -> None:
    hw = load({name: f"class NMT:\n    file = {name!r}\n" for name in files})

    (other,) = set(files) - {chosen}
    assert chosen == hw.nmt_model.NMT.file
    assert f"file nmt_model: {chosen} (of several: also {other})" in hw.notes


@pytest.mark.parametrize("folder", [".ipynb_checkpoints", "__MACOSX", ".git", "__pycache__", "env/lib/site-packages"])
def test_what_tools_left_behind_is_no_candidate(load: Load, folder: str) -> None:
    hw = load({f"{folder}/nmt_model.py": "class NMT: pass\n"})

    with pytest.raises(Missing):
        _ = hw.nmt_model


def test_units_come_from_the_folder_that_holds_most_of_them(load: Load) -> None:
    files = {**beside("mine/"), "earlier/nmt_model.py": MODEL, "earlier/model_embeddings.py": EMBEDDINGS}

    hw = load(files)

    assert "file nmt_model: mine/nmt_model.py (of several: also earlier/nmt_model.py)" in hw.notes


def test_a_file_that_parses_comes_before_one_that_does_not(load: Load) -> None:
    hw = load({"nmt_model.py": "class NMT:\ndef\n", "deep/er/nmt_model.py": "class NMT:\n    good = True\n"})

    assert hw.nmt_model.NMT.good


def test_written_work_comes_before_the_handouts_stub(load: Load) -> None:
    stub = (
        "class NMT:\n    def encode(self):\n        ### YOUR CODE HERE\n        ### END YOUR CODE\n        return 1\n"
    )
    hw = load({"nmt_model.py": stub, "mine/nmt_model.py": stub.replace("HERE", "HERE\n        x = 2 + 3")})

    assert "file nmt_model: mine/nmt_model.py (of several: also nmt_model.py)" in hw.notes


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + UTILS.encode(),
        UTILS.replace("\n", "\r\n").encode(),
        UTILS.replace("    ", "\t").encode(),
        "# -*- coding: latin-1 -*-\n# caf\xe9\n".encode("latin-1") + UTILS.encode(),
        "# caf\xe9, d\xe9j\xe0 vu \n".encode("latin-1") + UTILS.encode(),
        "# 填充句子\n".encode("gbk") + UTILS.encode(),
        "# coding: gbk\n# 填充句子\n".encode("gbk") + UTILS.encode(),
        ("填充 = 1\n" + UTILS).encode(),
        b"# coding: no-such-code\n" + UTILS.encode(),
        UTILS.encode("utf-16"),
    ],
    ids=["BOM", "CRLF", "tabs", "latin-1", "latin-1 undeclared", "gbk undeclared", "gbk", "names", "unknown", "utf-16"],
)
def test_text_is_read_as_it_comes(load: Load, content: bytes) -> None:
    hw = load({"utils.py": content})

    assert hw.utils.pad_sents([], 0) == "theirs"


def test_a_thousand_branches_are_read_like_one(tmp_path: Path) -> None:
    branches = "".join(f"elif STEP == {n}:\n    def after_{n}(): pass\n" for n in range(1000))

    assert {"after_0", "after_999"} <= source(tmp_path, f"if STEP == -1:\n    pass\n{branches}").names
