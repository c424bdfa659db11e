"""`Handin` finds units by what they define, and keeps the fault of one away from the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader.kit.handin import Blocked, Handin, ImportFailed, Missing

Load = Callable[..., Handin]

UTILS = "def pad_sents(sents, pad_token):\n    return 'theirs'\n"
EMBEDDINGS = "class ModelEmbeddings:\n    owner = 'student'\n"
MODEL = (
    "from model_embeddings import ModelEmbeddings\n"
    "from utils import pad_sents\n"
    "class NMT:\n"
    "    def embeddings(self):\n"
    "        return ModelEmbeddings.owner\n"
    "    def pad(self):\n"
    "        return pad_sents([], 0)\n"
)
GIVEN = {"stand_ins/model_embeddings.py": "class ModelEmbeddings:\n    owner = 'staff'\n"}
UNITS_GIVEN = (
    {"name": "utils", "defines": ["pad_sents"]},
    {"name": "model_embeddings", "defines": ["ModelEmbeddings"]},
    {
        "name": "nmt_model",
        "defines": ["NMT"],
        "given": {"model_embeddings": "stand_ins/model_embeddings.py"},
    },
)


def beside(prefix: str, model: str = MODEL) -> dict[str, str]:
    """The three files in one folder."""
    return {f"{prefix}utils.py": UTILS, f"{prefix}model_embeddings.py": EMBEDDINGS, f"{prefix}nmt_model.py": model}


def with_imports(style: str) -> str:
    """The model with its siblings imported in another style."""
    return MODEL.replace("from model_embeddings", f"from {style}model_embeddings").replace(
        "from utils", f"from {style}utils"
    )


LAYOUTS = {
    "flat": beside(""),
    "in a folder": beside("a4/"),
    "student folder": beside("student/"),
    "deep": beside("hand in/Homework 4 (final)/a4.v2/"),
    "package": {**beside("a4/", with_imports(".")), "a4/__init__.py": "from .nmt_model import NMT\n"},
    "relative without __init__": beside("a4/", with_imports(".")),
    "relative at the top": beside("", with_imports(".")),
    "full path": beside("a4/", with_imports("a4.")),
    "full path from above": beside("src/a4/", with_imports("a4.")),
    "folder lost on the way": beside("", with_imports("submission.")),
    "one file": {"homework.py": UTILS + EMBEDDINGS + MODEL.partition("pad_sents\n")[2]},
    "renamed": {"utils.py": UTILS, "model_embeddings.py": EMBEDDINGS, "my_model.py": MODEL},
    "siblings elsewhere": {"utils.py": UTILS, "lib/model_embeddings.py": EMBEDDINGS, "src/nmt_model.py": MODEL},
}


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_gives_the_students_own_classes(load: Load, files: dict[str, str]) -> None:
    hw = load(files)

    assert (hw.nmt_model.NMT().embeddings(), hw.nmt_model.NMT().pad()) == ("student", "theirs")


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_staffs_module_stands_in_for_a_sibling_in_every_layout(load: Load, files: dict[str, str]) -> None:
    hw = load(files, units=UNITS_GIVEN, given=GIVEN)

    assert hw.nmt_model.NMT().embeddings() == "staff"
    assert hw.model_embeddings.ModelEmbeddings.owner == "student"


def test_a_missing_sibling_that_the_staff_gives_does_not_stop_a_unit(load: Load) -> None:
    hw = load({"nmt_model.py": MODEL, "utils.py": UTILS}, units=UNITS_GIVEN, given=GIVEN)

    assert hw.nmt_model.NMT().embeddings() == "staff"


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


def test_what_only_the_students_sibling_can_do_stays(load: Load) -> None:
    """Seen: a `forward` beside the handout's `source` and `target`, which NMT calls."""
    own = "class ModelEmbeddings:\n    owner = 'student'\n    def forward(self):\n        return self.owner\n"
    call = "model_embeddings.ModelEmbeddings().forward()"
    model = f"import model_embeddings\nclass NMT:\n    def ask(self):\n        return {call}\n"

    hw = load({"model_embeddings.py": own, "nmt_model.py": model}, units=UNITS_GIVEN, given=GIVEN)

    assert hw.nmt_model.NMT().ask() == "staff"


