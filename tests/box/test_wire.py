"""Only frames that keep every rule are read; all else is a `WireError` that names the rule and none of the bytes."""

from __future__ import annotations

import gc
import json
import struct
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.box.inside.frame import encode_frame
from grader.box.tensors import write_tensors
from grader.box.wire import Caps, Head, WireError, expected_length, read_frame
from grader.nouns.plain import Fault, Frame

CAP = 1 << 20
EMPTY = struct.pack("<Q", 2) + b"{}"
FRAME = {"file": "a.py", "line": 3, "function": "f", "near": [[2, "x = 1"], [3, "y\tz"]]}
FAULT = {"type": "ValueError", "message": "one\ntwo", "frames": [FRAME], "traceback": "Traceback\n  ..."}


def _frame(head: object, tensors: bytes = EMPTY) -> bytes:
    told = head if isinstance(head, bytes) else json.dumps(head).encode()
    return b"GRADEOB1" + struct.pack("<IQ", len(told), len(tensors)) + told + tensors


def _raised(**changes: object) -> bytes:
    return _frame({"ended": "raised", "fault": {**FAULT, **changes}})


def _step(**changes: object) -> bytes:
    return _raised(frames=[{**FRAME, **changes}])


GOOD = encode_frame({"ended": "answered", "notes": ["n"]}, {"a": torch.ones(2, 3), "b": [True], "t": "text"})
NOT_TEXT = "the head holds something else where a text belongs"
NOT_LINE = "the head holds something else where a line number belongs"
REFUSED = {
    "nothing": (b"", "the frame ends within its first 20 bytes"),
    "four bytes": (b"GRAD", "the frame ends within its first 20 bytes"),
    "another magic": (b"GRADEOB2" + GOOD[8:], "the answer does not begin as a frame does"),
    "2^64 - 1 bytes": (GOOD[:12] + b"\xff" * 8 + GOOD[20:], "the tensors are longer than 1048576 bytes"),
    "a long head": (GOOD[:8] + b"\xff" * 4 + GOOD[12:], "the JSON is longer than 262144 bytes"),
    "a short frame": (GOOD[:-1], "the frame is shorter than it says"),
    "a byte after it": (GOOD + b"\0", "the frame is longer than it says"),
    "JSON that is none": (_frame(b"{"), "its text is not JSON"),
    "a repeated key": (_frame(b'{"ended":"answered","ended":"raised"}'), "a key is repeated"),
    "NaN": (_frame(b'{"ended":NaN}'), "NaN and Infinity are not allowed"),
    "depth": (_frame(b"[" * 5000 + b"]" * 5000), "it is nested more than 32 deep"),
    "a list": (_frame([]), "the head has not the keys agreed"),
    "no ending": (_frame({"reason": ""}), "the head has not the keys agreed"),
    "a score": (_frame({"ended": "answered", "score": 100}), "the head has not the keys agreed"),
    "broken": (_frame({"ended": "broken"}), "the head ends as no worker's case can end"),
    "passed": (_frame({"ended": "passed"}), "the head ends as no worker's case can end"),
    "an ending that is none": (_frame({"ended": 1}), NOT_TEXT),
    "an exception without one": (_frame({"ended": "raised"}), "the head tells of an exception but not which"),
    "a reason of 3": (_frame({"ended": "left", "reason": 3}), NOT_TEXT),
    "a text of none": (_frame({"ended": "answered", "texts": {"a": None}}), NOT_TEXT),
    "texts in a list": (_frame({"ended": "answered", "texts": []}), "the texts have no names"),
    "a text named <b>": (_frame({"ended": "answered", "texts": {"<b>": ""}}), "the texts have no names"),
    "a note of 1": (_frame({"ended": "answered", "notes": [1]}), NOT_TEXT),
    "1,001 notes": (_frame({"ended": "answered", "notes": [""] * 1001}), "the notes are no list of at most 1000"),
    "notes in a text": (_frame({"ended": "answered", "notes": "abc"}), "the notes are no list of at most 1000"),
    "a fault that is text": (_frame({"ended": "raised", "fault": "x"}), "the fault has not the keys agreed"),
    "a fault without type": (
        _frame({"ended": "raised", "fault": {"message": ""}}),
        "the fault has not the keys agreed",
    ),
    "a fault with more": (_raised(points=1), "the fault has not the keys agreed"),
    "a type of 1": (_raised(type=1), NOT_TEXT),
    "a message of none": (_raised(message=None), NOT_TEXT),
    "a traceback in a list": (_raised(traceback=[]), NOT_TEXT),
    "101 frames": (_raised(frames=[FRAME] * 101), "the frames are no list of at most 100"),
    "a frame with more": (_step(locals={}), "a frame has not the keys agreed"),
    "a frame that is a list": (_raised(frames=[[]]), "a frame has not the keys agreed"),
    "line true": (_step(line=True), NOT_LINE),
    "line -1": (_step(line=-1), NOT_LINE),
    "line 1.0": (_step(line=1.0), NOT_LINE),
    "line 10^19": (_step(line=10**19), NOT_LINE),
    "a line without text": (_step(near=[[1]]), "a line is not a number and a text"),
    "a line of three": (_step(near=[[1, "a", "b"]]), "the pieces of a line are no list of at most 2"),
    "21 lines": (_step(near=[[1, "a"]] * 21), "the lines are no list of at most 20"),
    "tensors that break their rules": (_frame({"ended": "answered"}, b"{}"), "the header of the tensors is cut"),
    "tensors beside a fault": (
        _frame({"ended": "raised", "fault": FAULT}, write_tensors({"a": np.zeros(1)})),
        "only an answer may hold tensors",
    ),
}


