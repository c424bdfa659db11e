"""The one answer of a case, as bytes: the frame that grader/box/wire.py reads.

    "GRADEOB1" | u32 length of JSON | u64 length of tensors | JSON | safetensors        little endian

Runs in the jail beside student code, which may have patched torch, numpy, json or safetensors: what is needed of
them is taken when this module and of_torch.py are imported, before any hand-in is. That is for honest students' sake
only: a hand-in can write any bytes it likes, and wire.py trusts none.
"""

from __future__ import annotations

import importlib
import json.encoder
import os
import re
import struct
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

import numpy as np

MAGIC: Final = b"GRADEOB1"
JSON_BYTES: Final = 256 * 1024  # of a whole head
TEXT_BYTES: Final = 64 * 1024  # of one string in it
MAX_TENSORS: Final = 256
MAX_DIMENSIONS: Final = 8
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")

NUMPY_TYPES: Final = {
    "bool": "BOOL",
    "uint8": "U8",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
}
_PACKED: Final = {"BOOL": "?", "U8": "B", "I8": "b", "I16": "h", "I32": "i", "I64": "q", "F32": "f", "F64": "d"}

_ndarray, _generic, _dtype, _array = np.ndarray, np.generic, np.dtype, np.array
_modules, _import = sys.modules, importlib.import_module
_write, _pack, _unpack, _pack_error = os.write, struct.pack, struct.unpack, struct.error
_quote, _masked = json.encoder.encode_basestring, np.ma.MaskedArray

_Block = tuple[str, tuple[int, ...], Any]  # dtype, shape, bytes


class BadAnswer(Exception):  # noqa: N818 (a fact about the hand-in)
    """A value of a probe that is no tensor, number or text; `name` is its key, `fact` what it is instead."""

    def __init__(self, name: str, fact: str) -> None:
        super().__init__(name, fact)
        self.name, self.fact = name, fact

    def __str__(self) -> str:
        return f"{self.name} {self.fact}"


