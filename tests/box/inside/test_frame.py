"""What a probe gave becomes one frame, whatever the hand-in has patched; or a sentence for the student."""

from __future__ import annotations

import enum
import json
import math
import os
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest
import torch

from grader.box.inside import frame, of_torch
from grader.box.inside.frame import BadAnswer, encode_frame, write_frame
from grader.box.tensors import dtype_name
from grader.box.wire import Head, read_frame

ANSWERED = {"ended": "answered"}


class Liar(torch.Tensor):
    """A tensor that answers every question by raising."""

    @classmethod
    def __torch_function__(cls, *_: object, **__: object) -> Any:
        raise RuntimeError("nobody may look")


class Wrapper(torch.Tensor):
    """A tensor without numbers of its own."""

    @staticmethod
    def __new__(cls, like: torch.Tensor) -> Wrapper:
        return torch.Tensor._make_wrapper_subclass(cls, like.shape, dtype=like.dtype)

    @classmethod
    def __torch_dispatch__(cls, *_: object, **__: object) -> Any:
        raise RuntimeError("nobody may look")


class Raising(list[Any]):
    """A list that cannot be looked through."""

    def __iter__(self) -> Any:
        raise RuntimeError("nobody may look")


class Colour(enum.IntEnum):
    """An int with a name."""

    RED = 3


def _there_and_back(value: object) -> np.ndarray[Any, Any]:
    return read_frame(encode_frame(ANSWERED, {"x": value}), answer_bytes=1 << 20)[1]["x"]


GRID = torch.arange(6.0).reshape(2, 3)
KEPT: dict[str, tuple[object, str, object]] = {
    "a tensor": (GRID, "float32", [[0, 1, 2], [3, 4, 5]]),
    "a transposed tensor": (GRID.T, "float32", [[0, 3], [1, 4], [2, 5]]),
    "an expanded tensor": (torch.ones(1).expand(3), "float32", [1, 1, 1]),
    "a slice": (GRID[:, 1:], "float32", [[1, 2], [4, 5]]),
    "a tensor with gradient": (GRID.clone().requires_grad_(), "float32", [[0, 1, 2], [3, 4, 5]]),
    "a parameter": (torch.nn.Parameter(torch.ones(2)), "float32", [1, 1]),
    "a sparse tensor": (torch.eye(2).to_sparse(), "float32", [[1, 0], [0, 1]]),
    "a sparse tensor by rows": (torch.eye(2).to_sparse_csr(), "float32", [[1, 0], [0, 1]]),
    "a negated view": (torch.tensor([1 + 2j]).conj().imag, "float32", [-2]),
    "half precision": (torch.tensor([0.5], dtype=torch.float16), "float16", [0.5]),
    "brain floats": (torch.tensor([[0.5, -1.5]], dtype=torch.bfloat16), "bfloat16", [[0.5, -1.5]]),
    "an empty tensor": (torch.zeros(0, 3), "float32", []),
    "a subclass": (torch.ones(2).as_subclass(Liar), "float32", [1, 1]),
    "a scalar tensor": (torch.tensor(True), "bool", True),
    "an array": (np.arange(3), "int64", [0, 1, 2]),
    "an array the other way round": (np.arange(3, dtype=">i4"), "int32", [0, 1, 2]),
    "an array of columns": (np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]), "float64", [[1, 2], [3, 4]]),
    "an array of its own class": (np.ones((1, 2)).view(np.matrix), "float64", [[1, 1]]),
    "an empty array": (np.zeros((0, 2)), "float64", []),
    "a number of numpy": (np.float32(0.5), "float32", 0.5),
    "truth": (True, "bool", True),
    "an integer": (-7, "int64", -7),
    "a float": (0.1, "float64", 0.1),
    "infinity": (-math.inf, "float64", -math.inf),
    "an int with a name": (Colour.RED, "int64", 3),
    "a list of truths": ([True, False], "bool", [True, False]),
    "integers and floats": ([1, 2.5, True], "float64", [1, 2.5, 1]),
    "lists in lists": ([[1, 2], (3, 4)], "int64", [[1, 2], [3, 4]]),
    "an empty list": ([], "float64", []),
    "a shape": (torch.Size([2, 3]), "int64", [2, 3]),
    "a list of scalar tensors": ([torch.tensor(0.5), torch.tensor(2)], "float64", [0.5, 2]),
    "a list of numpy numbers": ([np.int64(3), np.bool_(True)], "float64", [3, 1]),
}