@pytest.mark.parametrize(("data", "rule"), REFUSED.values(), ids=REFUSED)
def test_a_broken_rule_is_named(data: bytes, rule: str) -> None:
    with pytest.raises(WireError) as error:
        read_frame(data, answer_bytes=CAP)

    assert str(error.value) == rule


def test_a_good_frame_is_read() -> None:
    head, tensors = read_frame(memoryview(GOOD), answer_bytes=CAP)

    assert head == Head("answered", None, "", {"t": "text"}, ("n",))
    assert {name: array.tolist() for name, array in tensors.items()} == {"a": [[1, 1, 1], [1, 1, 1]], "b": [True]}


def test_a_fault_is_read_with_its_lines() -> None:
    head, _ = read_frame(_raised(), answer_bytes=CAP)

    frame = Frame("a.py", 3, "f", ((2, "x = 1"), (3, "y\tz")))
    assert head.fault == Fault("ValueError", "one\ntwo", (frame,), "Traceback\n  ...")


@pytest.mark.parametrize("ended", ["answered", "import_error", "missing", "untouched", "left", "stopped"])
def test_a_head_may_be_nothing_but_an_ending(ended: str) -> None:
    head, tensors = read_frame(_frame({"ended": ended}), answer_bytes=CAP)

    assert (head, tensors) == (Head(ended), {})  # type: ignore[arg-type]


def test_every_text_is_safe_text() -> None:
    nasty = "a\x1b[2J\r\u202e"
    step = {"file": nasty, "line": 1, "function": nasty, "near": [[1, nasty + "\nb"]]}
    fault = {"type": nasty, "message": nasty, "frames": [step], "traceback": nasty}
    told = {"ended": "raised", "fault": fault, "reason": nasty, "texts": {"t": nasty}, "notes": [nasty]}

    head, _ = read_frame(_frame(told), answer_bytes=CAP)

    assert "\\x1b" not in repr(head)
    assert "\\r" not in repr(head)
    assert repr(head).count("a␛[2J␍") == 8


def test_the_length_of_a_frame_stands_in_its_first_20_bytes() -> None:
    assert expected_length(GOOD[:20], Caps(CAP)) == len(GOOD)


@pytest.mark.parametrize(
    ("first", "rule"),
    [
        (GOOD[:19], "the frame ends within its first 20 bytes"),
        (b"x" * 20, "the answer does not begin as a frame does"),
        (b"GRADEOB1" + struct.pack("<IQ", 2, CAP + 1), "the tensors are longer than 1048576 bytes"),
        (b"GRADEOB1" + struct.pack("<IQ", 2**18 + 1, 2), "the JSON is longer than 262144 bytes"),
    ],
)
def test_a_length_over_its_cap_is_refused_before_anything_is_allocated(first: bytes, rule: str) -> None:
    with pytest.raises(WireError) as error:
        expected_length(first, Caps(CAP))

    assert str(error.value) == rule


def test_a_frame_with_a_fault_is_read_within_a_millisecond() -> None:
    step = {**FRAME, "near": [[n, "some line of code, about so long"] for n in range(5)]}
    data = _raised(frames=[step] * 10, traceback="some line of a traceback\n" * 60)

    began = time.process_time()
    for _ in range(100):
        read_frame(data, answer_bytes=CAP)

    assert (time.process_time() - began) / 100 < 1e-3


