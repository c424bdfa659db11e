"""What was sent and what it gave: a submission, a run of one probe on one case, an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.nouns.plain import Array, Ended, Fault, Json, Limit, Limits


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files, read once. Paths are relative, `/`-separated and safe; the bytes are theirs."""

    id: str
    files: Mapping[str, bytes]
    sha256: str
    left_out: tuple[str, ...] = ()  # safe text: "evil.py: a symbolic link"
    warnings: tuple[str, ...] = ()  # safe text: "random.py hides a module of the standard library"


@dataclass(frozen=True, slots=True)
class Run:
    """One probe on one case."""

    part: str
    case: str
    probe: str
    args: Mapping[str, Json]
    seed: int
    limits: Limits
    apart: bool = False
    fills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run used, measured from outside where that is possible."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a probe gave, or how it ended: one type for reference and student. All texts are safe text."""

    ended: Ended
    tensors: Mapping[str, Array] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    limit: Limit | None = None  # for `stopped`
    reason: str = ""  # one sentence for whatever is not `answered`: "left before answering"
    notes: tuple[str, ...] = ()  # repairs, stand-ins, chosen files: "file nmt_model: student/nmt_model.py"
    stdout: str = ""
    stderr: str = ""
    usage: Usage = field(default_factory=Usage)
