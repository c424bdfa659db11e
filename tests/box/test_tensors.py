"""The header of safetensors is judged before any array is made."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from grader.box.tensors import BFLOAT16, dtype_name, read_tensors, write_tensors

KINDS = ["bool", "u1", "i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8"]
ARRAY = st.sampled_from(KINDS).flatmap(
    lambda kind: arrays_of.arrays(kind, arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
)
NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,9}", fullmatch=True)


def _bytes(header: object, data: bytes = b"") -> memoryview:
    told = header if isinstance(header, bytes) else json.dumps(header).encode()
    return memoryview(struct.pack("<Q", len(told)) + told + data)


def _entry(dtype: Any = "F32", shape: Any = (2,), span: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": span}


REFUSED = {
    "nothing": (memoryview(b""), "the header of the tensors is cut"),
    "a cut header": (memoryview(struct.pack("<Q", 9) + b"{}"), "the header of the tensors is cut"),
    "a header of 2^64 - 1": (memoryview(b"\xff" * 8), "the header of the tensors is longer than 65536 bytes"),
    "a list": (_bytes([]), "the header of the tensors is no mapping"),
    "600,000 empty tensors": (
        _bytes({f"a{n}": _entry(shape=[0], span=[0, 0]) for n in range(700)}),
        "there are more than 256 tensors",
    ),
    "a repeated name": (
        _bytes(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":1}'),
        "a key is repeated",
    ),
    "file metadata": (
        _bytes({"__metadata__": {"a": "b"}}),
        "a tensor is not described by dtype, shape and data_offsets",
    ),
    "a further key": (
        _bytes({"a": {**_entry(), "b": 1}}, bytes(8)),
        "a tensor is not described by dtype, shape and data_offsets",
    ),
    "markup for a name": (_bytes({"<b>": _entry()}, bytes(8)), "the name of a tensor is no name"),
    "a name of 101 signs": (_bytes({"a" * 101: _entry()}, bytes(8)), "the name of a tensor is no name"),
    "a name with a newline": (_bytes({"a\n": _entry()}, bytes(8)), "the name of a tensor is no name"),
    "complex numbers": (_bytes({"a": _entry("C64", [1])}, bytes(8)), "a tensor has a dtype that is not allowed"),
    "half-known F4": (_bytes({"a": _entry("F4", [16])}, bytes(8)), "a tensor has a dtype that is not allowed"),
    "a dtype that is a list": (_bytes({"a": _entry(["F32"])}, bytes(8)), "a tensor has a dtype that is not allowed"),
    "1,000 dimensions": (
        _bytes({"a": _entry(shape=[1] * 1000, span=[0, 4])}, bytes(4)),
        "a tensor has no shape of at most 8 dimensions",
    ),
    "a shape that is a number": (
        _bytes({"a": _entry(shape=2)}, bytes(8)),
        "a tensor has no shape of at most 8 dimensions",
    ),
    "a size of 2^62 beside 0": (
        _bytes({"a": _entry(shape=[0, 2**62], span=[0, 0])}),
        "a tensor has a size that is not allowed",
    ),
    "a size below nothing": (_bytes({"a": _entry(shape=[-1])}), "a tensor has a size that is not allowed"),
    "a size of true": (
        _bytes({"a": _entry(shape=[True], span=[0, 4])}, bytes(4)),
        "a tensor has a size that is not allowed",
    ),
    "a hole": (
        _bytes({"a": _entry(span=[8, 16])}, bytes(16)),
        "the span of a tensor is not that of its shape and place",
    ),
    "an overlap": (
        _bytes({"a": _entry(), "b": _entry()}, bytes(8)),
        "the span of a tensor is not that of its shape and place",
    ),
    "a span of floats": (
        _bytes({"a": _entry(span=[0.0, 8.0])}, bytes(8)),
        "the span of a tensor is not that of its shape and place",
    ),
    "a span of truth": (
        _bytes({"a": _entry("U8", [1], [False, True])}, bytes(1)),
        "the span of a tensor is not that of its shape and place",
    ),
    "a span of 2^63": (
        _bytes({"a": _entry(span=[0, 2**63])}, bytes(8)),
        "the span of a tensor is not that of its shape and place",
    ),
    "an end beyond the end": (
        _bytes({"a": _entry("F64", [2**31 - 1] * 2, [0, 8 * (2**31 - 1) ** 2])}),
        "a tensor reaches beyond the end",
    ),
    "bytes left over": (_bytes({"a": _entry()}, bytes(9)), "bytes are left over after the tensors"),
    "truth of 255": (_bytes({"a": _entry("BOOL", [2], [0, 2])}, b"\x01\xff"), "a truth value is neither 0 nor 1"),
}


@pytest.mark.parametrize(("data", "rule"), REFUSED.values(), ids=REFUSED)
def test_a_broken_rule_is_named(data: memoryview, rule: str) -> None:
    with pytest.raises(ValueError) as error:
        read_tensors(data)

    assert str(error.value) == rule


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAME, ARRAY, max_size=5))
def test_what_is_written_is_read_back_bit_by_bit(named: dict[str, np.ndarray[Any, Any]]) -> None:
    data = write_tensors(named)

    back = read_tensors(memoryview(data))

    assert {name: (array.dtype, array.shape, array.tobytes()) for name, array in named.items()} == {
        name: (array.dtype, array.shape, array.tobytes()) for name, array in back.items()
    }
    assert write_tensors(back) == data


def test_bfloat16_is_widened_without_forgetting_its_name() -> None:
    values = torch.tensor([1.5, -0.0, float("inf"), 3e38], dtype=torch.bfloat16)
    data = safetensors.torch.save({"a": values})

    array = read_tensors(memoryview(data))["a"]

    assert (dtype_name(array), array.dtype.name) == ("bfloat16", "float32")
    assert dtype_name(array[1:].reshape(3, 1)) == "bfloat16"
    assert array.tolist() == values.float().tolist()
    assert read_tensors(memoryview(write_tensors({"a": array})))["a"].dtype.metadata == BFLOAT16.metadata


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_a_dtype_is_torch_s(kind: str) -> None:
    array = np.zeros(2, kind)

    assert dtype_name(array) == str(torch.from_numpy(array).dtype).removeprefix("torch.")


def test_the_library_reads_what_is_written() -> None:
    written = write_tensors({"a": np.arange(6.0).reshape(2, 3), "b": np.array(True)})

    back = safetensors.numpy.load(written)

    assert back["a"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert back["b"].tolist() is True


def test_an_array_of_another_dtype_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="an array of complex128 cannot be written"):
        write_tensors({"a": np.zeros(1, complex)})


def test_arrays_cannot_be_changed() -> None:
    array = read_tensors(memoryview(write_tensors({"a": np.zeros(3)})))["a"]

    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