# --- several candidates ---


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


def test_a_name_in_another_file_is_brought_under_the_unit(load: Load) -> None:
    units = [{"name": "utils", "defines": ["pad_sents", "batch_iter"]}]

    hw = load({"utils.py": UTILS, "batches.py": "def batch_iter(): return 7\n"}, units=units)

    assert hw.utils.batch_iter() == 7
    assert "file utils: batch_iter from batches.py" in hw.notes


@pytest.mark.parametrize("spelled", ["Nmt", "nmt", "N_M_T"])
def test_a_name_in_another_case_counts_and_is_noted(load: Load, spelled: str) -> None:
    hw = load({"nmt_model.py": f"class {spelled}:\n    found = True\n"})

    assert hw.nmt_model.NMT.found
    assert f"file nmt_model: NMT from nmt_model.py, where it is called {spelled}" in hw.notes


# --- what is missing or fails ---


def test_a_missing_class_says_what_was_expected(load: Load) -> None:
    hw = load({"nmt_model.py": "class Translator: pass\n"})

    with pytest.raises(Missing) as error:
        _ = hw.nmt_model

    assert error.value.fact == "the class 'NMT' is missing"
    assert error.value.expected == "NMT at the top level of a .py file or notebook, as in the handout"
    assert "the class 'NMT' is missing; expected: NMT at the top" in str(error.value)


def test_a_missing_function_is_called_a_function(load: Load) -> None:
    hw = load({})

    with pytest.raises(Missing, match="the function 'pad_sents' is missing"):
        _ = hw.utils


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "utils.py is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "utils.py is a Git LFS pointer"),
        (b"def pad_sents(): pass\n" + b"#" * 5_300_000, "utils.py has 5,300,022 bytes; source is read up to 5,242,880"),
    ],
    ids=["empty", "pointer", "50 MB"],
)
def test_a_file_that_holds_no_source_is_missing_with_the_reason(load: Load, content: bytes, why: str) -> None:
    hw = load({"utils.py": content})

    with pytest.raises(Missing) as error:
        _ = hw.utils

    assert f"the function 'pad_sents' is missing: {why}" in error.value.fact


def test_a_second_name_that_is_missing_is_missing_only_where_it_is_used(load: Load) -> None:
    hw = load({"utils.py": UTILS}, units=[{"name": "utils", "defines": ["pad_sents", "batch_iter"]}])

    assert hw.utils.pad_sents([], 0) == "theirs"
    with pytest.raises(Missing, match="the function 'batch_iter' is missing"):
        _ = hw.utils.batch_iter
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        _ = hw.utils.other


def test_a_fault_in_one_file_costs_the_others_nothing(load: Load) -> None:
    hw = load({**beside(""), "nmt_model.py": "import utils\nclass NMT: pass\nx = utils.gone()[\n"})

    assert hw.model_embeddings.ModelEmbeddings.owner == "student"
    with pytest.raises(ImportFailed, match="nmt_model: SyntaxError"):
        _ = hw.nmt_model


def test_a_syntax_error_keeps_its_file_and_line(load: Load) -> None:
    hw = load({"a4/nmt_model.py": "class NMT:\n    pass\n    hidden\\_size = 3\n"})

    with pytest.raises(ImportFailed) as error:
        _ = hw.nmt_model

    original = error.value.original
    assert isinstance(original, SyntaxError)
    assert (Path(original.filename or "").name, original.lineno) == ("nmt_model.py", 3)


@pytest.mark.parametrize(
    "line",
    ["import nowhere_at_all", "import sys; sys.exit(0)", "raise KeyboardInterrupt", "raise BaseException('x')"],
)
def test_whatever_an_import_raises_is_kept_with_its_line(load: Load, line: str) -> None:
    hw = load({"nmt_model.py": f"class NMT: pass\n{line}\n", "utils.py": UTILS})

    with pytest.raises(ImportFailed) as error:
        _ = hw.nmt_model

    frames = traceback.extract_tb(error.value.original.__traceback__)
    assert ("nmt_model.py", 2) in [(Path(frame.filename).name, frame.lineno) for frame in frames]
    assert hw.utils.pad_sents([], 0) == "theirs"


