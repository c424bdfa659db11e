"""Event files of TensorBoard, written here byte by byte."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.kit.events import MOST_POINTS, MOST_SERIES, MOST_TAG, scalars


def varint(value: int) -> bytes:
    """A number as protocol buffers write it."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def field(number: int, content: bytes | int) -> bytes:
    """A field of a message: bytes, or a number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def simple(tag: str, value: float) -> bytes:
    """A scalar as `add_scalar` writes it."""
    return field(1, tag.encode()) + varint(2 << 3 | 5) + struct.pack("<f", value)


def new_style(tag: str, value: float) -> bytes:
    """A scalar as TensorFlow 2 writes it: a tensor of one float."""
    tensor = field(1, 1) + field(2, b"") + field(5, struct.pack("<f", value))
    return field(1, tag.encode()) + field(8, tensor)


def event(step: int, *values: bytes) -> bytes:
    """An event with its time, its step and its values."""
    summary = b"".join(field(1, value) for value in values)
    return varint(1 << 3 | 1) + struct.pack("<d", 1.68e9 + step) + field(2, step) + field(5, summary)


def record(content: bytes) -> bytes:
    """A record with checksums, which nobody reads."""
    return struct.pack("<Q", len(content)) + b"crc1" + content + b"crc2"


HEAD = record(varint(1 << 3 | 1) + struct.pack("<d", 1.68e9) + field(3, b"brain.Event:2"))


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """What is read of these files: (file, tag) -> points."""

    def reading(*contents: bytes) -> dict[tuple[int, str], list[tuple[int, float]]]:
        names = [f"events-{number}" for number in range(len(contents))]
        for name, content in zip(names, contents, strict=True):
            (tmp_path / name).write_bytes(content)
        answer = scalars(SimpleNamespace(root=tmp_path), seed=0, files=names)
        told = json.loads(bytes(answer["told"].tolist()))
        points = list(zip(answer["steps"].tolist(), answer["values"].tolist(), strict=True))
        found, at = {}, 0
        for each in told["series"]:
            found[each["file"], each["tag"]] = points[at : at + each["points"]]
            at += each["points"]
        assert at == len(points)
        return found

    return reading


def test_scalars_come_by_file_and_tag(read: Any) -> None:
    first = HEAD + record(event(10, simple("loss", 3.5))) + record(event(20, simple("loss", 3.0), simple("lr", 0.5)))
    second = HEAD + record(event(1, new_style("val/loss", 2.5)))

    assert read(first, second) == {
        (0, "loss"): [(10, 3.5), (20, 3.0)],
        (0, "lr"): [(20, 0.5)],
        (1, "val/loss"): [(1, 2.5)],
    }


def test_a_file_that_ends_in_a_record_gives_what_comes_before(read: Any) -> None:
    whole = HEAD + record(event(1, simple("loss", 3.5))) + record(event(2, simple("loss", 3.0)))

    assert read(whole[:-7]) == {(0, "loss"): [(1, 3.5)]}


def test_what_is_no_scalar_is_passed_over(read: Any) -> None:
    picture = field(1, b"image") + field(4, field(4, b"\x89PNG"))
    string = field(1, b"text") + field(8, field(1, 7) + field(8, b"hello"))
    content = HEAD + record(event(1, picture, string, simple("loss", 1.5))) + record(b"\xff\xff") + record(event(2))

    assert read(content) == {(0, "loss"): [(1, 1.5)]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an event file at all, but a text of some length\n" * 9,
        struct.pack("<Q", 2**63) + b"crc1" + b"x" * 99,
        record(b"\x0a" + b"\xff" * 40),
        record(field(5, field(1, b"\x0a\xff\xff\xff\xff\x0f"))),
        record(b"\x0b" * 50),
        bytes(16) * 1000,
    ],
    ids=["empty", "text", "length", "varint", "inner length", "groups", "zeros"],
)
def test_what_is_no_event_file_gives_nothing(read: Any, content: bytes) -> None:
    assert read(content) == {}


def test_a_negative_step_and_values_that_are_none_come_as_they_are(read: Any) -> None:
    ((step, value),) = read(record(event(2**64 - 5, simple("loss", float("inf")))))[0, "loss"]

    assert (step, value) == (-5, float("inf"))


def test_tags_and_series_are_capped(read: Any) -> None:
    long = record(event(1, simple("x" * 5000, 1.0)))
    many = b"".join(record(event(1, simple(f"tag {number}", 1.0))) for number in range(MOST_SERIES + 20))

    assert [len(tag) for _, tag in read(long)] == [MOST_TAG]
    assert len(read(many)) == MOST_SERIES


@pytest.mark.slow
def test_points_are_capped_and_many_are_read_at_once(read: Any) -> None:
    content = HEAD + b"".join(record(event(step, simple("loss", 1.0))) for step in range(MOST_POINTS + 500))
    started = time.process_time()

    found = read(content)

    assert len(found[0, "loss"]) == MOST_POINTS
    assert time.process_time() - started < 10
