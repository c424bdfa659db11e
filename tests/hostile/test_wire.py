"""Door wire: every reader of a stranger's bytes in the trusted process, fed with bytes built by structure and mutation.

What must hold of each: no exception but its own kind, little time, little memory, and what is accepted writes back.
"""

# ruff: noqa: E501, RUF028 (tables of hostile inputs are read as tables)

from __future__ import annotations

import ast
import json
import math
import struct
import time
import tracemalloc
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.box import endings
from grader.box.endings import Facts
from grader.box.strict_json import strict_json
from grader.box.tensors import read_tensors, write_tensors
from grader.box.watch import _message
from grader.box.wire import Caps, WireError, expected_length, read_frame
from grader.errors import IntakeError
from grader.intake.archive import gather_archive
from grader.intake.rules import Gathering
from grader.judge.answers import parse_number, read_answers
from grader.judge.artefacts import lines_of, read_artefact
from grader.judge.policy import advice_remarks
from grader.kit.notebooks import NotANotebook, code_cells
from grader.kit.source_text import decode
from grader.nouns.plain import Fault, Frame, Limits
from grader.nouns.seen import Observation
from grader.quoting import quoted
from grader.safetext import hide_paths, safe_line, safe_text

CAP: Final = 1 << 20
EMPTY: Final = struct.pack("<Q", 2) + b"{}"
bounded = settings(
    derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), database=None
)

# --- building ---------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "ended",
        "answered",
        "raised",
        "fault",
        "type",
        "message",
        "frames",
        "traceback",
        "texts",
        "notes",
        "reason",
        "left",
        "file",
        "line",
        "function",
        "near",
        "dtype",
        "shape",
        "data_offsets",
        "F32",
        "BOOL",
        "F4",
        "__metadata__",
        "a",
        "<script>",
        "\x1b[2J",
        "\ud800",
        "",
        "x" * 300,
        "score",
        "passed",
        "__class__",
        "broken",
        "stopped",
    ]  # fmt: skip
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, -1, 2**31, 2**53, 2**63, 10**19, 10**20]),
    st.floats(),
    WORDS,
    st.text(max_size=20),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=20
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,9}", fullmatch=True)
TEXTS = st.text(st.characters(), max_size=60)
STEPS = st.fixed_dictionaries(
    {"file": TEXTS, "line": st.integers(0, 2**31 - 1), "function": TEXTS},
    optional={"near": st.lists(st.tuples(st.integers(0, 99), TEXTS), max_size=3)},
)
FAULTS = st.fixed_dictionaries(
    {"type": TEXTS, "message": TEXTS}, optional={"frames": st.lists(STEPS, max_size=3), "traceback": TEXTS}
)
GOOD_HEADS = st.fixed_dictionaries(
    {"ended": st.sampled_from(["answered", "missing", "untouched", "left", "import_error"])},
    optional={
        "fault": st.none() | FAULTS,
        "reason": TEXTS,
        "texts": st.dictionaries(NAMES, TEXTS, max_size=3),
        "notes": st.lists(TEXTS, max_size=3),
    },
)
DTYPES = st.sampled_from(["<f4", "<f8", "<f2", "u1", "i1", "<i2", "<i4", "<i8", "?"])
ARRAYS = st.builds(
    lambda kind, shape: (np.arange(math.prod(shape)) % 2).astype(kind).reshape(shape),
    DTYPES,
    st.lists(st.integers(0, 3), max_size=4),
)
SPANS = st.tuples(st.integers(-4, 40), st.integers(-4, 40)).map(list)
SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, -1, 2**31 - 1, 2**31, 2**63, True, 1.0, None, "2"]), max_size=10)
DESCRIBED = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F64", "BOOL", "BF16", "U8", "C64", "F4", "F8_E4M3", "", 3, None]),
        "shape": SHAPES | JSON,
        "data_offsets": SPANS | JSON,
    },
    optional={"extra": SCALARS},
)
HEADERS = st.dictionaries(NAMES | WORDS, DESCRIBED | JSON, max_size=4)


def dumped(value: object) -> bytes:
    """The value as JSON, with the liberties of the standard library: NaN, surrogates."""
    return json.dumps(value).encode()


def framed(head: bytes, tensors: bytes = EMPTY) -> bytes:
    """A frame of these two pieces."""
    return b"GRADEOB1" + struct.pack("<IQ", len(head), len(tensors)) + head + tensors


def tensored(header: bytes, data: bytes) -> bytes:
    """Tensors of this header and these bytes."""
    return struct.pack("<Q", len(header)) + header + data