def test_a_sibling_that_is_missing_names_its_module(load: Load) -> None:
    hw = load({"nmt_model.py": MODEL})

    with pytest.raises(ImportFailed, match="ModuleNotFoundError: No module named 'model_embeddings'"):
        _ = hw.nmt_model


def test_a_blocked_unit_is_not_imported_again(load: Load) -> None:
    announced: list[str] = []

    hw = load(beside(""), blocked={"nmt_model": ("stopped", "wall: 10 s")}, announce=announced.append)

    assert announced == ["utils", "model_embeddings"]
    with pytest.raises(Blocked, match="nmt_model: wall: 10 s") as error:
        _ = hw.nmt_model
    assert (error.value.unit, error.value.ended, error.value.reason) == ("nmt_model", "stopped", "wall: 10 s")


def test_a_unit_that_the_rubric_does_not_name_is_a_fault_of_the_probe(load: Load) -> None:
    hw = load({})

    with pytest.raises(AttributeError, match="the rubric names no unit 'vocab'"):
        _ = hw.vocab


def test_units_are_asked_for_after_loading(tmp_path: Path, clean_imports: None) -> None:
    hw = Handin(tmp_path, [{"name": "utils", "defines": ["pad_sents"]}], tmp_path, tmp_path, [], {}, str)

    with pytest.raises(AttributeError, match=r"utils: load_all\(\) comes first"):
        _ = hw.utils


# --- staff files ---


def test_a_staff_file_is_laid_over_the_students_and_a_difference_noted(load: Load) -> None:
    files = {"a4/nmt_model.py": "from vocab import Vocab\nclass NMT: pass\n", "a4/vocab.py": "class Vocab: owner = 1\n"}

    hw = load(files, staff={"vocab.py": "class Vocab: owner = 2\n"})

    assert hw.nmt_model.Vocab.owner == 2
    assert "staff file a4/vocab.py replaced: it differed" in hw.notes


@pytest.mark.parametrize("copy", ["class Vocab: owner = 2\r\n", "\ufeffclass Vocab: owner = 2   \n\n"])
def test_line_ends_and_byte_order_marks_are_no_difference(load: Load, copy: str) -> None:
    hw = load({"vocab.py": copy}, staff={"vocab.py": "class Vocab: owner = 2\n"})

    assert [note for note in hw.notes if note.startswith("staff file")] == []


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


# --- names that others have ---


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


# --- text as it comes ---


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


# --- untouched stubs ---


@pytest.mark.parametrize(("dotted", "expected"), [("nmt_model.NMT.encode", True), ("nmt_model.NMT.step", False)])
def test_untouched_tells_a_stub_from_work(load: Load, dotted: str, expected: bool) -> None:
    stub = "        ### YOUR CODE HERE\n        ### END YOUR CODE\n        return None\n"
    work = stub.replace("HERE", "HERE\n        x = 1 + 1")
    text = f"class NMT:\n    def encode(self):\n{stub}    def step(self):\n{work}"

    hw = load({"nmt_model.py": text})

    assert expected is hw.untouched(dotted)


@pytest.mark.parametrize("dotted", ["nmt_model.NMT.gone", "nmt_model.Gone.encode", "utils.pad_sents", "none.x"])
def test_what_is_not_there_is_not_untouched(load: Load, dotted: str) -> None:
    hw = load({"nmt_model.py": "class NMT: pass\n"})

    assert not hw.untouched(dotted)


def test_a_stub_that_is_replaced_later_is_not_untouched(load: Load) -> None:
    text = "class NMT:\n    def encode(self):\n        pass\n\ndef better(self):\n    return 1\nNMT.encode = better\n"

    hw = load({"nmt_model.py": text})

    assert not hw.untouched("nmt_model.NMT.encode")


def test_a_stub_in_a_file_that_does_not_load_is_still_untouched(load: Load) -> None:
    hw = load({"nmt_model.py": "import nowhere_at_all\nclass NMT:\n    def encode(self):\n        pass\n"})

    assert hw.untouched("nmt_model.NMT.encode")


def test_numbers_are_float32_again_after_loading(load: Load) -> None:
    load({"utils.py": f"import torch\ntorch.set_default_dtype(torch.float64)\n{UTILS}"})

    assert torch.get_default_dtype() == torch.float32
