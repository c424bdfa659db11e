"""Siblings are found by whatever name they are imported, and each is one module."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.kit.census import Census
from grader.kit.handin import Handin, ImportFailed
from grader.kit.tree import Surroundings, Tree
from tests.kit.conftest import write_files
from tests.kit.hand_ins import LAYOUTS, MODEL, UTILS, beside

Load = Callable[..., Handin]


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_gives_the_students_own_classes(load: Load, files: dict[str, str]) -> None:
    hw = load(files)

    assert (hw.nmt_model.NMT().embeddings(), hw.nmt_model.NMT().pad()) == ("student", "theirs")


def test_siblings_are_one_module_whatever_name_they_are_imported_by(load: Load) -> None:
    files = {
        "a4/utils.py": UTILS,
        "a4/nmt_model.py": "import utils\nimport a4.utils\nfrom . import utils as third\nclass NMT: pass\n",
    }

    hw = load(files)

    assert hw.nmt_model.utils is hw.nmt_model.third is hw.nmt_model.a4.utils is hw.utils


def test_siblings_can_be_imported_while_a_function_runs(load: Load) -> None:
    late = "class NMT:\n    def pad(self):\n        from utils import pad_sents\n        return pad_sents([], 0)\n"

    hw = load({"a4/utils.py": UTILS, "a4/nmt_model.py": late})

    assert hw.nmt_model.NMT().pad() == "theirs"


def test_siblings_may_import_each_other_in_a_circle(load: Load) -> None:
    files = {"utils.py": "import nmt_model\n" + UTILS, "nmt_model.py": "import utils\nclass NMT: pass\n"}

    hw = load(files)

    assert hw.utils.nmt_model is hw.nmt_model


@pytest.mark.parametrize("style", ["vocab", ".vocab", "a4.vocab", "submission.vocab"])
def test_a_staff_file_is_there_for_those_who_did_not_hand_it_in(load: Load, style: str) -> None:
    files = {"a4/nmt_model.py": f"from {style} import Vocab\nclass NMT: pass\n"}

    hw = load(files, staff={"vocab.py": "class Vocab: owner = 2\n"})

    assert hw.nmt_model.Vocab.owner == 2


def test_a_name_that_only_the_replaced_file_has_stays_importable(load: Load) -> None:
    files = {
        "nmt_model.py": "from vocab import Vocab, SentType\nclass NMT: pass\n",
        "vocab.py": "SentType = list\nclass Vocab: owner = 1\n",
    }

    hw = load(files, staff={"vocab.py": "class Vocab: owner = 2\n"})

    assert (hw.nmt_model.Vocab.owner, hw.nmt_model.SentType) == (2, list)
    assert "staff file vocab.py has no 'SentType': taken from the file it replaced" in hw.notes


def test_a_name_that_neither_file_has_is_missing(load: Load) -> None:
    files = {"nmt_model.py": "from vocab import Nothing\nclass NMT: pass\n", "vocab.py": "x = 1\n"}

    hw = load(files, staff={"vocab.py": "class Vocab: owner = 2\n"})

    with pytest.raises(ImportFailed, match="cannot import name 'Nothing'"):
        _ = hw.nmt_model


def test_names_of_the_standard_library_keep_their_meaning(load: Load) -> None:
    files = {"random.py": "raise RuntimeError\n", "utils.py": "import random\n" + UTILS}

    hw = load(files)

    assert hw.utils.random.random() < 1


def test_nothing_compiled_is_imported(load: Load) -> None:
    files = {"nmt_model.py": "import secret\nclass NMT: pass\n", "secret.so": b"\x7fELF", "secret.pyc": b"\0" * 16}

    hw = load(files)

    with pytest.raises(ImportFailed, match="No module named 'secret'"):
        _ = hw.nmt_model


def test_an_installed_package_does_not_hide_a_module_of_the_assignment(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "utils").mkdir(parents=True)
    (tmp_path / "site" / "utils" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    hw = load(beside("a4/"))

    assert hw.nmt_model.NMT().pad() == "theirs"


def test_a_sibling_that_is_missing_names_its_module(load: Load) -> None:
    hw = load({"nmt_model.py": MODEL})

    with pytest.raises(ImportFailed, match="ModuleNotFoundError: No module named 'model_embeddings'"):
        _ = hw.nmt_model


# --- a view that is entered and left ---


@pytest.fixture
def tree(tmp_path: Path, clean_imports: None) -> Tree:
    """The view of two siblings in a folder."""
    write_files(tmp_path, {"a4/utils.py": UTILS, "a4/main.py": "import utils\nfrom a4 import utils as again\n"})
    around = Surroundings(staff={}, own_names=frozenset({"utils"}), revise=lambda piece: piece, note=str)
    return Tree("handin", Census(tmp_path), around, given={})


def test_a_file_is_run_once(tree: Tree) -> None:
    tree.enter()

    path = tree.census.root / "a4" / "main.py"

    assert tree.load(path) is tree.load(path)


def test_a_view_that_is_left_leaves_no_finder_and_no_short_name(tree: Tree) -> None:
    finders = list(sys.meta_path)
    tree.enter()
    tree.load(tree.census.root / "a4" / "main.py")
    entered = "utils" in sys.modules

    tree.leave()

    assert (entered, "utils" in sys.modules, sys.meta_path) == (True, False, finders)


def test_a_view_that_is_entered_again_has_its_modules_still(tree: Tree) -> None:
    tree.enter()
    main = tree.load(tree.census.root / "a4" / "main.py")
    tree.leave()

    tree.enter()

    assert sys.modules["utils"] is main.utils


def test_leaving_does_not_take_away_a_module_of_somebody_else(tree: Tree) -> None:
    tree.enter()
    tree.load(tree.census.root / "a4" / "main.py")
    sys.modules["utils"] = sys

    tree.leave()

    assert sys.modules["utils"] is sys


@pytest.mark.parametrize("folder", ["a4", "a-4 (final)", "2a.b", "作业"])
def test_odd_characters_of_a_folder_do_not_stop_an_import(load: Load, folder: str) -> None:
    hw = load(beside(f"{folder}/"))

    assert hw.nmt_model.NMT().pad() == "theirs"


def test_two_folders_that_look_alike_as_names_are_two_modules(tmp_path: Path, clean_imports: None) -> None:
    write_files(tmp_path, {"a-4/x.py": "here = 1\n", "a_4/x.py": "here = 2\n"})
    around = Surroundings(staff={}, own_names=frozenset(), revise=lambda piece: piece, note=str)
    tree = Tree("handin", Census(tmp_path), around, given={})
    tree.enter()

    found = [tree.load(tmp_path / folder / "x.py").here for folder in ("a-4", "a_4")]

    assert found == [1, 2]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("raise RuntimeError\n", "line 1 raised RuntimeError on import; only its definitions were taken"),
        ("def f(:\n", "raised SyntaxError and was left aside"),
    ],
)
def test_an_init_that_fails_costs_a_remark_and_no_unit(load: Load, text: str, note: str) -> None:
    hw = load({**beside("a4/"), "a4/__init__.py": text})

    assert hw.nmt_model.NMT().pad() == "theirs"
    assert note in "\n".join(hw.notes)


def test_an_error_shows_their_line_though_the_file_was_never_imported_by_its_path(load: Load) -> None:
    import linecache

    hw = load(beside("a4/"))

    line = linecache.getline(str(hw.nmt_model.__file__), 1)
    assert line == "from model_embeddings import ModelEmbeddings\n"
