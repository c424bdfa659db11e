"""Tests of grader/home/places.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.home.places import outputs_of, place_of
from grader.nouns.seen import Observation
from tests.home.examples import ENCODER, RIGHT
from tests.judge.conftest import make_observation

MODEL = b"import torch\n\n\nclass NMT:\n    def encode(self):\n        pass\n\n\ndef pad(x):\n    return x\n"
PART = replace(ENCODER, fills=("nmt_model.NMT.encode",))
EXPECTED = {case: make_observation(**values) for case, values in RIGHT.items()}


def test_an_answer_stands_where_its_function_begins() -> None:
    assert place_of(PART, {}, {"nmt_model.py": MODEL}) == "nmt_model.py:5"


def test_the_file_is_the_one_that_was_chosen() -> None:
    assert place_of(PART, {"nmt_model": "src/model v2.py"}, {"src/model v2.py": MODEL}) == "src/model v2.py:5"


def test_a_function_outside_of_classes_is_found() -> None:
    assert place_of(replace(PART, fills=("nmt_model.pad",)), {}, {"nmt_model.py": MODEL}) == "nmt_model.py:9"


def test_the_first_that_is_there_is_told() -> None:
    part = replace(PART, fills=("nmt_model.NMT.decode", "nmt_model.pad"))

    assert place_of(part, {}, {"nmt_model.py": MODEL}) == "nmt_model.py:9"


@pytest.mark.parametrize(
    "files",
    [{}, {"nmt_model.py": b"def pad(:"}, {"nmt_model.py": b"\0"}, {"nmt_model.py": b""}, {"nmt_model.ipynb": b"{}"}],
    ids=["no-file", "half-written", "binary", "empty", "notebook"],
)
def test_what_cannot_be_found_has_no_place(files: dict[str, bytes]) -> None:
    assert place_of(PART, {}, files) == ""


def test_the_outputs_of_a_public_case_are_told_with_their_axes() -> None:
    told = outputs_of(ENCODER, "ragged", EXPECTED)

    assert told == "enc_hiddens (4, 7, 6) = (b, s, 2h), h0 and c0 (4, 3) = (b, h)"


def test_nothing_is_told_of_a_hidden_case() -> None:
    hidden = replace(ENCODER, cases=tuple(replace(case, public=False) for case in ENCODER.cases))

    assert outputs_of(hidden, "ragged", EXPECTED) == ""


def test_a_case_that_the_reference_did_not_answer_asks_for_nothing() -> None:
    assert outputs_of(ENCODER, "ragged", {"ragged": Observation("left")}) == ""
    assert outputs_of(ENCODER, "ragged", {}) == ""