@pytest.mark.parametrize(("value", "dtype", "numbers"), KEPT.values(), ids=KEPT)
def test_whatever_is_made_of_numbers_is_kept(value: object, dtype: str, numbers: object) -> None:
    array = _there_and_back(value)

    assert (dtype_name(array), array.tolist()) == (dtype, numbers)


REAL = "real numbers, integers or truth values were expected"
REFUSED: dict[str, tuple[object, str]] = {
    "nothing": (None, "enc_hiddens is None; a tensor was expected"),
    "a dict": ({"a": 1}, "enc_hiddens is a dict; a tensor was expected"),
    "a function": (print, "enc_hiddens is a builtin_function_or_method; a tensor was expected"),
    "a complex number": (1j, "enc_hiddens is a complex; a tensor was expected"),
    "bytes": (b"x", "enc_hiddens is a bytes; a tensor was expected"),
    "complex numbers": (torch.zeros(1, dtype=torch.complex64), f"enc_hiddens is a tensor of torch.complex64; {REAL}"),
    "objects": (np.array([None]), f"enc_hiddens is an array of object; {REAL}"),
    "words": (np.array(["a"]), f"enc_hiddens is an array of str32; {REAL}"),
    "unsigned numbers": (np.zeros(1, "u4"), f"enc_hiddens is an array of uint32; {REAL}"),
    "a masked array": (np.ma.masked_array([1]), "enc_hiddens is a masked array; a plain one was expected"),
    "a list of words": (["a"], "enc_hiddens is a list that holds a str; numbers were expected"),
    "a list of nothing": ([1, None], "enc_hiddens is a list that holds None; numbers were expected"),
    "a list of tensors": ([GRID], "enc_hiddens is a list that holds a Tensor; numbers were expected"),
    "ragged rows": ([[1], [1, 2]], "enc_hiddens is a list whose rows differ in length; all must be equally long"),
    "a number beside a row": ([1, [2]], "enc_hiddens is a list whose rows differ in length; all must be equally long"),
    "an integer too long": ([2**64], "enc_hiddens holds an integer of more than 64 bits"),
    "an integer too long for a float": ([10**400, 0.5], "enc_hiddens holds an integer of more than 64 bits"),
    "nine lists": ([[[[[[[[[1]]]]]]]]], "enc_hiddens has more than 8 lists in one another"),
    "nine dimensions": (torch.zeros([1] * 9), "enc_hiddens has 9 dimensions; at most 8 are read"),
    "no numbers, only shape": (torch.ones(2, device="meta"), "enc_hiddens is a Tensor whose numbers cannot be read"),
    "more than there is memory": (
        torch.ones(1).expand(2**31, 2**20),
        "enc_hiddens is a Tensor for which there is not enough memory",
    ),
    "an array of the kind": (
        np.broadcast_to(np.ones(1), (2**31, 2**20)),
        "enc_hiddens is a ndarray for which there is not enough memory",
    ),
    "a wrapper": (Wrapper(torch.ones(2)), "enc_hiddens is a Wrapper whose numbers cannot be read"),
    "a list that raises": (Raising([1]), "enc_hiddens is a Raising whose numbers cannot be read"),
    "a long text": ("x" * 65537, "enc_hiddens is a text of 65537 characters; at most 65536 are read"),
}


