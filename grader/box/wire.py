"""The one door through which a job's answer comes: bytes in, plain arrays and safe text out.

    "GRADEOB1" | u32 length of JSON | u64 length of tensors | JSON | safetensors      little endian, then end of file

A frame is a claim of student code, which may have written it itself. Both lengths meet their caps before anything
is allocated; the JSON has one form; the tensors' header is judged before any array is made (tensors.py). Whatever
breaks a rule is a `WireError`, the student's fault (`unreadable`); its text names the rule and holds none of the
bytes. Arrays are plain because they are bytes here: nothing is unpickled, no class of the student's comes along.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast, get_args

from grader.box.strict_json import strict_json
from grader.box.tensors import MAX_TENSORS, NAME, read_tensors
from grader.nouns.plain import Array, Fault, Frame, Json
from grader.safetext import safe_line, safe_text

MAGIC: Final = b"GRADEOB1"
FIXED_BYTES: Final = 20
JSON_BYTES: Final = 256 * 1024
MAX_FRAMES: Final = 100
MAX_NEAR: Final = 20

# What a worker may say of its case; `left` and `stopped` only of an import that ended an earlier job, which endings.py
# knows of itself. `broken` and `unreadable` are ours to say.
Claim: TypeAlias = Literal["answered", "raised", "import_error", "missing", "untouched", "left", "stopped"]


class WireError(Exception):
    """An answer breaks a rule of the wire; the text is the rule."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How long the two pieces of a frame may be. Units: bytes."""

    answer_bytes: int
    json_bytes: int = JSON_BYTES


@dataclass(frozen=True, slots=True)
class Head:
    """What the worker says of its case; all texts are safe text."""

    ended: Claim
    fault: Fault | None = None
    reason: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def expected_length(first20: bytes | memoryview, caps: Caps) -> int:
    """How many bytes the whole frame has, by its first 20.

    Raises: WireError if they do not begin a frame, or promise more than the caps allow.
    """
    told, tensors = _lengths(first20, caps)
    return FIXED_BYTES + told + tensors


def read_frame(data: bytes | memoryview, *, answer_bytes: int) -> tuple[Head, dict[str, Array]]:
    """What one whole frame says: its head, and its arrays by output name, in memory of their own, read-only.

    Raises: WireError for whatever breaks a rule.
    """
    view = memoryview(data).cast("B")
    told, tensors = _lengths(view[:FIXED_BYTES], Caps(answer_bytes))
    missing = FIXED_BYTES + told + tensors - len(view)
    if missing:
        raise WireError(f"the frame is {'shorter' if missing > 0 else 'longer'} than it says")
    try:
        head = _head(strict_json(bytes(view[FIXED_BYTES : FIXED_BYTES + told])))
        arrays = read_tensors(view[FIXED_BYTES + told :])
    except ValueError as broken:
        raise WireError(str(broken)) from None
    if arrays and head.ended != "answered":
        raise WireError("only an answer may hold tensors")
    return head, arrays


def _lengths(first: bytes | memoryview, caps: Caps) -> tuple[int, int]:
    if len(first) < FIXED_BYTES:
        raise WireError(f"the frame ends within its first {FIXED_BYTES} bytes")
    magic, told, tensors = struct.unpack("<8sIQ", first[:FIXED_BYTES])
    if magic != MAGIC:
        raise WireError("the answer does not begin as a frame does")
    if told > caps.json_bytes:
        raise WireError(f"the JSON is longer than {caps.json_bytes} bytes")
    if tensors > caps.answer_bytes:
        raise WireError(f"the tensors are longer than {caps.answer_bytes} bytes")
    return told, tensors


# --- the head: read by hand, since every text passes through safe text anyway -----------------------------------


def _head(told: Json) -> Head:
    told = _mapping(told, "the head", {"ended"}, {"fault", "reason", "texts", "notes"})
    ended = _string(told["ended"])
    if ended not in get_args(Claim):
        raise ValueError("the head ends as no worker's case can end")
    fault = _fault(told["fault"]) if told.get("fault") is not None else None
    if ended == "raised" and fault is None:
        raise ValueError("the head tells of an exception but not which")
    texts = told.get("texts", {})
    if not isinstance(texts, dict) or not all(map(NAME.fullmatch, texts)):
        raise ValueError("the texts have no names")
    if len(texts) > MAX_TENSORS:
        raise ValueError(f"there are more than {MAX_TENSORS} texts")
    return Head(
        ended=cast(Claim, ended),
        fault=fault,
        reason=safe_line(_string(told.get("reason", ""))),
        texts={name: safe_text(_string(text)) for name, text in texts.items()},
        notes=tuple(safe_line(_string(note)) for note in _list(told.get("notes", []), "the notes", 1000)),
    )


def _fault(told: Json) -> Fault:
    told = _mapping(told, "the fault", {"type", "message"}, {"frames", "traceback"})
    return Fault(
        type=safe_line(_string(told["type"])),
        message=safe_text(_string(told["message"])),
        frames=tuple(map(_frame, _list(told.get("frames", []), "the frames", MAX_FRAMES))),
        traceback=safe_text(_string(told.get("traceback", ""))),
    )


def _frame(told: Json) -> Frame:
    told = _mapping(told, "a frame", {"file", "line", "function"}, {"near"})
    near = [_list(each, "the pieces of a line", 2) for each in _list(told.get("near", []), "the lines", MAX_NEAR)]
    if not all(len(each) == 2 for each in near):
        raise ValueError("a line is not a number and a text")
    return Frame(
        file=safe_line(_string(told["file"])),
        line=_count(told["line"]),
        function=safe_line(_string(told["function"])),
        near=tuple((_count(number), safe_text(_string(text), lines=1)) for number, text in near),
    )


def _mapping(told: Json, what: str, needed: set[str], allowed: set[str]) -> dict[str, Json]:
    if not isinstance(told, dict) or not needed <= told.keys() <= needed | allowed:
        raise ValueError(f"{what} has not the keys agreed")
    return told


def _list(told: Json, what: str, longest: int) -> list[Json]:
    if not isinstance(told, list) or len(told) > longest:
        raise ValueError(f"{what} are no list of at most {longest}")
    return told


def _string(told: Json) -> str:
    if not isinstance(told, str):
        raise ValueError("the head holds something else where a text belongs")
    return told


def _count(told: Json) -> int:
    if type(told) is not int or not 0 <= told < 2**31:
        raise ValueError("the head holds something else where a line number belongs")
    return told
