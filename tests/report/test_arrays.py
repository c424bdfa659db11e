"""Tests of grader/report/arrays.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from grader.report import arrays
from grader.report.arrays import array_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good file of arrays."""
    save_file({"x": np.eye(2, dtype=np.float32), "empty": np.zeros((0, 3), np.float32)}, tmp_path / "good.safetensors")
    return tmp_path


def test_an_array_is_read_by_name_as_float64(folder: Path) -> None:
    array = array_file(folder, "good.safetensors").read("x")

    assert array is not None
    assert array.dtype == np.float64
    assert array.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("name", ["y", "", "empty"])
def test_what_is_not_there_or_empty_is_none(folder: Path, name: str) -> None:
    assert array_file(folder, "good.safetensors").read(name) is None


@pytest.mark.parametrize("size", [0, 3, 9, 40, 130])
def test_a_file_cut_short_gives_no_array(folder: Path, size: int) -> None:
    whole = (folder / "good.safetensors").read_bytes()
    (folder / "cut.safetensors").write_bytes(whole[:size])

    assert array_file(folder, "cut.safetensors").read("x") is None


@pytest.mark.parametrize("name", ["", "absent.safetensors", "../good.safetensors/x"])
def test_a_file_that_is_missing_gives_no_array(folder: Path, name: str) -> None:
    assert array_file(folder, name).read("x") is None


def test_only_the_last_part_of_a_file_name_counts(folder: Path) -> None:
    assert array_file(folder, "../../elsewhere/good.safetensors").read("x") is not None


def test_an_array_too_large_to_draw_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MAX_VALUES", 3)

    assert array_file(folder, "good.safetensors").read("x") is None


@pytest.mark.parametrize("dtype", ["bool", "int64", "uint8", "float16"])
def test_real_numbers_of_any_kind_can_be_drawn(dtype: str) -> None:
    drawable = arrays.drawable(np.ones(2, dtype=dtype))

    assert drawable is not None
    assert drawable.tolist() == [1.0, 1.0]


def test_complex_numbers_cannot_be_drawn() -> None:
    assert arrays.drawable(np.ones(2, dtype=np.complex64)) is None