@pytest.mark.parametrize("head", [b"[" + b"[]," * 87_000 + b"[]]", b'{"a":[' + b"{}," * 87_000 + b"{}]}"])
def test_a_head_full_of_nothing_takes_little_memory(head: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(WireError):
        read_frame(_frame(head), answer_bytes=CAP)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 50 * 2**20


# --- frames by structure and by mutation ------------------------------------------------------------------------

NUMBERS = st.integers(-(2**63), 2**63 - 1)
NESTED = st.recursive(
    st.lists(NUMBERS, min_size=1, max_size=3), lambda row: row.map(lambda kept: [kept, kept]), max_leaves=4
)
TENSOR = st.builds(
    lambda sizes, kind: torch.zeros(sizes).to(kind),
    st.lists(st.integers(0, 3), max_size=4),
    st.sampled_from([torch.bool, torch.uint8, torch.int64, torch.float16, torch.bfloat16, torch.float64]),
)
VALUES = st.dictionaries(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,6}", fullmatch=True),
    TENSOR | NESTED | st.booleans() | NUMBERS | st.floats() | st.text(max_size=20),
    max_size=5,
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
HEAD_LIKE = st.fixed_dictionaries(
    {"ended": st.sampled_from(["answered", "raised", "left", "broken"]) | LEAF},
    optional={
        "fault": st.fixed_dictionaries(
            {"type": LEAF, "message": LEAF}, optional={"frames": LEAF | st.lists(LEAF), "traceback": LEAF}
        ),
        "reason": LEAF,
        "texts": LEAF | st.dictionaries(st.text(max_size=3), LEAF),
        "notes": LEAF | st.lists(LEAF, max_size=3),
        "further": LEAF,
    },
)
TENSORS_LIKE = st.dictionaries(
    st.sampled_from(["a", "b", "<i>", "__metadata__"]) | st.text(max_size=3),
    st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "U8", "BOOL", "BF16", "C64", "F4"]) | LEAF,
            "shape": st.lists(st.integers(-1, 4) | LEAF, max_size=3) | LEAF,
            "data_offsets": st.lists(st.integers(-1, 20) | LEAF, min_size=1, max_size=3) | LEAF,
        }
    )
    | LEAF,
    max_size=3,
)


def _read_or_refuse(data: bytes) -> bool:
    """Whether the frame was read; anything but `WireError` fails the test."""
    gc.collect(0)
    gc.disable()  # a collection of what other tests left would be counted as reading
    began = time.process_time()
    try:
        read_frame(data, answer_bytes=CAP)
        read = True
    except WireError as error:
        assert len(str(error)) < 80
        read = False
    finally:
        took = time.process_time() - began
        gc.enable()
    assert took < 0.05
    return read


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_our_encoder_wrote_writes_back_to_equal_bytes(values: dict[str, Any]) -> None:
    data = encode_frame({"ended": "answered"}, values)

    head, tensors = read_frame(data, answer_bytes=CAP)

    numbers = {name: value for name, value in values.items() if not isinstance(value, str)}
    assert list(tensors) == list(numbers)
    length = struct.unpack("<Q", data[12:20])[0]
    assert write_tensors(tensors) == data[len(data) - length :]
    assert set(head.texts) == set(values) - set(numbers)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_mutated_frame_is_read_or_refused(data: st.DataObject) -> None:
    frame = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame)))
        gone = data.draw(st.integers(0, 3))
        frame[place : place + gone] = data.draw(st.binary(max_size=3))

    _read_or_refuse(bytes(frame))


@settings(max_examples=400, deadline=None)
@given(st.integers(20, len(GOOD) - 1), st.integers(0, 255))
def test_one_wrong_byte_of_the_content_is_read_or_refused(place: int, value: int) -> None:
    _read_or_refuse(GOOD[:place] + bytes([value]) + GOOD[place + 1 :])


@settings(max_examples=300, deadline=None)
@given(HEAD_LIKE, TENSORS_LIKE, st.binary(max_size=24))
def test_a_frame_of_the_right_build_is_read_or_refused(head: object, tensors: object, content: bytes) -> None:
    header = json.dumps(tensors).encode()

    _read_or_refuse(_frame(head, struct.pack("<Q", len(header)) + header + content))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_at_all_make_a_frame(content: bytes) -> None:
    assert _read_or_refuse(content) is False
    assert _read_or_refuse(_frame(content, content)) is False
