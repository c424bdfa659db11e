"""Expected values of public cases: what is written is read again, and nothing else is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.box.tensors import BFLOAT16, dtype_name
from grader.errors import UsageError
from grader.frozen import Frozen, frozen_bytes, read_frozen, write_frozen
from grader.nouns.plain import Fault, Frame
from grader.nouns.seen import Observation

ARRAYS = {
    "h0": np.arange(6, dtype=np.float32).reshape(2, 3),
    "mask": np.array([[True, False]]),
    "ids": np.array([3, 1], dtype=np.int64),
    "bytes": np.array([255], dtype=np.uint8),
    "loss": np.array(0.5),
    "nothing": np.zeros((0, 4), dtype=np.float32),
    "turned": np.arange(6, dtype=np.float64).reshape(2, 3).T,
    "infinite.dotted": np.array([np.nan, -np.inf], dtype=np.float16),
}
SEEN: Frozen = {
    ("1d", "alone"): Observation("answered", ARRAYS, {"unit": "nmt_model", "名": "é\n"}),
    ("1d", "alone~position.3+"): Observation("answered", {"h0": ARRAYS["h0"]}),
    ("1a", "words"): Observation("raised", fault=Fault("ValueError", ""), reason="their code raised"),
    ("1a", "long"): Observation("stopped", limit="wall", reason="stopped after 10 s"),
}


def written(folder: Path, observations: Frozen) -> Path:
    file = folder / "expected 値.safetensors"
    write_frozen(file, observations)
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    read = read_frozen(written(tmp_path, SEEN))

    assert read.keys() == SEEN.keys()
    assert read["1d", "alone"].texts == SEEN["1d", "alone"].texts
    assert read["1a", "words"] == SEEN["1a", "words"]
    assert read["1a", "long"] == SEEN["1a", "long"]


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_comes_back_with_its_shape_and_dtype(tmp_path: Path, name: str) -> None:
    array = read_frozen(written(tmp_path, SEEN))["1d", "alone"].tensors[name]

    assert array.dtype == ARRAYS[name].dtype
    assert not array.flags.writeable
    np.testing.assert_array_equal(array, ARRAYS[name], strict=True)


def test_bfloat16_keeps_its_name(tmp_path: Path) -> None:
    half = np.array([1.5, -2.0], dtype=np.float32).view(BFLOAT16)

    read = read_frozen(written(tmp_path, {("p", "c"): Observation("answered", {"half": half, "whole": ARRAYS["h0"]})}))

    assert [dtype_name(array) for array in read["p", "c"].tensors.values()] == ["bfloat16", "float32"]


def test_equal_observations_give_equal_bytes() -> None:
    turned = {name: SEEN[name] for name in reversed(list(SEEN))}
    shuffled = Observation("answered", dict(reversed(ARRAYS.items())), {"名": "é\n", "unit": "nmt_model"})
    turned["1d", "alone"] = shuffled

    assert frozen_bytes(SEEN) == frozen_bytes(turned)


def test_nothing_of_the_reference_s_own_lines_is_kept() -> None:
    frame = Frame("nmt_model.py", 12, "encode", ((12, "SECRET_LINE"),))
    fault = Fault("ValueError", "SECRET_MESSAGE", (frame,), traceback="SECRET_TRACE")
    seen = Observation("raised", fault=fault, stdout="SECRET_OUT", stderr="SECRET_ERR", notes=("SECRET_NOTE",))

    assert b"SECRET" not in frozen_bytes({("1d", "alone"): seen})


def test_a_kit_without_public_cases_has_an_empty_file(tmp_path: Path) -> None:
    assert read_frozen(written(tmp_path, {})) == {}


@pytest.mark.parametrize("name", [("1/d", "alone"), ("1d", "a/b")])
def test_a_slash_in_a_name_is_refused(name: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="a slash stands in the name"):
        frozen_bytes({name: Observation("answered")})


def test_complex_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="an array of complex128 cannot be written"):
        frozen_bytes({("p", "c"): Observation("answered", {"z": np.array(1j)})})


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_cut_file_asks_to_unpack_the_handout_again(tmp_path: Path, share: float) -> None:
    file = written(tmp_path, SEEN)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])

    with pytest.raises(UsageError) as error:
        read_frozen(file)

    assert "the expected values of the public cases cannot be read" in str(error.value)
    assert "[E-KIT]" in str(error.value)
    assert "help: unpack the handout again" in str(error.value)


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    file = tmp_path / "expected.safetensors"
    save_file({"weights": ARRAYS["h0"]}, file)

    with pytest.raises(UsageError, match="E-KIT"):
        read_frozen(file)


def test_tensors_of_a_case_that_is_not_told_of_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    file = tmp_path / "expected.safetensors"
    save_file({"1d/alone/h0": ARRAYS["h0"]}, file, {"grade.expected.1": "[]"})

    with pytest.raises(UsageError, match="E-KIT"):
        read_frozen(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"expected\.safetensors: .* no such file or directory"):
        read_frozen(tmp_path / "expected.safetensors")