def write_frame(fd: int, head: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Writes the whole frame.

    Raises: BadAnswer before the first byte is written; OSError if nobody reads.
    """
    for chunk in _chunks(head, values):
        rest = memoryview(chunk).cast("B")
        while rest:
            rest = rest[_write(fd, rest) :]


def encode_frame(head: Mapping[str, object], values: Mapping[str, object]) -> bytes:
    """The whole frame of a head (`ended`, and perhaps `fault`, `reason`, `texts`, `notes`) and values by name.

    Shapes: any; tensors become plain, dense and contiguous, a number becomes a scalar, nested lists an array.
    A text is read back from the texts of the head.
    Raises: BadAnswer, in words for the student, for a value that is neither.
    """
    return b"".join(_chunks(head, values))


def _chunks(head: Mapping[str, object], values: Mapping[str, object]) -> list[Any]:
    texts = dict(head.get("texts") or {})  # type: ignore[call-overload]
    blocks: dict[str, _Block] = {}
    if len(values) > MAX_TENSORS:
        raise BadAnswer(f"{len(values)} outputs", f"are too many; at most {MAX_TENSORS} are read")
    for name, value in values.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise BadAnswer(repr(name)[:120], "is no name for an output")
        if isinstance(value, str):
            texts[name] = _checked_text(name, value)
        else:
            blocks[name] = _block(name, value)
    told = _json({**head, "texts": texts}).encode("utf-8")
    if len(told) > JSON_BYTES:
        raise BadAnswer("the texts of this answer", f"take {len(told)} bytes; at most {JSON_BYTES} are read")
    described, data = _described(blocks)
    length = len(described) + sum(len(piece) for piece in data)
    return [MAGIC + _pack("<IQ", len(told), length), told, described, *data]


def _described(blocks: Mapping[str, _Block]) -> tuple[bytes, list[Any]]:
    """The header of the tensors, eight-aligned with its length before it, and their bytes in order."""
    at, entries, data = 0, {}, []
    for name, (dtype, shape, content) in blocks.items():
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(content)]}
        at += len(content)
        data.append(content)
    header = _json(entries).encode("utf-8")
    header += b" " * (-len(header) % 8)
    return _pack("<Q", len(header)) + header, data


def _checked_text(name: str, value: str) -> str:
    if len(value) > TEXT_BYTES:
        raise BadAnswer(name, f"is a text of {len(value)} characters; at most {TEXT_BYTES} are read")
    return str.__str__(value)


# --- values -----------------------------------------------------------------------------------------------------


def _block(name: str, value: object) -> _Block:
    try:
        dtype, shape, content = _numbers(name, value)
    except BadAnswer:
        raise
    except Exception as error:  # a class of theirs may raise whatever it likes
        why = "for which there is not enough memory" if _lacks_memory(error) else "whose numbers cannot be read"
        raise BadAnswer(name, f"is {_what(value)} {why}") from error
    if len(shape) > MAX_DIMENSIONS:
        raise BadAnswer(name, f"has {len(shape)} dimensions; at most {MAX_DIMENSIONS} are read")
    return dtype, shape, content


def _lacks_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or (type(error) is RuntimeError and "allocate memory" in str(error))


def _numbers(name: str, value: object) -> _Block:
    if _is_tensor(value):
        return _of_tensor(name, value)
    if isinstance(value, (_ndarray, _generic)):
        return _of_array(name, value)
    if isinstance(value, (bool, int, float, list, tuple)):
        return _of_list(name, value)
    raise BadAnswer(name, f"is {_what(value)}; a tensor was expected")


def of_torch() -> ModuleType | None:
    """What is needed of torch; None where nobody has imported it, and then no value is a tensor."""
    if "torch" not in _modules:
        return None
    try:
        return _import("grader.box.inside.of_torch")
    except Exception:  # a module of theirs by that name
        return None


def _is_tensor(value: object) -> bool:
    torch_side = of_torch()
    return torch_side is not None and isinstance(value, torch_side.Tensor)


def _of_tensor(name: str, tensor: Any) -> _Block:
    torch_side = _import("grader.box.inside.of_torch")
    try:
        dtype, array = torch_side.plain(tensor)
    except torch_side.OtherDtype as other:
        raise BadAnswer(name, f"is a tensor of {other}; real numbers, integers or truth values were expected") from None
    return dtype, array.shape, _bytes(array)


def _of_array(name: str, value: Any) -> _Block:
    kind = _dtype(value.dtype).name
    if kind not in NUMPY_TYPES:
        raise BadAnswer(name, f"is an array of {kind}; real numbers, integers or truth values were expected")
    if isinstance(value, _masked):
        raise BadAnswer(name, "is a masked array; a plain one was expected")
    little = _array(value, _dtype(value.dtype).newbyteorder("<"), order="C", subok=False)
    return NUMPY_TYPES[kind], little.shape, _bytes(little)


def _bytes(array: Any) -> memoryview:
    """The bytes of a contiguous array, without a copy."""
    return memoryview(array.reshape(-1)).cast("B") if array.size else memoryview(b"")


def _of_list(name: str, value: object) -> _Block:
    numbers: list[bool | int | float] = []
    shape = _shape(name, value, numbers, 0)
    kinds = {type(number) for number in numbers}
    code, dtype = ("?", "BOOL") if kinds == {bool} else ("q", "I64") if kinds == {int} else ("d", "F64")
    try:
        return dtype, shape, _pack(f"<{len(numbers)}{code}", *numbers)
    except (_pack_error, OverflowError):
        raise BadAnswer(name, "holds an integer of more than 64 bits") from None


def _shape(name: str, value: object, numbers: list[bool | int | float], depth: int) -> tuple[int, ...]:
    """Appends the numbers of nested lists in order; the shape that all of them agree on."""
    if isinstance(value, _generic) or _is_tensor(value):
        value = _item(name, value)
    if isinstance(value, (bool, int, float)):
        numbers.append(value if type(value) in (bool, int, float) else value + 0)
        return ()
    if not isinstance(value, (list, tuple)):
        raise BadAnswer(name, f"is a list that holds {_what(value)}; numbers were expected")
    if depth == MAX_DIMENSIONS:
        raise BadAnswer(name, f"has more than {MAX_DIMENSIONS} lists in one another")
    shapes = {_shape(name, each, numbers, depth + 1) for each in value}
    if len(shapes) > 1:
        raise BadAnswer(name, "is a list whose rows differ in length; all must be equally long")
    return (len(value), *(shapes.pop() if shapes else ()))


def _item(name: str, value: Any) -> object:
    dtype, shape, content = _numbers(name, value)
    if shape or dtype not in _PACKED:
        raise BadAnswer(name, f"is a list that holds {_what(value)}; numbers were expected")
    return _unpack(f"<{_PACKED[dtype]}", content)[0]


def _what(value: object) -> str:
    if value is None:
        return "None"
    kind = type.__getattribute__(type(value), "__name__")
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"[:100]


# --- JSON -------------------------------------------------------------------------------------------------------


def _json(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, str):
        kept = value.encode("utf-8", "backslashreplace")[:TEXT_BYTES].decode("utf-8", "ignore")
        return str(_quote(kept))
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_json(str(key))}:{_json(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_json, value)) + "]"
    raise TypeError(f"the head holds {_what(value)}")
