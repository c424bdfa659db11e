"""`Handin` finds units by what they define, and keeps the fault of one away from the others."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader.kit.handin import Blocked, Handin, ImportFailed, Missing
from tests.kit.hand_ins import GIVEN, LAYOUTS, MODEL, UNITS_GIVEN, UTILS, beside

Load = Callable[..., Handin]


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_staffs_module_stands_in_for_a_sibling_in_every_layout(load: Load, files: dict[str, str]) -> None:
    hw = load(files, units=UNITS_GIVEN, given=GIVEN)

    assert hw.nmt_model.NMT().embeddings() == "staff"
    assert hw.model_embeddings.ModelEmbeddings.owner == "student"


def test_a_missing_sibling_that_the_staff_gives_does_not_stop_a_unit(load: Load) -> None:
    hw = load({"nmt_model.py": MODEL, "utils.py": UTILS}, units=UNITS_GIVEN, given=GIVEN)

    assert hw.nmt_model.NMT().embeddings() == "staff"


def test_what_only_the_students_sibling_can_do_stays(load: Load) -> None:
    """Seen: a `forward` beside the handout's `source` and `target`, which NMT calls."""
    own = "class ModelEmbeddings:\n    owner = 'student'\n    def forward(self):\n        return self.owner\n"
    call = "model_embeddings.ModelEmbeddings().forward()"
    model = f"import model_embeddings\nclass NMT:\n    def ask(self):\n        return {call}\n"

    hw = load({"model_embeddings.py": own, "nmt_model.py": model}, units=UNITS_GIVEN, given=GIVEN)

    assert hw.nmt_model.NMT().ask() == "staff"


# --- names that lie elsewhere ---


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


def test_a_cell_that_defines_it_but_does_not_parse_is_named(load: Load) -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for text in ("import torch", "def pad_sents(sents, pad):\n    return (sents")
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    hw = load({"work.ipynb": json.dumps(book)})

    with pytest.raises(
        Missing, match=r"'pad_sents' is missing: work.ipynb cell 2 does not parse: '\(' was never closed"
    ):
        _ = hw.utils.pad_sents


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
