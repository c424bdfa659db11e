"""What was sent and what it gave: a submission, a run of one probe on one case, an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grader.nouns.plain import Array, DocumentKind, Ended, Fault, Json, Limit, Limits


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


@dataclass(frozen=True, slots=True)
class DocumentCell:
    """A cell of a notebook; its number counts all cells from 1. `html` is what nbconvert made of it: never cleaned."""

    number: int
    kind: Literal["markdown", "code"]
    source: str  # safe text
    html: str
    raised: str = ""  # "ValueError: ...", if its output says that it raised
    pictures: tuple[int, ...] = ()  # numbers of the document's pictures that it shows


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the hand-in that people read, as the jail showed it; `reason` says why it cannot be shown.

    Shapes: each picture (h, w, 3) uint8: of outputs, of the first pages, or the picture itself.
    """

    kind: DocumentKind
    path: str  # safe text
    sha256: str  # of its bytes
    cells: tuple[DocumentCell, ...] = ()  # of a notebook
    pages: tuple[str, ...] = ()  # of a PDF: the text of each, as safe text
    pictures: tuple[Array, ...] = ()
    notes: tuple[str, ...] = ()  # what is not shown of it
    reason: str = ""
    ours: bool = False  # whether the reason is a fault of ours, so that it is tried again
