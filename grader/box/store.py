"""Observations on disk, so that nothing that has not changed is run again.

    <folder>/<sha256 of the submission>.seen
    "GRADEST1" | sha256 of the rest | u32 length of index | index: key -> how it ended, texts, span | safetensors ...

One file per submission holds all its observations; each has a key made of everything that can change it, and of
nothing else: another tolerance, point or hint finds the same observations. A file that is cut, changed or of another
format is a miss, and removed. `broken` is never kept. Files are replaced in one step, so two runs may share a folder:
where both write one submission, the later wins, and at worst something is run once more.
The folder is never mounted in the jail. Grading goes on without it: the first write that fails ends writing, and
stands in `faults`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from grader.box.tensors import read_tensors, write_tensors
from grader.errors import Message
from grader.kept.folder import write_whole
from grader.nouns.asked import Handout
from grader.nouns.plain import Ended, Fault, Level, Limit
from grader.nouns.seen import Observation, Run, Usage

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAGIC: Final = b"GRADEST1"
CONTENT_AT: Final = len(MAGIC) + 32
MOST_KEPT: Final = 512  # observations of one submission; the oldest go first


@dataclass(frozen=True, slots=True)
class _Told:
    """An observation but for its tensors, which lie at `span` (begin, end) after the index."""

    ended: Ended
    texts: dict[str, str]
    fault: Fault | None
    limit: Limit | None
    reason: str
    notes: tuple[str, ...]
    stdout: str
    stderr: str
    usage: Usage
    span: tuple[int, int]


_SAME: Final = tuple(field.name for field in fields(_Told) if field.name != "span")
_Entry: TypeAlias = tuple[_Told, bytes | memoryview]  # an observation, its tensors as they lie in the file


class Store:
    """The observations of a class, by submission and key; see `observation_key`."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[Message] = []  # at most one: why nothing more is kept
        self._folder = folder

    def get_all(self, submission_sha256: str, keys: Collection[str] | None = None) -> dict[str, Observation]:
        """What is known of these files, by key: all, or what is asked for; nothing if the entry is not whole."""
        try:
            entries = self._entries(submission_sha256)
            return {key: _observation(*entry) for key, entry in entries.items() if keys is None or key in keys}
        except ValueError:
            self._remove(submission_sha256)
            return {}

    def put_all(self, submission_sha256: str, observations: Mapping[str, Observation]) -> None:
        """Keeps these beside what is known; those that are `broken` are not kept.

        Raises: ValueError if a tensor has a dtype that no answer can have.
        """
        lasting = {key: seen for key, seen in observations.items() if seen.ended != "broken"}
        if not lasting or self.faults:
            return
        known = {key: entry for key, entry in self._entries(submission_sha256).items() if key not in lasting}
        new = {key: _entry(seen) for key, seen in lasting.items()}
        newest = dict([*known.items(), *new.items()][-MOST_KEPT:])
        try:
            write_whole(self._path(submission_sha256), _written(newest))
        except OSError as error:
            self.faults.append(_not_kept(self._folder, error))

    def _entries(self, submission_sha256: str) -> dict[str, _Entry]:
        path = self._path(submission_sha256)
        try:
            data = path.read_bytes() if path.is_file() else b""  # a pipe would be waited for
        except OSError:
            return {}
        try:
            return _read(data)
        except (ValueError, struct.error):
            self._remove(submission_sha256)
            return {}

    def _remove(self, submission_sha256: str) -> None:
        with suppress(OSError):
            self._path(submission_sha256).unlink()

    def _path(self, submission_sha256: str) -> Path:
        return self._folder / f"{submission_sha256}.seen"


def observation_key(
    submission_sha256: str, run: Run, handout_sha256: str, versions: Mapping[str, str], level: Level, repeat: int = 0
) -> str:
    """Names everything that can change what a run gives: the files, the run with its limits, what lies beside it.

    `repeat`: which repetition of it is meant; 0 is the run that is graded.
    """
    limits = run.limits
    told = [
        submission_sha256,
        handout_sha256,
        worker_sha256(),
        sorted(versions.items()),
        level,
        [run.part, run.case, run.probe, run.args, run.seed, run.apart, run.fills],
        [limits.wall_s, limits.cpu_s, limits.memory_bytes, limits.answer_bytes, limits.output_bytes, limits.processes],
        *([repeat] if repeat else []),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def handout_sha256(handout: Handout) -> str:
    """A hash of all that lies beside a hand-in in the jail: probes, stand-ins, staff files, units, repairs."""
    units = [[unit.name, unit.defines, dict(unit.given)] for unit in handout.units]
    told = json.dumps([handout.probes, units, handout.repairs], sort_keys=True).encode()
    files = [("g" + path, text) for path, text in handout.given.items()]
    files += [("s" + path, text) for path, text in handout.staff_files.items()]
    return _sha256_of([("", told), *sorted(files)])


@cache
def worker_sha256() -> str:
    """A hash of our own code that runs beside a hand-in: a change of the kit is a change of what is seen."""
    package = Path(__file__).resolve().parent.parent
    files = [*package.glob("kit/**/*.py"), *package.glob("box/inside/**/*.py")]
    return _sha256_of(sorted((str(path.relative_to(package)), path.read_bytes()) for path in files))


def _sha256_of(files: list[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, text in files:
        digest.update(f"{len(name)} {len(text)} {name}".encode())
        digest.update(text)
    return digest.hexdigest()


def _written(entries: Mapping[str, _Entry]) -> bytes:
    told, at = {}, 0
    for key, (each, piece) in entries.items():
        told[key] = replace(each, span=(at, at + len(piece)))
        at += len(piece)
    index = _adapter().dump_json(told)
    content = b"".join([struct.pack("<I", len(index)), index, *(piece for _, piece in entries.values())])
    return MAGIC + hashlib.sha256(content).digest() + content


def _read(data: bytes) -> dict[str, _Entry]:
    """The observations in a file. Raises: ValueError or struct.error if it is not whole."""
    content = memoryview(data)[CONTENT_AT:]
    if not data.startswith(MAGIC) or hashlib.sha256(content).digest() != data[len(MAGIC) : CONTENT_AT]:
        raise ValueError("not as it was written")
    (length,) = struct.unpack("<I", content[:4])
    told = _adapter().validate_json(bytes(content[4 : 4 + length]), strict=True)
    pieces = content[4 + length :]
    return {key: (each, pieces[each.span[0] : each.span[1]]) for key, each in told.items()}


def _entry(seen: Observation) -> _Entry:
    piece = write_tensors(seen.tensors) if seen.tensors else b""
    return _Told(**{name: getattr(seen, name) for name in _SAME}, span=(0, len(piece))), piece


def _observation(told: _Told, piece: bytes | memoryview) -> Observation:
    tensors = read_tensors(memoryview(piece)) if piece else {}
    return Observation(tensors=tensors, **{name: getattr(told, name) for name in _SAME})


@cache
def _adapter() -> TypeAdapter[dict[str, _Told]]:
    from pydantic import TypeAdapter

    return TypeAdapter(dict[str, _Told])


def _not_kept(folder: Path, error: OSError) -> Message:
    return Message(
        place=str(folder),
        fact=f"what was seen cannot be kept: {error.strerror}; grading goes on without",
        code="E-STORE",
        allowed="a folder with room, where you may write",
        help="make room; until then the next run runs these submissions again",
        label="needed",
    )
