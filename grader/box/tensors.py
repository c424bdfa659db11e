"""Named arrays as bytes of safetensors, read strictly: the header is judged before any array is made.

Refused: a header over 64 KiB, file metadata, unknown keys, more than 256 tensors, names that are no names, complex
or unknown dtypes, more than 8 dimensions, a size over 2^31 - 1, spans with a hole or an overlap or another length
than shape and dtype need, bytes left over, and truth values that are neither 0 nor 1. numpy has no bfloat16: such a
tensor is widened to float32, and its dtype remembers the name (`dtype_name`).
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from grader.box.strict_json import strict_json
from grader.nouns.plain import Array, Json

HEADER_BYTES: Final = 64 * 1024
MAX_TENSORS: Final = 256
MAX_DIMENSIONS: Final = 8
MAX_SIZE: Final = 2**31 - 1
MAX_AROUND_NOTHING: Final = 2**24  # product of the other sizes of an empty tensor: what a sum over it would allocate
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
BFLOAT16: Final[np.dtype[Any]] = np.dtype("<f4", metadata={"name": "bfloat16"})
DTYPES: Final[Mapping[str, np.dtype[Any]]] = {
    "BOOL": np.dtype("u1"),  # looked at before it becomes bool
    "U8": np.dtype("u1"),
    "I8": np.dtype("i1"),
    "I16": np.dtype("<i2"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}
_CODES: Final = {
    "bool": "BOOL",
    "uint8": "U8",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "float16": "F16",
    "bfloat16": "BF16",
    "float32": "F32",
    "float64": "F64",
}


def dtype_name(array: Array) -> str:
    """The name of an array's dtype: "float32", "bool", and "bfloat16" for one that was widened."""
    return str((array.dtype.metadata or {}).get("name", array.dtype.name))


def read_tensors(data: memoryview) -> dict[str, Array]:
    """The arrays by name, in memory of their own, read-only.

    Raises: ValueError with the rule that was broken, and none of the bytes.
    """
    if len(data) < 8:
        raise ValueError("the header of the tensors is cut")
    (length,) = struct.unpack("<Q", data[:8])
    if length > HEADER_BYTES:
        raise ValueError(f"the header of the tensors is longer than {HEADER_BYTES} bytes")
    if length > len(data) - 8:
        raise ValueError("the header of the tensors is cut")
    header = strict_json(bytes(data[8 : 8 + length]))
    if not isinstance(header, dict):
        raise ValueError("the header of the tensors is no mapping")
    if len(header) > MAX_TENSORS:
        raise ValueError(f"there are more than {MAX_TENSORS} tensors")
    return _arrays(header, data[8 + length :])


def write_tensors(arrays: Mapping[str, Array]) -> bytes:
    """The bytes from which `read_tensors` makes the same arrays.

    Raises: ValueError for a dtype that the wire does not know.
    """
    header, pieces, at = {}, [], 0
    for name, array in arrays.items():
        kind = dtype_name(array)
        if kind not in _CODES:
            raise ValueError(f"an array of {kind} cannot be written")
        piece = (array.view("<u4") >> 16).astype("<u2").tobytes() if kind == "bfloat16" else array.tobytes()
        header[name] = {"dtype": _CODES[kind], "shape": array.shape, "data_offsets": (at, at + len(piece))}
        at += len(piece)
        pieces.append(piece)
    told = json.dumps(header, separators=(",", ":")).encode()
    told += b" " * (-len(told) % 8)
    return b"".join([struct.pack("<Q", len(told)), told, *pieces])


def _arrays(header: Mapping[str, Json], data: memoryview) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    at = 0
    for name, told in header.items():
        if not NAME.fullmatch(name):
            raise ValueError("the name of a tensor is no name")
        code, shape, end = _described(told, at)
        if end > len(data):
            raise ValueError("a tensor reaches beyond the end")
        arrays[name] = _array(bytes(data[at:end]), code, shape)
        at = end
    if at != len(data):
        raise ValueError("bytes are left over after the tensors")
    return arrays


def _described(told: Json, at: int) -> tuple[str, tuple[int, ...], int]:
    """Dtype, shape, and where the tensor ends, if it begins where the one before it ended."""
    if not isinstance(told, dict) or told.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError("a tensor is not described by dtype, shape and data_offsets")
    code, shape, span = told["dtype"], told["shape"], told["data_offsets"]
    if not isinstance(code, str) or code not in DTYPES:
        raise ValueError("a tensor has a dtype that is not allowed")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise ValueError(f"a tensor has no shape of at most {MAX_DIMENSIONS} dimensions")
    if not all(type(size) is int and 0 <= size <= MAX_SIZE for size in shape):
        raise ValueError("a tensor has a size that is not allowed")
    if 0 in shape and math.prod(filter(None, shape)) > MAX_AROUND_NOTHING:
        raise ValueError("a tensor has a size that is not allowed")
    end = at + math.prod(shape) * DTYPES[code].itemsize
    if span != [at, end] or not all(type(place) is int for place in span):
        raise ValueError("the span of a tensor is not that of its shape and place")
    return code, tuple(shape), end


def _array(content: bytes, code: str, shape: tuple[int, ...]) -> Array:
    flat: Array = np.frombuffer(content, DTYPES[code])
    if code == "BOOL":
        if content.strip(b"\x00\x01"):
            raise ValueError("a truth value is neither 0 nor 1")
        flat = flat.view(np.bool_)
    elif code == "BF16":
        wide = flat.astype("<u4")
        wide <<= 16
        flat = wide.view(BFLOAT16)
        flat.flags.writeable = False
    return flat.reshape(shape)