def mutated(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with pieces replaced: (where, how many, by what)."""
    for at, length, piece in edits:
        at %= len(data) + 1
        data = data[:at] + piece + data[at + length :]
    return data


EDITS = st.lists(
    st.tuples(
        st.integers(0, 2**16),
        st.integers(0, 9),
        st.sampled_from(
            [b"", b"\0", b"\xff" * 8, b'"', b"{", b"[", b"NaN", b"\\ud800", b"\xed\xa0\x80", b"1e999", b"\n"]
        )
        | st.binary(max_size=9),
    ),
    min_size=1,
    max_size=4,
)
GOOD_FRAMES = st.builds(
    lambda head, arrays: framed(dumped(head), write_tensors(arrays if head["ended"] == "answered" else {})),
    GOOD_HEADS,
    st.dictionaries(NAMES, ARRAYS, max_size=4),
)
FRAMES = st.one_of(
    st.binary(max_size=200),
    st.builds(mutated, GOOD_FRAMES, EDITS),
    st.builds(lambda head: framed(dumped(head)), JSON),
    st.builds(lambda head: framed(dumped({**head, "ended": "answered"})), st.dictionaries(WORDS, JSON, max_size=6)),
    st.builds(
        lambda header, data: framed(b'{"ended":"answered"}', tensored(dumped(header), data)),
        HEADERS,
        st.binary(max_size=60),
    ),
    st.builds(
        lambda lengths, rest: b"GRADEOB1" + struct.pack("<IQ", *lengths) + rest,
        st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)),
        st.binary(max_size=40),
    ),
)


@contextmanager
def within(seconds: float, megabytes: float) -> Iterator[None]:
    """Asserts how much CPU and memory a reader takes: this machine may be busy with something else."""
    tracemalloc.start()
    started = time.process_time()
    try:
        yield
    finally:
        used, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert used < seconds, f"{used:.3f} s"
    assert peak < megabytes * 2**20, f"{peak / 2**20:.1f} MiB"


# --- frames -----------------------------------------------------------------------------------------------------------


@bounded
@given(FRAMES)
def test_a_frame_is_read_or_breaks_a_rule_that_is_named(data: bytes) -> None:
    with within(0.5, 50 + len(data) / 2**20):
        try:
            head, arrays = read_frame(data, answer_bytes=CAP)
        except WireError as error:
            assert str(error).isprintable()
            assert len(str(error)) < 200
            return

    assert_safe([head.reason, *head.notes, *head.texts.values()])
    assert sum(array.nbytes for array in arrays.values()) <= 2 * len(data)
    assert all(not array.flags.writeable for array in arrays.values())


@bounded
@given(GOOD_FRAMES)
def test_what_is_accepted_writes_back_to_equal_bytes(data: bytes) -> None:
    told, _ = struct.unpack("<IQ", data[8:20])

    _, arrays = read_frame(data, answer_bytes=CAP)

    assert write_tensors(arrays) == data[20 + told :]
    assert expected_length(data[:20], Caps(CAP)) == len(data)


@bounded
@given(HEADERS, st.binary(max_size=60))
def test_tensors_that_are_accepted_hold_all_bytes_and_no_others(header: Mapping[str, Any], data: bytes) -> None:
    try:
        arrays = read_tensors(memoryview(tensored(dumped(header), data)))
    except ValueError:
        return

    again = write_tensors(arrays)
    assert again.endswith(data)
    assert write_tensors(read_tensors(memoryview(again))) == again


@bounded
@given(st.builds(mutated, JSON.map(dumped), EDITS) | st.binary(max_size=60) | JSON.map(dumped))
def test_json_is_strict_or_refused(data: bytes) -> None:
    try:
        value = strict_json(data)
    except ValueError as error:
        assert str(error).isprintable()
        return

    assert json.loads(json.dumps(value, allow_nan=False)) == value


COSTLY = {
    "texts": dumped({"ended": "answered", "texts": {f"a{at:x}": "" for at in range(19_000)}}),
    "newlines": dumped({"ended": "answered", "texts": {"a": "\n" * 120_000}}),
    "controls": b'{"ended":"answered","texts":{"a":"' + "\x80".encode() * 130_000 + b'"}}',
    "escapes": b'{"ended":"answered","texts":{"a":"' + b"\\u0001" * 43_000 + b'"}}',
    "surrogates": b'{"ended":"answered","texts":{"a":"' + b"\\ud800" * 43_000 + b'"}}',
    "notes": dumped({"ended": "answered", "notes": ["\x01" * 30] * 1_000}),
    "steps": dumped({"ended": "raised", "fault": {"type": "", "message": "", "frames": [
        {"file": "", "line": 1, "function": "", "near": [[1, "\t"]] * 20}] * 100}}),
    "lists": b"[" + b"[]," * 87_000 + b"[]]",
    "deep": b"[" * 262_000,
    "deep mappings": b'{"a":' * 52_000,
    "numbers": b"[" + b"1.5e308," * 30_000 + b"1]",
    "a long number": b'{"ended":0.' + b"1" * 262_000 + b"}",
    "a long integer": b'{"ended":' + b"1" * 262_000 + b"}",
    "a long exponent": b'{"ended":1e' + b"9" * 262_000 + b"}",
    "equal keys": b"{" + b'"a":1,' * 40_000 + b'"b":1}',
    "texts in a list": b"[" + b'"",' * 87_000 + b'""]',
    "a text without an end": b'"' + b'\\"' * 131_000,
    "quotes": b'"' * 262_000,
    "blanks": b" " * 262_000,
    "no UTF-8": b"\xff" * 262_000,
    "a fault of 256 KiB": dumped({"ended": "raised", "fault": {"type": "x", "message": "\n" * 60_000, "traceback": "\x01" * 11_000}}),
}  # fmt: skip


@pytest.mark.parametrize("head", COSTLY.values(), ids=COSTLY)
def test_no_head_within_its_cap_takes_long(head: bytes) -> None:
    assert len(head) <= 256 * 1024
    used = []
    for _ in range(3):  # the machine may stumble once
        started = time.process_time()
        try:
            read_frame(framed(head), answer_bytes=CAP)
        except WireError as error:
            assert str(error).isprintable()
        used.append(time.process_time() - started)

    assert min(used) < 0.05


AROUND_NOTHING = ([0, 2**31 - 1], [2**31 - 1] * 7 + [0], [0] + [2**31 - 1] * 7, [2**24, 2, 0])


@pytest.mark.parametrize("shape", AROUND_NOTHING, ids=str)
@pytest.mark.parametrize("kind", ["F32", "BOOL", "BF16"])
def test_an_empty_tensor_may_not_be_wide(shape: list[int], kind: str) -> None:
    header = dumped({"a": {"dtype": kind, "shape": shape, "data_offsets": [0, 0]}})

    with pytest.raises(WireError, match=r"^a tensor has a size that is not allowed$"):
        read_frame(framed(b'{"ended":"answered"}', tensored(header, b"")), answer_bytes=CAP)


# --- what a student process says on its socket ----------------------------------------------------------------------

TALK = st.one_of(
    st.binary(max_size=80),
    JSON.map(dumped),
    st.fixed_dictionaries({"at": st.sampled_from(["unit", "ready", "done", "error", "x"]) | JSON}, optional={
        "unit": JSON, "threads": JSON, "exit": JSON, "cpu_s": JSON, "peak": JSON, "error": JSON}).map(dumped),
    st.sampled_from([b"", b"[" * 60_000, b'{"at":' * 10_000, b'{"at":"done","exit":' + b"9" * 5_000 + b"}", b"NaN",
                     b'{"at":"done","cpu_s":NaN,"peak":Infinity}', b"\xff\xfe", b'{"at":"done"' + b" " * 60_000 + b"}"]),
)  # fmt: skip


@bounded
@given(TALK)
def test_a_message_of_the_job_is_a_small_mapping_or_nothing(packet: bytes) -> None:
    with within(0.5, 20):
        message = _message(packet)

    assert message is None or isinstance(message["at"], str)


@bounded
@given(FRAMES, st.none() | st.integers(-128, 255), st.floats(0, 99))
def test_every_end_of_a_case_is_an_observation_and_none_is_broken(
    frame: bytes, status: int | None, cpu_s: float
) -> None:
    seen = endings.observation(Facts(Limits(), frame=frame, exit=status))

    assert seen.ended != "broken"
    assert_safe([seen.reason, *seen.texts.values(), *seen.notes])
    assert len(seen.reason) <= 220


# --- the list of an archive --------------------------------------------------------------------------------------------

LISTED = st.fixed_dictionaries(
    {
        "files": st.lists(st.tuples(TEXTS | WORDS, st.integers(-1, 9)).map(list) | JSON, max_size=4) | JSON,
        "refused": st.lists(st.tuples(TEXTS, TEXTS).map(list) | JSON, max_size=3) | JSON,
        "fault": st.just("") | SCALARS,
    },
    optional={"more": SCALARS},
)


@bounded
@given(LISTED.map(dumped) | st.binary(max_size=60) | st.just(b"[" * 100_000), st.binary(max_size=30))
def test_the_list_of_an_archive_is_taken_or_refused(listing: bytes, content: bytes) -> None:
    arrays = {"listing": np.frombuffer(listing, np.uint8), "bytes": np.frombuffer(content, np.uint8)}
    gathering = Gathering()
    try:
        gather_archive(b"PK", "x.zip", gathering, lambda data, name: Observation("answered", arrays))
    except IntakeError as error:
        assert_safe(str(error).split("\n"))

    assert_safe([*gathering.left_out, *gathering.warnings])
    assert sum(map(len, gathering.files.values())) <= len(content)
    assert not any(part in ("", ".", "..") for path in gathering.files for part in path.split("/"))


# --- texts ----------------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from("ab\n\t\r\x00\x1b\x7f\x85\x9b\xad\u200b\u202e\u2066\u2028\ud800\udfff\ufeff\uffff\U000e0041\U0010ffffé界😀"), max_size=300
)  # fmt: skip


def assert_safe(texts: list[str]) -> None:
    """No text holds a character that is not seen, and each stays as it is."""
    for text in texts:
        unseen = [
            sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in "\n\t"
        ]
        assert unseen == []


@bounded
@given(ANY | st.binary(max_size=300), st.integers(40, 300), st.integers(1, 20), st.integers(100, 2_000))
def test_safe_text_is_final_within_its_caps_and_shows_all(
    text: str | bytes, columns: int, lines: int, size: int
) -> None:
    once = safe_text(text, columns=columns, lines=lines, size=size)

    assert safe_text(once, columns=columns, lines=lines, size=size) == once
    assert_safe([once])
    assert (max(map(len, once.split("\n"))) <= columns, once.count("\n") < lines, len(once.encode()) <= size) == (
        True,
    ) * 3


@bounded
@given(ANY | st.binary(max_size=300))
def test_a_safe_line_is_one_line(text: str | bytes) -> None:
    once = safe_line(text)

    assert "\n" not in once
    assert "\t" not in once
    assert safe_line(once) == once
    assert_safe([once])


@bounded
@given(ANY)
def test_hidden_paths_stay_hidden(text: str) -> None:
    once = hide_paths(text + " /root/x /home/ada/y", {"/opt/venv": "<venv>"})

    assert once.endswith(" ~/x ~/y")
    assert hide_paths(once, {"/opt/venv": "<venv>"}) == once


# --- readers of files -----------------------------------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from(
        ["# 1g", "## Question 1g: x", "1g = 4/9", "p = 44,4 %", "p = \\frac{1}{0}", "```", "# ", "#" * 70 + "x", "= = =",
         "x = 1e999", "x = " + "9" * 400, "a" * 600 + " = 1", "x := 0,0,0", "\u202e = 1", "﷽ = 1", "x = ١٢", "x = ½", "|a|"]
    )
    | TEXTS,
    max_size=12,
).map("\n".join)  # fmt: skip
BYTES = st.binary(max_size=120) | st.builds(
    lambda mark, text: mark + text.encode("utf-8", "replace"),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]),
    LINES,
)


@bounded
@given(BYTES)
def test_written_answers_are_text_and_finite_numbers(content: bytes) -> None:
    seen = read_answers({"answers.md": content}, "1g")

    assert seen.ended in ("answered", "missing", "unreadable")
    assert all(np.isfinite(array).all() and array.ndim == 0 for array in seen.tensors.values())
    assert_safe([seen.reason, *seen.texts.values(), *seen.tensors])


@bounded
@given(TEXTS | LINES)
def test_a_number_is_finite_or_none(text: str) -> None:
    value = parse_number(text)

    assert value is None or math.isfinite(value)


SLOW_ANSWERS = {
    "hashes": "# " + "#" * 2_000_000 + "x",
    "hashes and blanks": "# " + "# " * 1_000_000 + "x",
    "blanks": "#" + " \t" * 1_000_000 + "x",
    "headings": "# 1g\n" * 800_000,
    "other headings": "# \n" * 1_300_000,
    "fences": "# 1g\n" + "```\n" * 900_000,
    "numbers": "# 1g\n" + "x = " + "1," * 1_000_000,
    "digits": "# 1g\nx = " + "1" * 2_000_000,
    "equals": "# 1g\n" + "=" * 2_000_000,
    "words before": "# " + "part " * 500_000,
    "ligatures": "# " + "﷽" * 1_000_000,
    "one paragraph": "# 1g\n" + "a" * 4_000_000,
    "letters that unfold": "# 1g\n" + "﷽ = 1\n" * 15_000,
}


@pytest.mark.parametrize("text", SLOW_ANSWERS.values(), ids=SLOW_ANSWERS)
def test_no_answers_within_their_cap_take_long(text: str) -> None:
    started = time.process_time()

    seen = read_answers({"answers.md": text.encode()}, "1g")

    assert time.process_time() - started < 1.0
    assert seen.ended in ("answered", "missing", "unreadable")


@bounded
@given(BYTES)
def test_a_file_of_outputs_is_text_or_unreadable(content: bytes) -> None:
    seen = read_artefact({"out.txt": content, "train.log": b"Corpus BLEU: " + content}, "out.txt")

    assert seen.ended == "answered"
    assert len(lines_of(seen.texts["text"], 3)) <= content.count(b"\n") + content.count(b"\r") + 2
    assert all(np.isfinite(array).all() for array in seen.tensors.values())


ENCODINGS = st.sampled_from(
    ["utf-8", "rot13", "undefined", "idna", "punycode", "zlib", "base64", "hex", "unicode_escape", "raw_unicode_escape",
     "utf-7", "utf-16", "mbcs", "cp65001", "latin-1", "x" * 99, "\x1b", "utf-8-sig", "big5", "hz", "iso2022_kr"]
)  # fmt: skip
SOURCES = st.builds(
    lambda encoding, rest: f"# -*- coding: {encoding} -*-\n".encode() + rest, ENCODINGS, st.binary(max_size=60)
)


@bounded
@given(SOURCES | BYTES, st.integers(-5, 9), TEXTS, st.booleans())
def test_a_claimed_line_of_a_source_is_quoted_or_dropped(content: bytes, line: int, function: str, cell: bool) -> None:
    step = Frame("a.ipynb[cell 1]" if cell else "a.py", line, function, ((line, function),))
    fault = Fault("E", "/root/x", (step,), "/root/y")

    seen = quoted(Observation("raised", fault=fault), {"a.py": content, "a.ipynb": content}).fault

    assert seen is not None
    assert "/root" not in seen.message + seen.traceback
    assert_safe([text for each in seen.frames for _, text in each.near if not cell])


@bounded
@given(SOURCES | BYTES)
def test_a_source_in_any_encoding_becomes_text(content: bytes) -> None:
    assert isinstance(decode(content), str)


def test_claimed_lines_of_a_large_file_cost_little() -> None:
    steps = tuple(Frame("a.py", number, "f") for number in range(1, 101))
    files = {"a.py": b"x\n" * (5 << 19)}

    started = time.process_time()
    seen = quoted(Observation("raised", fault=Fault("E", "", steps)), files)

    assert seen.fault is not None
    assert len(seen.fault.frames) == 100
    assert time.process_time() - started < 2


def test_claimed_lines_of_a_file_that_is_never_loaded_are_dropped() -> None:
    seen = quoted(Observation("raised", fault=Fault("E", "", (Frame("a.py", 1, "f"),))), {"a.py": b"\n" * (6 << 20)})

    assert seen.fault is not None
    assert seen.fault.frames == ()


def test_advice_reads_no_more_source_than_people_write() -> None:
    files = {f"{number}.py": b"\n" * (4 << 20) for number in range(50)}

    with within(3, 100):
        remarks = advice_remarks(["torch.nn.MultiheadAttention"] * 3, {**files, "a.py": b"MultiheadAttention"})

    assert remarks == ()


@bounded
@given(
    JSON.map(dumped)
    | st.builds(mutated, st.just(dumped({"cells": [{"cell_type": "code", "source": ["x = 1"]}]})), EDITS)
)
def test_a_notebook_gives_cells_or_says_that_it_is_none(data: bytes) -> None:
    try:
        cells = code_cells(data.decode("utf-8", "replace"))
    except NotANotebook:
        return

    assert all(cell.tree is None or isinstance(cell.tree, ast.Module) for cell in cells)


def test_the_trusted_side_parses_no_source_of_a_student() -> None:
    """CPython's parser can be made to overflow its stack; so it runs on their text in the jail only.

    `home` runs on their own machine, and `handout` reads the course's own files.
    """
    from tests.house import PACKAGE, modules, room  # its own walls

    callers = {
        room(name)
        for name, path in modules().items()
        if any(
            word in path.read_text(encoding="utf-8")
            for word in ("ast.parse(", "compile(source", " eval(", "pickle.load")
        )
    }

    assert PACKAGE.is_dir()
    assert callers <= {"kit", "rubric", "box.inside", "home", "handout"}