@pytest.mark.parametrize(("value", "sentence"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_told_to_the_student_by_its_key(value: object, sentence: str) -> None:
    with pytest.raises(BadAnswer) as error:
        encode_frame(ANSWERED, {"enc_hiddens": value})

    assert str(error.value) == sentence
    assert error.value.name == "enc_hiddens"


@pytest.mark.parametrize("name", ["<b>", "", "1a", "a b", "a" * 101, 3])
def test_a_key_that_is_no_name_is_refused(name: Any) -> None:
    with pytest.raises(BadAnswer, match="is no name for an output"):
        encode_frame(ANSWERED, {name: 1})


def test_more_than_256_outputs_are_refused() -> None:
    with pytest.raises(BadAnswer, match="257 outputs are too many; at most 256 are read"):
        encode_frame(ANSWERED, {f"x{n}": n for n in range(257)})


def test_texts_that_fill_the_head_are_refused() -> None:
    with pytest.raises(BadAnswer, match=r"the texts of this answer take \d+ bytes; at most 262144 are read"):
        encode_frame(ANSWERED, {f"x{n}": "y" * 65000 for n in range(5)})


def test_a_text_goes_to_the_texts_of_the_head() -> None:
    head, tensors = read_frame(
        encode_frame({**ANSWERED, "texts": {"a": "1"}}, {"b": 'zwei "界" \ud800\n\x1b'}), answer_bytes=100
    )

    assert head.texts == {"a": "1", "b": 'zwei "界" \\ud800\n␛'}
    assert tensors == {}


def test_a_long_text_of_the_head_is_cut() -> None:
    fault = {"type": "E", "message": "é" * 100_000, "frames": [], "traceback": ""}

    data = encode_frame({"ended": "raised", "fault": fault}, {})

    assert len(json.loads(data[20:-16])["fault"]["message"]) == 32 * 1024


def test_a_head_that_is_no_json_is_our_own_mistake() -> None:
    with pytest.raises(TypeError, match="the head holds a set"):
        encode_frame({"ended": "answered", "notes": {1}}, {})


def test_the_head_arrives_as_it_was_told() -> None:
    head = {
        "ended": "raised",
        "fault": {"type": "ValueError", "message": "no", "frames": [], "traceback": "..."},
        "reason": "ValueError: no",
        "notes": ["file utils: a/utils.py"],
    }

    read, _ = read_frame(encode_frame(head, {}), answer_bytes=100)

    assert read == Head("raised", read.fault, "ValueError: no", {}, ("file utils: a/utils.py",))
    assert read.fault is not None
    assert (read.fault.type, read.fault.message, read.fault.traceback) == ("ValueError", "no", "...")


def test_a_frame_is_written_whole_through_a_pipe() -> None:
    values = {"a": torch.zeros(300_000), "b": [1, 2]}
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        write_frame(send, ANSWERED, values)
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)

    assert data == encode_frame(ANSWERED, values)


def test_nothing_is_written_of_an_answer_that_cannot_be() -> None:
    receive, send = os.pipe()

    with pytest.raises(BadAnswer):
        write_frame(send, ANSWERED, {"a": torch.zeros(3), "b": None})
    os.close(send)

    assert os.read(receive, 1) == b""
    os.close(receive)


def test_patched_libraries_change_nothing() -> None:
    program = """
        import sys
        from grader.box.inside import of_torch
        from grader.box.inside.frame import encode_frame
        import json, os, struct, torch, numpy as np
        tensor = torch.arange(3.0).requires_grad_()
        array = np.arange(3)
        def gone(*_, **__): raise RuntimeError("patched")
        for module in (json, struct, np, os):
            for name in ("dumps", "pack", "array", "ascontiguousarray", "write"):
                if hasattr(module, name): setattr(module, name, gone)
        for name in ("detach", "cpu", "contiguous", "numpy", "view", "to_dense", "data_ptr", "dtype", "layout"):
            setattr(torch.Tensor, name, property(gone))
        sys.stdout.buffer.write(encode_frame({"ended": "answered"}, {"a": tensor, "b": array, "c": [1, 2]}))
    """

    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, check=True)

    values = {"a": torch.arange(3.0), "b": np.arange(3), "c": [1, 2]}
    assert done.stdout == encode_frame(ANSWERED, values)


def test_both_ends_agree_on_the_rules() -> None:
    from grader.box import tensors, wire

    assert (frame.MAGIC, frame.JSON_BYTES, frame.MAX_TENSORS, frame.MAX_DIMENSIONS, frame.NAME) == (
        wire.MAGIC,
        wire.JSON_BYTES,
        tensors.MAX_TENSORS,
        tensors.MAX_DIMENSIONS,
        tensors.NAME,
    )
    assert set(of_torch.TYPES.values()) == set(tensors.DTYPES)
