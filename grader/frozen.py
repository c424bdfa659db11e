"""What the reference gave on public cases, in one file of a student kit: `checks/expected.safetensors`.

A tensor is called `part/case/output`; how a case ended and its texts stand as JSON in the metadata. Nothing else of an
observation is kept: its frames, output streams and notes would tell of the reference's own lines. Equal observations
give equal bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from grader.box.tensors import BFLOAT16, dtype_name
from grader.errors import Message, UsageError
from grader.nouns.plain import Array, Ended, Fault, Limit
from grader.nouns.seen import Observation

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Frozen: TypeAlias = Mapping[tuple[str, str], Observation]  # (part, case) -> what the probe gave

KEY: Final = "grade.expected.1"  # of the metadata; the number is that of the format
BETWEEN: Final = "/"
EXPECTED_VALUES: Final = "the expected values of the public cases"  # as messages call the file


@dataclass(frozen=True, slots=True)
class _Told:
    """An observation but for its tensors. `widened`: tensors of bfloat16, which numpy does not have."""

    part: str
    case: str
    ended: Ended
    texts: dict[str, str]
    raised: str  # the type of an exception
    limit: Limit | None
    reason: str
    widened: tuple[str, ...]


def write_frozen(path: Path, observations: Frozen) -> None:
    """Writes the observations, those that are equal to the same bytes.

    Raises: ValueError for a part or case whose name holds a slash, or a dtype that no answer can have.
    """
    path.write_bytes(frozen_bytes(observations))


def frozen_bytes(observations: Frozen) -> bytes:
    """The bytes from which `read_frozen` makes the same observations, but for what is not kept.

    Raises: ValueError for a part or case whose name holds a slash, or a dtype that no answer can have.
    """
    from safetensors.numpy import save

    tensors: dict[str, Array] = {}
    told = []
    for (part, case), seen in sorted(observations.items()):
        if BETWEEN in part + case:
            raise ValueError(f"a slash stands in the name of part {part}, case {case}")
        told.append(_told(part, case, seen))
        for output, array in seen.tensors.items():
            if array.dtype.kind not in "biuf":
                raise ValueError(f"an array of {array.dtype} cannot be written")
            tensors[BETWEEN.join((part, case, output))] = np.ascontiguousarray(array).reshape(array.shape)
    return save(tensors, {KEY: _adapter().dump_json(told).decode()})


def read_frozen(path: Path) -> Frozen:
    """The observations in a file.

    Raises: UsageError if it is not there, cut, changed, or of another program.
    """
    try:
        return _read(path.read_bytes())
    except OSError as error:
        raise UsageError(damaged(path, EXPECTED_VALUES, error.strerror or "it cannot be read")) from None
    except Exception as error:  # the library raises an exception of its own, and others for a header of another form
        raise UsageError(damaged(path, EXPECTED_VALUES, f"{type(error).__name__}")) from None


def _told(part: str, case: str, seen: Observation) -> _Told:
    widened = tuple(sorted(name for name, array in seen.tensors.items() if dtype_name(array) == "bfloat16"))
    raised = seen.fault.type if seen.fault else ""
    return _Told(part, case, seen.ended, dict(sorted(seen.texts.items())), raised, seen.limit, seen.reason, widened)


def _read(data: bytes) -> Frozen:
    from safetensors.numpy import load

    tensors: dict[tuple[str, str], dict[str, Array]] = {}
    for name, array in load(data).items():
        part, case, output = name.split(BETWEEN, 2)
        tensors.setdefault((part, case), {})[output] = array
    (length,) = struct.unpack("<Q", data[:8])
    kept = json.loads(data[8 : 8 + length])["__metadata__"][KEY]
    read = {
        (told.part, told.case): _observation(told, tensors.pop((told.part, told.case), {}))
        for told in _adapter().validate_json(kept, strict=True)
    }
    if tensors:
        raise ValueError("there are tensors of cases that are not told of")
    return read


def _observation(told: _Told, tensors: Mapping[str, Array]) -> Observation:
    arrays = {name: array.view(BFLOAT16) if name in told.widened else array for name, array in sorted(tensors.items())}
    for array in arrays.values():
        array.flags.writeable = False
    fault = Fault(told.raised, "") if told.raised else None
    return Observation(told.ended, arrays, told.texts, fault=fault, limit=told.limit, reason=told.reason)


@cache
def _adapter() -> TypeAdapter[list[_Told]]:
    from pydantic import TypeAdapter

    return TypeAdapter(list[_Told])


def damaged(path: Path, what: str, reason: str) -> Message:
    """The message about a file of a student kit that cannot be read."""
    return Message(
        place=str(path),
        fact=f"{what} cannot be read: {reason[:1].lower()}{reason[1:]}",
        code="E-KIT",
        allowed="the file as it was handed out",
        help="unpack the handout again; your own files may stay where they are",
        label="needed",
    )
